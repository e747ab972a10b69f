"""Scores and corrections: given, read, taken back, and their figures."""
