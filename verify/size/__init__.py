"""Conversations of the largest size that is taken: what every function needs for them, and that nothing fails."""
