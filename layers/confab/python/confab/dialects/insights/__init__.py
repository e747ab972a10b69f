"""Confab's own reads of what conversations contain (docs/insights.md)."""
