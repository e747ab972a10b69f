"""Capture: messages come in, each stored once, whatever is sent again."""
