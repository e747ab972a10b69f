"""The Model Context Protocol: tools by which language models read what a deployment knows (docs/mcp.md)."""
