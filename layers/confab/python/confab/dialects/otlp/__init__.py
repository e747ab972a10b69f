"""OTLP over HTTP: traces and logs."""
