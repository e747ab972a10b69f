"""Reports: what happened in a period, against the one before, and what to look at."""
