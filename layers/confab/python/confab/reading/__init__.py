"""Reading: conversations, search, figures and topics, and what the analysis found."""
