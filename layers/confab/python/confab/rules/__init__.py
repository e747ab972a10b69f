"""Rules: when a chatbot's team wants to be told, and of what."""
