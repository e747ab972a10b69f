"""Questions to the facts: the query language, SQL for people, search and gaps, and the sandbox they run in."""
