"""Erasure: conversations, users, chatbots and what has expired go with all that belongs to them."""
