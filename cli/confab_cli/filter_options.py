"""The options that say which conversations are meant, and the filters that they make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from confab.dialects.insights.queries import DIALECTS
from confab.domain.feedback import KINDS
from confab.domain.labels import LABELS
from confab.domain.results import CONVERSATION_OUTCOMES, MESSAGE_OUTCOMES
from confab.reading.filters import HOURS_OF_WEEK, Filters

from confab_cli.plain_types import read_day

Since = Annotated[datetime | None, typer.Option("--from", parser=read_day, help="Begun on this UTC day or later.")]
Until = Annotated[datetime | None, typer.Option("--to", parser=read_day, help="Begun up to this UTC day.")]
User = Annotated[str | None, typer.Option("--user", "-u", help="Your own id of the user.")]
Organization = Annotated[str | None, typer.Option(help="Your own id of the organization.")]
Channel = Annotated[str | None, typer.Option(help="The channel.")]
Topic = Annotated[str | None, typer.Option(help="A topic, by its id.")]
Flag = Annotated[str | None, typer.Option(help="A flag.")]
Label = Annotated[str | None, typer.Option(help=f"One of {', '.join(LABELS)}.")]
Outcome = Annotated[str | None, typer.Option(help=f"One of {', '.join(CONVERSATION_OUTCOMES)}.")]
Dialect = Annotated[str | None, typer.Option(help=f"One of {', '.join(DIALECTS)}.")]
Text = Annotated[str | None, typer.Option(help="A part of the user's name, e-mail or id, or of an id.")]
Behaviour = Annotated[str | None, typer.Option(help="A behaviour that at least one answer has.")]
Reply = Annotated[str | None, typer.Option(help=f"The outcome of one answer: one of {', '.join(MESSAGE_OUTCOMES)}.")]
MessageLabel = Annotated[
    list[str] | None, typer.Option(help="A label that one of the user's messages has; may be repeated.")
]
Feedback = Annotated[str | None, typer.Option(help=f"Feedback that was given: one of {', '.join(KINDS)}.")]
Hour = Annotated[
    list[int] | None,
    typer.Option(min=0, max=HOURS_OF_WEEK - 1, help="Hour of the UTC week, 0 is Monday 00:00; may be repeated."),
]
Scored = Annotated[str | None, typer.Option("--score", help="The name of a score that it or a message has.")]
ScoreValue = Annotated[str | None, typer.Option(help="The value of that score; of a number as 0.8 or 4.")]


def filters_of(**given: Any) -> Filters:
    """The filters of some options, by the names that ``Filters`` has.

    Raises:
        typer.BadParameter: a word is none of those that there are, or the period is empty.
    """
    since, until = given.pop("since", None), day_after(given.pop("until", None))
    if since is not None and until is not None and since >= until:
        raise typer.BadParameter("the period is empty", param_hint="--from, --to")
    for name, words in (
        ("label", LABELS),
        ("outcome", CONVERSATION_OUTCOMES),
        ("dialect", DIALECTS),
        ("reply", MESSAGE_OUTCOMES),
        ("feedback", KINDS),
    ):
        _require(given.get(name), words, f"--{name}")
    if given.get("score_value") is not None and given.get("score") is None:
        raise typer.BadParameter("needs --score", param_hint="--score-value")
    labels, hours = given.pop("message_label", None), given.pop("hours", None)
    for label in labels or ():
        _require(label, LABELS, "--message-label")
    return Filters(
        since=since,
        until=until,
        message_label=tuple(labels) if labels else None,
        hours=tuple(sorted(set(hours))) if hours else None,
        **given,
    )


def _require(word: str | None, words: tuple[str, ...], option: str) -> None:
    if word is not None and word not in words:
        raise typer.BadParameter(f"one of {', '.join(words)}", param_hint=option)


def day_after(day: datetime | None) -> datetime | None:
    """The end of a day that is still meant."""
    return None if day is None else day + timedelta(days=1)
