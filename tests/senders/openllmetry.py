"""OpenTelemetry's SDK with OpenLLMetry's instrumentation of OpenAI, as a bot has them: two talks without an id."""

from __future__ import annotations

import openai
from fake_openai import started, talk
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), max_export_batch_size=2))
trace.set_tracer_provider(provider)
OpenAIInstrumentor().instrument()
client = openai.OpenAI(base_url=started(), api_key="none")
talk(client, "Hello", "Where is my parcel?", "Thanks")
talk(client, "Hello", "Can I pay later?")
provider.shutdown()
