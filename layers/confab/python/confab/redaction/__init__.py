"""Redaction: personal data becomes marks before anything is stored."""
