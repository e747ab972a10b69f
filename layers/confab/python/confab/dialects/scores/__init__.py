"""Confab's own routes for scores and corrections."""
