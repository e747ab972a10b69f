"""Feedback and events: given, read, taken back."""
