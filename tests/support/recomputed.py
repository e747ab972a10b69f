"""The figures of conversations, counted plainly from what was sent and what an analyzer says of it.

Nothing here is shared with the service but the analyzer, the vocabularies and the rules that the tests of
``domain`` cover by themselves: labels, topic ids, the direction of a trend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from confab.analysis.analyzer import Analyzer
from confab.analysis.builtin.topics import phrase_key
from confab.domain.labels import LABELS, label_of
from confab.domain.message import Message
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES
from confab.domain.topics import MAX_FOUND, topic_id
from confab.reading.ranking import direction_of

Shares = list[dict[str, Any]]


@dataclass(frozen=True)
class Said:
    """A message and what was found in it."""

    role: str
    day: date
    score: float | None
    flags: Sequence[str]
    topics: Sequence[str]
    outcome: str | None
    behaviour: str | None


@dataclass(frozen=True)
class Talk:
    """A conversation and what was found in it; ``id`` is the service's."""

    id: str
    user: str
    organization: str
    began: datetime
    ended: datetime
    outcome: str | None
    messages: Sequence[Said]

    @property
    def scores(self) -> list[float]:
        return [said.score for said in self.messages if said.score is not None]

    @property
    def label(self) -> str | None:
        return label_of(_exact_mean(self.scores)) if self.scores else None

    @property
    def flags(self) -> set[str]:
        return {flag for said in self.messages for flag in said.flags}

    @property
    def topics(self) -> list[str]:
        """The five that most messages have; of equal ones those that came up first."""
        counts: dict[str, int] = {}
        for said in self.messages:
            for topic in said.topics:
                counts[topic] = counts.get(topic, 0) + 1
        return sorted(counts, key=lambda topic: -counts[topic])[:5]


class Recomputed:
    """The figures of a chatbot.

    Args:
        analyzer: judges as the consumer does.
        today: the UTC day on which they are read.
    """

    def __init__(self, analyzer: Analyzer, today: date) -> None:
        self._analyzer = analyzer
        self._today = today
        self._topics: dict[str, str] = {}
        self.talks: list[Talk] = []

    def add(self, conversation_id: str, body: Mapping[str, Any]) -> None:
        """Take in a conversation as it was sent, in the order in which the consumer judges them."""
        messages = [
            Message(
                key=f"i:{sent['id']}",
                role=sent["role"],
                content=sent["content"],
                created_at=datetime.fromisoformat(sent["sentAt"]),
                stored_at=datetime.fromisoformat(sent["sentAt"]),
                external_id=sent["id"],
            )
            for sent in body["messages"]
        ]
        analysis = self._analyzer.analyse(messages, {message.key for message in messages})
        found = {result.key: result for result in analysis.messages}
        talk = Talk(
            id=conversation_id,
            user=body["user"]["id"],
            organization=body["organization"]["id"],
            began=messages[0].created_at,
            ended=messages[-1].created_at,
            outcome=analysis.conversation.outcome,
            messages=[
                Said(
                    role=message.role,
                    day=message.created_at.astimezone(UTC).date(),
                    score=None if (score := found[message.key].score) is None else round(score, 3),
                    flags=found[message.key].flags,
                    topics=self._ids(found[message.key].topics),
                    outcome=found[message.key].outcome,
                    behaviour=found[message.key].behaviour,
                )
                for message in messages
            ],
        )
        self.talks.append(talk)

    def _ids(self, names: Sequence[str]) -> list[str]:
        ids = []
        for name in names:
            found = topic_id(phrase_key(name).split())
            if found and (found in self._topics or len(self._topics) < MAX_FOUND):
                self._topics.setdefault(found, name)
                ids.append(found)
        return list(dict.fromkeys(ids))

    def overview(self) -> dict[str, Any]:
        said = [said for talk in self.talks for said in talk.messages]
        return {
            "totalConversations": len(self.talks),
            "totalMessages": len(said),
            **_mood(said),
            "messagesToday": sum(each.day == self._today for each in said),
        }

    def sentiment(self, days: int) -> dict[str, Any]:
        by_day: dict[date, list[float]] = {}
        for said in self._said(days):
            if said.score is not None:
                by_day.setdefault(said.day, []).append(said.score)
        return {
            "sentimentOverTime": [
                {"date": day.isoformat(), "avgScore": _mean(scores), "count": len(scores)}
                for day, scores in sorted(by_day.items())
            ],
            "distribution": _labels(score for scores in by_day.values() for score in scores),
            "total": sum(map(len, by_day.values())),
        }

    def flags(self, days: int) -> dict[str, Any]:
        talks, users = self._talks(days), [said for said in self._said(days) if said.score is not None]
        flags = []
        for flag in FLAGS:
            in_talks = Counter(_day(talk.began) for talk in talks if flag in talk.flags)
            in_messages = Counter(said.day for said in users if flag in said.flags)
            flags.append(
                {
                    "flag": flag,
                    "conversations": in_talks.total(),
                    "messages": in_messages.total(),
                    "conversationRate": _share(in_talks.total(), len(talks)),
                    "messageRate": _share(in_messages.total(), len(users)),
                    "overTime": [
                        {"date": day.isoformat(), "conversations": in_talks[day], "messages": in_messages[day]}
                        for day in sorted(in_talks.keys() | in_messages.keys())
                    ],
                }
            )
        return {**self._bounds(days), "conversations": len(talks), "messages": len(users), "flags": flags}

    def outcomes(self, days: int) -> dict[str, Any]:
        talks = [(talk.outcome, _day(talk.began)) for talk in self._talks(days)]
        replies = [said for said in self._said(days) if said.role == "assistant"]
        answered = [(said.outcome, said.day) for said in replies]
        resolved = sum(outcome in ("fully_resolved", "partially_resolved") for outcome, _ in answered)
        return {
            **self._bounds(days),
            "conversations": len(talks),
            "resolutionRate": _resolution(outcome for outcome, _ in talks),
            "outcomes": _shares(CONVERSATION_OUTCOMES, talks, "outcome", "conversations"),
            "replies": {
                "messages": len(replies),
                "resolutionRate": _share(resolved, len(replies)),
                "outcomes": _shares(MESSAGE_OUTCOMES, answered, "outcome", "messages"),
                "behaviours": _shares(BEHAVIOURS, [(s.behaviour, s.day) for s in replies], "behaviour", "messages"),
            },
        }

    def topics(self, weeks: int, limit: int) -> dict[str, Any]:
        monday = self._today - timedelta(days=self._today.weekday())
        mondays = [monday - timedelta(weeks=back) for back in reversed(range(weeks))]
        talks = [talk for talk in self.talks if _monday(talk.began) in mondays]
        topics = [
            self._topic(topic, [talk for talk in talks if topic in talk.topics], mondays) for topic in self._topics
        ]
        topics = [topic for topic in topics if topic["conversations"]]
        topics.sort(key=lambda topic: (-topic["opportunity"], -topic["conversations"], topic["id"]))
        return {"weeks": [f"{day:%G-W%V}" for day in mondays], "topics": topics[:limit], "total": len(topics)}

    def _topic(self, topic: str, talks: Sequence[Talk], mondays: Sequence[date]) -> dict[str, Any]:
        said = [said for talk in talks for said in talk.messages if topic in said.topics]
        rate = _resolution(talk.outcome for talk in talks)
        ended = [talk.outcome for talk in talks if talk.outcome != "open"]
        lost = sum(outcome != "resolved" for outcome in ended)
        weekly = [sum(_monday(talk.began) == monday for talk in talks) for monday in mondays]
        newest = sorted(talks, key=lambda talk: (talk.began, talk.id), reverse=True)
        return {
            "id": topic,
            "name": self._topics[topic],
            "declared": False,
            "parent": None,
            "conversations": len(talks),
            "messages": len(said),
            **_mood(said),
            "outcomes": _outcomes(talks),
            "resolutionRate": rate,
            "opportunity": round(len(talks) * lost / len(ended), 4) if ended else 0.0,
            "trend": {
                "direction": direction_of(weekly, self._today.isoweekday()),
                "weeks": [
                    {"week": f"{monday:%G-W%V}", "conversations": number}
                    for monday, number in zip(mondays, weekly, strict=True)
                ],
            },
            "samples": [talk.id for talk in newest[:3]],
        }

    def people(self, group: Callable[[Talk], str]) -> dict[str, dict[str, Any]]:
        """Users or organizations by id, without their profiles."""
        people: dict[str, list[Talk]] = {}
        for talk in self.talks:
            people.setdefault(group(talk), []).append(talk)
        return {identifier: _person(talks) for identifier, talks in people.items()}

    def search(self, admits: Callable[[Talk], bool]) -> list[str]:
        """The ids of some conversations, those that began last first."""
        found = sorted(filter(admits, self.talks), key=lambda talk: (talk.began, talk.id), reverse=True)
        return [talk.id for talk in found]

    def _bounds(self, days: int) -> dict[str, str]:
        return {"from": (self._today - timedelta(days=days - 1)).isoformat(), "to": self._today.isoformat()}

    def _inside(self, day: date, days: int) -> bool:
        return self._today - timedelta(days=days) < day <= self._today

    def _talks(self, days: int) -> list[Talk]:
        return [talk for talk in self.talks if self._inside(_day(talk.began), days)]

    def _said(self, days: int) -> list[Said]:
        return [said for talk in self.talks for said in talk.messages if self._inside(said.day, days)]


def _person(talks: Sequence[Talk]) -> dict[str, Any]:
    said = [said for talk in talks for said in talk.messages]
    return {
        "lastSeenAt": max(talk.ended for talk in talks).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "conversations": len(talks),
        "messages": len(said),
        **_mood(said),
        "outcomes": _outcomes(talks),
        "resolutionRate": _resolution(talk.outcome for talk in talks),
        "flags": [
            {
                "flag": flag,
                "conversations": sum(flag in talk.flags for talk in talks),
                "messages": sum(flag in each.flags for each in said),
            }
            for flag in FLAGS
        ],
        "feedback": {"positive": 0, "negative": 0},
    }


def _day(time: datetime) -> date:
    return time.astimezone(UTC).date()


def _monday(time: datetime) -> date:
    day = _day(time)
    return day - timedelta(days=day.weekday())


def _labels(scores: Iterable[float]) -> dict[str, int]:
    counts = Counter(map(label_of, scores))
    return {label: counts[label] for label in LABELS}


def _mood(said: Iterable[Said]) -> dict[str, Any]:
    scores = [each.score for each in said if each.score is not None]
    return {"avgSentiment": _mean(scores), "sentimentDistribution": _labels(scores)}


def _mean(scores: Sequence[float]) -> float | None:
    return round(_exact_mean(scores), 4) if scores else None


def _exact_mean(scores: Sequence[float]) -> float:
    """By whole thousandths: a sum of fractions may miss the edge between two labels or roundings."""
    return sum(round(score * 1000) for score in scores) / len(scores) / 1000


def _outcomes(talks: Iterable[Talk]) -> dict[str, int]:
    counts = Counter(talk.outcome for talk in talks)
    return {outcome: counts[outcome] for outcome in CONVERSATION_OUTCOMES}


def _resolution(outcomes: Iterable[str | None]) -> float | None:
    ended = [outcome for outcome in outcomes if outcome not in (None, "open")]
    return _share(ended.count("resolved"), len(ended))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _shares(words: Sequence[str], given: Sequence[tuple[str | None, date]], name: str, unit: str) -> Shares:
    whole = sum(word is not None for word, _ in given)
    shares = []
    for word in words:
        by_day = Counter(day for each, day in given if each == word)
        series = [{"date": day.isoformat(), unit: number} for day, number in sorted(by_day.items())]
        count = by_day.total()
        shares.append({name: word, unit: count, "rate": _share(count, whole), "overTime": series})
    return shares
