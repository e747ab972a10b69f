"""Workflows: rules that look at conversations as the analysis leaves them."""
