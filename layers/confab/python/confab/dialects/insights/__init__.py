"""Confab's own reads of what was learned (docs/insights.md)."""
