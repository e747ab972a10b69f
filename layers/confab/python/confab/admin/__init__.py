"""Administration: workspaces, chatbots, keys and settings, each change with its audit entry."""
