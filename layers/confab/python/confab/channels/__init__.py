"""Channels: managed conversations, what channels hand over, and what a responder answers."""
