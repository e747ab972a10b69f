"""Destinations, and telling them: each notice once, with a log of what became of it."""
