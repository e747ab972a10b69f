"""Answers about scores and corrections from the domain's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from confab.dialects.fields import iso
from confab.domain.corrections import agreement, kappa
from confab.domain.scores import API, END_USER, EVALUATOR, HUMAN, Score
from confab.platform.errors import ConfabError
from confab.scores.read import FindingAgreement, ScoreFigures
from confab.storage.score_lists import ListedScore
from confab.storage.values import Place

if TYPE_CHECKING:
    from confab.dialects.scores import answers


def score_answer(score: Score, place: Place, *, read_only: bool = False) -> answers.GivenScore:
    """A score."""
    body = score.body
    return {
        "id": score.id,
        "name": score.name,
        "dataType": score.data_type,
        "value": score.value,
        "source": score.source,
        "chatbotId": place[0],
        "conversationId": place[1],
        "messageId": score.message_id,
        "finding": score.finding,
        "author": body.get("author"),
        "userId": (body.get("userProperties") or {}).get("id"),
        "comment": body.get("comment"),
        "metadata": body.get("metadata"),
        "createdAt": iso(score.created_at),
        "updatedAt": iso(score.updated_at),
        "readOnly": read_only,
    }


def correction_answers(given: Sequence[Score], message_key: str | None) -> list[answers.Correction]:
    """The corrections of a message, or of the conversation as a whole.

    Args:
        message_key: None for the conversation.
    """
    return [
        {
            "id": score.id,
            "finding": score.finding or "",
            "value": score.value,
            "author": score.body.get("author"),
            "comment": score.body.get("comment"),
            "updatedAt": iso(score.updated_at),
        }
        for score in given
        if score.message_key == message_key
    ]


def refused_answer(index: int, error: ConfabError) -> answers.RefusedScore:
    """A score that was not stored."""
    return {"index": index, "status": error.status, "code": error.code, "message": error.message}


def stored_answer(taken: Sequence[answers.GivenScore], refused: Sequence[answers.RefusedScore]) -> answers.StoredScores:
    """What became of a list of scores."""
    return {"data": list(taken), "errors": list(refused)}


def deleted_answer() -> answers.ScoreDeleted:
    """A score was taken back."""
    return {"ok": True}


def page_answer(scores: Sequence[ListedScore]) -> answers.ScorePage:
    """A page of scores."""
    return {"data": [score_answer(each.score, each.place, read_only=each.read_only) for each in scores]}


def figures_answer(first: date, last: date, figures: Sequence[ScoreFigures]) -> answers.ScoreFigures:
    """The figures of scores by name."""
    return {"from": first.isoformat(), "to": last.isoformat(), "scores": list(map(_named, figures))}


def _named(figures: ScoreFigures) -> answers.NamedScores:
    return {
        "name": figures.name,
        "dataType": figures.data_type,
        "count": figures.count,
        "mean": None if figures.mean is None else round(figures.mean, 6),
        "sources": {
            "end_user": figures.sources[END_USER],
            "human": figures.sources[HUMAN],
            "api": figures.sources[API],
            "evaluator": figures.sources[EVALUATOR],
        },
        "buckets": [{"value": value, "count": number} for value, number in figures.in_order],
        "overTime": [{"date": day.isoformat(), "count": number} for day, number in sorted(figures.days.items())],
    }


def agreement_answer(first: date, last: date, found: Sequence[FindingAgreement]) -> answers.Agreement:
    """How far people agree with the analysis, by kind of finding."""
    findings: list[answers.FindingAgreement] = [
        {"on": each.on, "finding": each.kind, "judged": _agreed(each.judged), "reviewed": _agreed(each.reviewed)}
        for each in found
    ]
    return {"from": first.isoformat(), "to": last.isoformat(), "findings": findings}


def _agreed(pairs: Mapping[tuple[str, str], int]) -> answers.Agreed:
    share, beyond_chance = agreement(pairs), kappa(pairs)
    table = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return {
        "count": sum(pairs.values()),
        "share": None if share is None else round(share, 4),
        "kappa": None if beyond_chance is None else round(beyond_chance, 4),
        "table": [{"first": one, "second": other, "count": number} for (one, other), number in table],
    }
