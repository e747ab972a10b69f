"""The routes of scores and corrections."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import CAPTURE, READ
from confab.platform.routes import Route

_PATH: Final = "/api/v1/scores"

WRITES: Final = (
    Route(
        "POST",
        _PATH,
        "track",
        "give_scores",
        CAPTURE,
        "Give scores",
        {200: "GivenScores"},
        bodies=("scores.models.ScoreBody", "scores.models.ScoreList"),
        repeatable=True,
        fills=True,
    ),
    Route("DELETE", f"{_PATH}/{{id+}}", "track", "delete_score", CAPTURE, "Take a score back", {200: "ScoreDeleted"}),
)
READS: Final = (
    Route(
        "GET",
        _PATH,
        "reading",
        "list_scores",
        READ,
        "List scores",
        {200: "ScorePage"},
        query="scores.models.ScoresQuery",
    ),
    Route(
        "GET",
        "/v1/insights/scores",
        "reading",
        "score_figures",
        READ,
        "Figures of scores by name",
        {200: "ScoreFigures"},
        query="scores.models.FiguresQuery",
    ),
    Route(
        "GET",
        "/v1/insights/agreement",
        "reading",
        "get_agreement",
        READ,
        "How far people agree with the analysis",
        {200: "Agreement"},
        query="scores.models.AgreementQuery",
    ),
)
