"""What `make demo` prints at its end: what the conversations were about, how they ended, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.labels import LABELS, label_of
from confab_cli.moods import COLOURS, mood, score_of
from confab_cli.tables import plain, render
from rich.console import Console
from rich.text import Text

WRONG: Final = ("capability_failure", "incorrect", "deflected")
"""Outcomes of answers that are faults."""
BAR: Final = 40
SHOWN: Final = 3
TEXT: Final = 110
"""How much of a message is shown."""


@dataclass(frozen=True)
class Finding:
    """One analysed message of a user."""

    score: float
    conversation: str
    content: str
    reasoning: str


@dataclass
class Fault:
    """A way in which answers went wrong, with one conversation that shows it."""

    answers: int = 0
    conversations: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Figures:
    """What the service says of the chatbot (``GET /v1/insights/…``).

    Attributes:
        topics, outcomes, flags: the answers.
    """

    topics: Mapping[str, Any]
    outcomes: Mapping[str, Any]
    flags: Mapping[str, Any]


def report(console: Console, transcripts: Sequence[Mapping[str, Any]], figures: Figures) -> None:
    """Print moods, topics, outcomes, flags and faults."""
    findings = sorted(findings_of(transcripts), key=lambda finding: finding.score)
    _moods(console, findings)
    _topics(console, figures.topics)
    _endings(console, figures)
    _faults(console, transcripts)
    _extremes(console, "Most negative", findings[:SHOWN])
    _extremes(console, "Most positive", findings[::-1][:SHOWN])


def findings_of(transcripts: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """What was found in the users' messages."""
    for transcript in transcripts:
        for message in transcript["messages"]:
            for sentiment in message.get("user_sentiments", []):
                yield Finding(sentiment["score"], _name(transcript), message["content"], sentiment["reasoning"])


def faults_of(transcripts: Sequence[Mapping[str, Any]]) -> dict[str, Fault]:
    """What went wrong with answers, the most frequent first."""
    found: dict[str, Fault] = {}
    for transcript in transcripts:
        for message in transcript["messages"]:
            outcomes = [each["outcome"] for each in message.get("assistant_outcomes", [])]
            issues = [each["issue"] for each in message.get("assistant_issues", [])]
            for what in [*(outcome for outcome in outcomes if outcome in WRONG), *issues]:
                fault = found.setdefault(what, Fault())
                fault.answers += 1
                fault.conversations.add(_name(transcript))
    return dict(sorted(found.items(), key=lambda each: (-each[1].answers, each[0])))


def _title(console: Console, title: str) -> None:
    console.print(f"\n{title}", style="bold underline", highlight=False)


def _moods(console: Console, findings: Sequence[Finding]) -> None:
    counts = Counter(label_of(finding.score) for finding in findings)
    most = max(counts.values(), default=1)
    _title(console, "Mood of the users' messages")
    rows = [(label, counts[label], Text("█" * round(BAR * counts[label] / most), COLOURS[label])) for label in LABELS]
    render(console, ("label", "messages", ""), rows)


def _topics(console: Console, answer: Mapping[str, Any]) -> None:
    _title(console, "Topics by opportunity: how many conversations better answers could win")
    rows = [
        (
            topic["name"],
            f"{topic['opportunity'] or 0:.1f}",
            topic["conversations"],
            _share(topic["resolutionRate"]),
            score_of(topic["avgSentiment"]),
            topic["trend"]["direction"] or "",
            next((_sample(each) for each in topic["samples"]), ""),
        )
        for topic in answer["topics"]
    ]
    render(console, ("topic", "opportunity", "conversations", "resolved", "mood", "trend", "see"), rows)


def _endings(console: Console, figures: Figures) -> None:
    _title(console, f"Outcomes: {_share(figures.outcomes['resolutionRate'])} of those that ended were resolved")
    render(
        console,
        ("outcome", "conversations", "share"),
        [(each["outcome"], each["conversations"], _share(each["rate"])) for each in figures.outcomes["outcomes"]],
    )
    _title(console, "Flags")
    flags = sorted(figures.flags["flags"], key=lambda each: -each["conversations"])
    render(
        console,
        ("flag", "conversations", "messages"),
        [(each["flag"], each["conversations"], each["messages"]) for each in flags if each["conversations"]],
    )


def _faults(console: Console, transcripts: Sequence[Mapping[str, Any]]) -> None:
    _title(console, "What went wrong most with the answers")
    render(
        console,
        ("what", "answers", "conversations", "see"),
        [
            (what, fault.answers, len(fault.conversations), max(fault.conversations))
            for what, fault in faults_of(transcripts).items()
        ],
    )


def _extremes(console: Console, title: str, findings: Sequence[Finding]) -> None:
    _title(console, title)
    render(
        console,
        ("mood", "conversation", "message", "why"),
        [
            (mood(finding.score), finding.conversation, _start(finding.content), _start(finding.reasoning))
            for finding in findings
        ],
    )


def _start(text: str) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= TEXT else line[: TEXT - 1] + "…"


def _share(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.0%}"


def _name(transcript: Mapping[str, Any]) -> str:
    return str(transcript["external_conversation_id"] or transcript["id"])


def _sample(sample: Mapping[str, Any]) -> str:
    return str(sample["externalId"] or sample["id"])
