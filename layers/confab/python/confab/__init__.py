"""Confab: a conversation backend for chatbot teams.

A folder a subject (capture, channels, feedback, reading, analysis, redaction, erasure, admin, migration) over a shared
ground (domain, storage, platform). Imports point one way: functions, then dialects, then subjects, then the ground.
"""

__version__ = "0.1.0"
