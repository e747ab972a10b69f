"""Channels: managed conversations, messages from channels, and answers of responders."""
