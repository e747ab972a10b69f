"""What a review says to people: lines of plain text, and Slack's blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

SHARES: Final = frozenset(
    {"negativeRate", "resolutionRate", "escalationRate", "unansweredRate", "feedbackNegativeRate"}
)
TITLES: Final[Mapping[str, str]] = {
    "conversations": "Conversations",
    "messages": "Messages",
    "avgSentiment": "Mean sentiment",
    "negativeRate": "Negative messages of users",
    "resolutionRate": "Resolved",
    "escalationRate": "Escalated",
    "unansweredRate": "Replies without an answer",
    "feedbackNegativeRate": "Negative feedback",
}
SECTION: Final = 2900
"""Characters of one of Slack's sections (3,000), with room for what stands around them."""
MAX_ROWS: Final = 5
MAX_NAME: Final = 80
_DASH: Final = "\u2013"


def title_of(contents: Mapping[str, Any], name: str) -> str:
    """The title of a report.

    Args:
        name: of the rule that asks for it.
    """
    return f"{name}: {contents['chatbot']['name']}, {period_of(contents)}"


def period_of(contents: Mapping[str, Any]) -> str:
    """The window in words, UTC: days where it has whole ones."""
    since, until = contents["from"], contents["to"]
    if since.endswith("T00:00:00Z") and until.endswith("T00:00:00Z"):
        return f"{since[:10]} to {until[:10]} (UTC, the last day not included)"
    return f"{_minute(since)} to {_minute(until)} UTC"


def lines_of(contents: Mapping[str, Any]) -> list[str]:
    """All of it as lines of plain text."""
    lines: list[str] = []
    for heading, rows in _sections(contents):
        lines += [*([""] if lines else []), heading, *(f"- {row}" for row in rows)]
    return lines


def blocks_of(contents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All of it as Slack's blocks; what Slack takes for a mention, a link or a style is escaped."""
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": _section(heading, rows)}}
        for heading, rows in _sections(contents)
    ]


def _section(heading: str, rows: Sequence[str]) -> str:
    text = f"*{_for_slack(heading)}*"
    for row in rows:
        line = f"\n\u2022 {_for_slack(row)}"
        if len(text) + len(line) > SECTION:
            break
        text += line
    return text


def _for_slack(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space keeps a sign from opening a style; there is no other escape.
    return "".join(f"\u200b{sign}" if sign in "*_~`" else sign for sign in escaped)


def _sections(contents: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """Headings and rows; sections without rows are left out, but for the totals."""
    yield period_of(contents), [_total(name, contents["totals"][name]) for name in TITLES]
    sections = (
        ("Topics where better answers would help most", [_topic(each) for each in contents["topics"]]),
        ("New topics", [f"{_name(each)}: {each['conversations']}" for each in contents["newTopics"]]),
        ("Flags (conversations)", [_counted("flag", each) for each in contents["flags"][:MAX_ROWS]]),
        ("Replies to improve", [_counted("behaviour", each) for each in contents["issues"][:MAX_ROWS]]),
        ("Conversations to look at", [_example(each) for each in contents["examples"]]),
    )
    yield from ((heading, rows) for heading, rows in sections if rows)


def _total(name: str, total: Mapping[str, Any]) -> str:
    now, before = _value(name, total["value"]), _value(name, total["previous"])
    return f"{TITLES[name]}: {now} (before: {before})"


def _value(name: str, value: float | None) -> str:
    if value is None:
        return _DASH
    if name in SHARES:
        return f"{value:.1%}"
    return f"{value:+.2f}" if name == "avgSentiment" else f"{value:,.0f}"


def _topic(topic: Mapping[str, Any]) -> str:
    resolved = _value("resolutionRate", topic["resolutionRate"])
    return f"{_name(topic)}: {topic['conversations']} conversations (before: {topic['previous']}), resolved: {resolved}"


def _name(topic: Mapping[str, Any]) -> str:
    return _short(str(topic["name"]), MAX_NAME)


def _counted(word: str, row: Mapping[str, Any]) -> str:
    return f"{_short(str(row[word]), MAX_NAME)}: {row['count']} (before: {row['previous']})"


def _example(example: Mapping[str, Any]) -> str:
    turn, reply = example["firstBadTurn"] or {}, example["reply"] or {}
    parts = [f"{example['id']}: {example['outcome'] or 'open'}"]
    topics = ", ".join(_name(topic) for topic in example["topics"])
    parts += [topics] if topics else []
    parts += [f"reply {reply['behaviour']}"] if reply.get("behaviour") else []
    parts += [f'"{_short(turn["text"], 200)}"'] if turn.get("text") else []
    return "; ".join(parts)


def _short(text: str, most: int) -> str:
    """A text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}\u2026"


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")
