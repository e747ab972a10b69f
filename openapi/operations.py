"""Every operation, made from the routes of the dialects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from confab.dialects.chatcaptain import routes as chatcaptain
from confab.dialects.dashboard import routes as dashboard
from confab.dialects.error_answers import ChatCaptainError, LangfuseError, OpenBatError, Problem, Status, TrackError
from confab.dialects.inkeep import routes as inkeep
from confab.dialects.insights import routes as insights
from confab.dialects.langfuse import routes as langfuse
from confab.dialects.mcp import routes as mcp
from confab.dialects.mcp.answers import RpcError
from confab.dialects.openbat import admin_routes as admin
from confab.dialects.openbat import routes as openbat
from confab.dialects.openbat import rule_routes as rules
from confab.dialects.otlp import routes as otlp
from confab.dialects.scores import routes as scores
from confab.platform.responses import PROBLEM
from confab.platform.routes import Route

from openapi.operation import Dialect, Operation

OPENBAT: Final = Dialect("OpenBat", OpenBatError, "confab.dialects.openbat.answers")
REVIEWS: Final = Dialect("OpenBat", OpenBatError, "confab.dialects.openbat.review_answers")
TRACK: Final = Dialect("OpenBat", TrackError, "confab.dialects.openbat.answers")
ADMINISTRATION: Final = Dialect("Administration", OpenBatError, "confab.dialects.openbat.admin_answers")
TELLING: Final = Dialect("Administration", OpenBatError, "confab.dialects.openbat.rule_answers")
INSIGHTS: Final = Dialect("Insights", OpenBatError, "confab.dialects.insights.answers")
ASKING: Final = Dialect("Insights", OpenBatError, "confab.dialects.insights.asking_answers")
SCORES: Final = Dialect("Scores", OpenBatError, "confab.dialects.scores.answers")
INKEEP: Final = Dialect("Inkeep", Problem, "confab.dialects.inkeep.answers", PROBLEM, 422)
CHATCAPTAIN: Final = Dialect("ChatCaptain", ChatCaptainError, "confab.dialects.chatcaptain.answers")
MCP: Final = Dialect("MCP", RpcError, "confab.dialects.mcp.answers")
OPENTELEMETRY: Final = Dialect("OpenTelemetry", Status, "confab.dialects.otlp.answers")
INGESTION: Final = Dialect("OpenTelemetry", OpenBatError, "confab.dialects.otlp.answers")
LANGFUSE: Final = Dialect("Langfuse", LangfuseError, "confab.dialects.langfuse.answers")
SESSIONS: Final = Dialect("Dashboard", OpenBatError, "confab.dialects.dashboard.answers")


def _operations(dialect: Dialect, routes: Iterable[Route]) -> Iterator[Operation]:
    for route in routes:
        yield Operation(
            route,
            dialect,
            answers={status: _named(dialect.answers, name) for status, name in route.answers.items()},
            bodies=tuple(map(_model, route.bodies)),
            query=_model(route.query) if route.query else None,
            headers=tuple(_model(route.headers)) if route.headers else (),
        )


def _model(name: str) -> Any:
    """What a route names below ``confab.dialects``."""
    module, _, member = name.rpartition(".")
    return _named(f"confab.dialects.{module}", member)


def _named(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


OPERATIONS: Final[tuple[Operation, ...]] = (
    *_operations(OPENBAT, openbat.CAPTURE),
    *_operations(TRACK, openbat.TRACK),
    *_operations(OPENBAT, openbat.READING),
    *_operations(REVIEWS, openbat.REVIEW),
    *_operations(SCORES, (*scores.WRITES, *scores.READS)),
    *_operations(ADMINISTRATION, admin.ROUTES),
    *_operations(TELLING, rules.ROUTES),
    *_operations(CHATCAPTAIN, chatcaptain.ROUTES),
    *_operations(INSIGHTS, (*insights.ROUTES, *insights.JUDGE_AGAIN)),
    *_operations(ASKING, insights.ASKING),
    *_operations(INKEEP, (*inkeep.ROUTES, *inkeep.QUERY)),
    *_operations(SESSIONS, dashboard.SESSIONS),
    *_operations(MCP, mcp.ROUTES),
    *_operations(OPENTELEMETRY, otlp.ROUTES),
    *_operations(INGESTION, otlp.INGESTION),
    *_operations(LANGFUSE, langfuse.ROUTES),
)
