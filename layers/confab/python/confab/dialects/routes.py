"""Every route that is served, of all dialects."""

from __future__ import annotations

from typing import Final

from confab.dialects.chatcaptain import routes as chatcaptain
from confab.dialects.dashboard import routes as dashboard
from confab.dialects.inkeep import routes as inkeep
from confab.dialects.insights import routes as insights
from confab.dialects.langfuse import routes as langfuse
from confab.dialects.mcp import routes as mcp
from confab.dialects.openbat import admin_routes as admin
from confab.dialects.openbat import routes as openbat
from confab.dialects.openbat import rule_routes as rules
from confab.dialects.otlp import routes as otlp
from confab.dialects.scores import routes as scores
from confab.platform.routes import Route

ROUTES: Final[tuple[Route, ...]] = (
    *openbat.CAPTURE,
    *openbat.TRACK,
    *openbat.READING,
    *openbat.REVIEW,
    *scores.WRITES,
    *scores.READS,
    *admin.ROUTES,
    *rules.ROUTES,
    *chatcaptain.ROUTES,
    *insights.ROUTES,
    *insights.JUDGE_AGAIN,
    *insights.ASKING,
    *inkeep.ROUTES,
    *inkeep.QUERY,
    *dashboard.SESSIONS,
    *mcp.ROUTES,
    *otlp.ROUTES,
    *otlp.INGESTION,
    *langfuse.ROUTES,
)
"""The API."""
SERVED: Final = (*ROUTES, *dashboard.FILES)
"""The API, and the dashboard's files."""


def methods_of(path: str) -> list[str]:
    """The methods that a path is served with; empty when it is not served at all."""
    return sorted({route.method for route in SERVED if route.takes(path)})
