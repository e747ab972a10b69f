"""Langfuse's routes that its SDKs call; spans come by OTLP (``dialects.otlp``)."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import CAPTURE
from confab.platform.routes import Route

_API: Final = "/api/public"

ROUTES: Final = (
    Route(
        "POST",
        f"{_API}/ingestion",
        "spans",
        "ingest_batch",
        CAPTURE,
        "Take a batch of an older Langfuse SDK",
        {207: "Batch"},
        bodies=("langfuse.models.BatchBody",),
    ),
    Route(
        "POST",
        f"{_API}/scores",
        "spans",
        "give_langfuse_scores",
        CAPTURE,
        "Give scores in Langfuse's words",
        {200: "ScoreTaken", 207: "Batch"},
        bodies=("langfuse.models.LangfuseScore", "langfuse.models.LangfuseScores"),
        fills=True,
    ),
    Route("GET", f"{_API}/projects", "spans", "list_projects", CAPTURE, "Name the key's chatbot", {200: "Projects"}),
    Route("GET", f"{_API}/health", "spans", "get_health", CAPTURE, "Say that Confab answers", {200: "Health"}),
)
