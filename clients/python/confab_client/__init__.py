"""Sends a chatbot's conversations to Confab: in the background, each message once, without a further package."""

from confab_client.about import About
from confab_client.client import Confab
from confab_client.counts import Counts, Lost

__all__ = ["About", "Confab", "Counts", "Lost"]
