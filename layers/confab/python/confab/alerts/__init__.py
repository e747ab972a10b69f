"""Alerts: a metric crosses a line, which opens an alert, and comes back, which closes it."""
