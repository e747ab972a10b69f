"""What Langfuse's SDKs call besides OTLP: scores, projects, health, and the batch of older ones."""
