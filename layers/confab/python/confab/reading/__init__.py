"""Reading: conversations, search, figures, topics, and the results of the analysis."""
