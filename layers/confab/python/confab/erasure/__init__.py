"""Erasure: conversations, users, chatbots and expired data are removed with everything that belongs to them."""
