"""The dashboard: its pages, and the sessions in which browsers call the API."""
