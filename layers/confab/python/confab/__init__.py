"""Confab: a conversation backend for chatbot teams.

Imports point one way: functions -> dialects, usecases -> domain, storage, analysis -> platform.
"""
