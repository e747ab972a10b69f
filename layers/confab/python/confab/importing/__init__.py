"""Stores conversations from files: parsers of files that are pure, and the use case that stores what they find."""
