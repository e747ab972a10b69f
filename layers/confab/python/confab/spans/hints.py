"""What came without text or without an id, and the switch that changes it, in words for the team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OTHER: Final = "other"
FAMILIES: Final[Mapping[str, str]] = {
    "opentelemetry.instrumentation.openai_v2": "genai",
    "opentelemetry.instrumentation.genai": "genai",
    "opentelemetry.util.genai": "genai",
    "opentelemetry.instrumentation": "openllmetry",
    "traceloop": "openllmetry",
    "openinference": "openinference",
    "pydantic-ai": "pydantic-ai",
    "litellm": "litellm",
    "langfuse": "langfuse",
    "gen_ai": "ai-sdk",
    "ai": "ai-sdk",
}
"""Packages by the beginning of their scope's name; the first that fits."""
TEXT_SWITCHES: Final[Mapping[str, str]] = {
    "genai": "Set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY"
    " (the older package opentelemetry-instrumentation-openai-v2 takes it with"
    " OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental, or =true and sends the text to /v1/logs).",
    "openllmetry": "Set TRACELOOP_TRACE_CONTENT=true.",
    "openinference": "Unset OPENINFERENCE_HIDE_INPUTS, OPENINFERENCE_HIDE_OUTPUTS and their variants for messages.",
    "pydantic-ai": "Leave include_content of InstrumentationSettings at True.",
    "litellm": "Leave litellm.turn_off_message_logging at False.",
    "langfuse": "Let the generation have input and output, and no mask that empties them.",
    "ai-sdk": "Leave recordInputs and recordOutputs of the telemetry at true.",
    OTHER: "Let the instrumentation record the messages (gen_ai.input.messages, gen_ai.output.messages).",
}
ID_SWITCH: Final = (
    "Confab found them by what was said before. Name them: set the attribute gen_ai.conversation.id or session.id on"
    " the span or on one around it."
)


def family_of(scope: str) -> str:
    """The family of packages that a scope belongs to."""
    return next((family for start, family in FAMILIES.items() if _begins(scope, start)), OTHER)


def _begins(scope: str, start: str) -> bool:
    return scope == start or scope.startswith((f"{start}.", f"{start}-", f"{start}/"))


def hints_of(counts: Mapping[str, int]) -> list[str]:
    """What to tell a team, from what was counted (``ingest.Ingested.counts``)."""
    found = []
    for family, switch in TEXT_SWITCHES.items():
        without = counts.get(f"textless.{family}", 0) - counts.get(f"logged.{family}", 0)
        if without > 0:
            found.append(f"{without:,} model calls came without text ({family}). {switch}")
    if inferred := counts.get("inferred", 0):
        found.append(f"{inferred:,} model calls named no conversation. {ID_SWITCH}")
    if partial := counts.get("partial", 0):
        found.append(
            f"{partial:,} model calls came to /v1/logs without their answer, because an export cut them in two. "
            "Set OTEL_BLRP_MAX_EXPORT_BATCH_SIZE higher, or send the text with the span."
        )
    if rejected := counts.get("rejected", 0):
        found.append(f"{rejected:,} spans or log records could not be read; the exporter's log has the reasons.")
    return found
