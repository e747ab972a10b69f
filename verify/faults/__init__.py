"""The fault matrix: every operation, every AWS call it makes, every way in which that call can go wrong."""
