"""Jobs that write files of any size, step by step."""
