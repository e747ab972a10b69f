"""Checks that take longer than a test may: faults at every call, load with kills in between."""
