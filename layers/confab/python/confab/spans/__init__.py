"""Turns from OpenTelemetry: decodes spans and log records, finds the model calls in them and their conversations."""
