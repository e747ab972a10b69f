"""Which conversations someone looks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from confab.domain.analysed_conversation import ALL, CHANNELS, ORGANIZATIONS, TOPICS, USERS
from confab.domain.conversation import Conversation
from confab.domain.labels import label_of
from confab.domain.scores import scored_with
from confab.domain.statistics import behaviour_counter, feedback_counter, label_counter, reply_counter

HOURS_OF_WEEK: Final = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What conversations must have; None for anything.

    Attributes:
        since, until: when the first message was written; the second is not included.
        user, organization, channel: the caller's ids.
        topic: the id of one of its topics.
        label: of the mean score of its user's messages.
        text: a part of the user's name, e-mail or id, or of one of the conversation's two ids, in any case.
        behaviour, reply: a behaviour, an outcome of at least one answer.
        message_label: one or more labels, one of which at least one of the user's messages has.
        feedback: a kind that was given to at least one message.
        score: the name of a score that it or one of its messages has.
        score_value: the bucket of such a score's value (``domain.scores.bucket_of``); needs ``score``.
        hours: of a week, one of which the first message was written in: 0 is Monday from midnight on (UTC).
    """

    since: datetime | None = None
    until: datetime | None = None
    user: str | None = None
    organization: str | None = None
    channel: str | None = None
    topic: str | None = None
    flag: str | None = None
    label: str | None = None
    outcome: str | None = None
    dialect: str | None = None
    text: str | None = None
    behaviour: str | None = None
    reply: str | None = None
    message_label: tuple[str, ...] | None = None
    feedback: str | None = None
    hours: tuple[int, ...] | None = None
    score: str | None = None
    score_value: str | None = None

    def by_selectivity(self) -> list[tuple[str, str]]:
        """The filters that conversations are entered by, as search terms; those that leave the fewest come first."""
        search_terms = (
            (USERS, self.user),
            (ORGANIZATIONS, self.organization),
            (CHANNELS, self.channel),
            (TOPICS, self.topic),
        )
        return [*((kind, value) for kind, value in search_terms if value is not None), (ALL, "")]

    @property
    def need_rows(self) -> bool:
        """Whether entries of the most selective search term alone cannot answer."""
        of_rows = (self.flag, self.label, self.outcome, self.dialect, self.text, self.hours)
        of_messages = bool(self.of_messages)
        return of_messages or any(wanted is not None for wanted in of_rows) or len(self.by_selectivity()) > 2

    @property
    def of_messages(self) -> list[set[str]]:
        """What is asked for of the messages: names of counters (``domain.statistics.found_of``), one of each set."""
        asked = (
            (behaviour_counter, _only(self.behaviour)),
            (reply_counter, _only(self.reply)),
            (label_counter, self.message_label or ()),
            (feedback_counter, _only(self.feedback)),
        )
        scored = [] if self.score is None else [{scored_with(self.score, self.score_value)}]
        return [*(set(map(counter, wanted)) for counter, wanted in asked if wanted), *scored]

    def admit(self, row: Conversation) -> bool:
        """Whether a conversation has all that is asked for; ``since`` and ``until`` are not looked at."""
        asked = (
            (self.user, row.external_user_id),
            (self.organization, row.external_organization_id),
            (self.channel, row.channel_id),
            (self.label, None if row.sentiment is None else label_of(row.sentiment)),
            (self.outcome, row.outcome),
            (self.dialect, row.dialect),
        )
        return (
            all(wanted is None or wanted == found for wanted, found in asked)
            and (self.topic is None or self.topic in row.topics)
            and (self.flag is None or self.flag in row.flags)
            and all(not names.isdisjoint(row.found or ()) for names in self.of_messages)
            and (self.hours is None or _hour(row) in self.hours)
            and (self.text is None or any(self.text.casefold() in text.casefold() for text in _texts(row)))
        )


def _only(wanted: str | None) -> tuple[str, ...]:
    return () if wanted is None else (wanted,)


def _hour(row: Conversation) -> int | None:
    """The hour of the week in which a conversation began."""
    if row.first_message_at is None:
        return None
    began = row.first_message_at.astimezone(UTC)
    return began.weekday() * 24 + began.hour


def _texts(row: Conversation) -> Iterator[str]:
    user = row.attributes.get("user", {})
    found = (user.get("name"), user.get("email"), row.external_user_id, row.external_id, row.id)
    return (str(text) for text in found if text is not None)
