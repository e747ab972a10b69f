"""The contribution of a conversation to the statistics.

Statistics are sums over conversations. Each conversation remembers what it has contributed, so that the next commit
adds only the difference: redelivery, edits and deletes leave every sum exact.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from confab.domain.analysed_conversation import AnalysedConversation
from confab.domain.conversation import PROBE, Conversation
from confab.domain.judged import is_judged
from confab.domain.labels import label_of, milli
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import CONVERSATION_OUTCOMES, OPEN, RESOLVED, MessageResult
from confab.domain.scores import scores_found

TOTAL: Final = "TOTAL"
ALL_TIME: Final = "ALL"
DAY: Final = "DAY#"
TOPIC: Final = "TOPIC#"
NOT_ANALYSED: Final = "notAnalysed"
"""The counter of the conversations with a message that waits for somebody to ask for its result."""
KEPT_PREFIX: Final = "KEPT#"
"""Before the name of a statistic: what it has of conversations that have expired."""
USER_PREFIX: Final = "USER#"
ORGANIZATION_PREFIX: Final = "ORG#"

Counters = Mapping[str, int]
Contribution = Mapping[str, Counters]
"""Counters by statistic.

``TOTAL`` serves lists. The others serve analytics, in which probes do not count: ``ALL``, ``DAY#<UTC date>``,
``ORG#<digest>``, and ``TOPIC#<ISO week>#<topic id>`` by the week in which a conversation began. The figures of a user
are the sums of what the user's conversations add to ``ALL``.
"""

_Sums = defaultdict[str, defaultdict[str, int]]


def contribution_of(analysed: AnalysedConversation) -> dict[str, dict[str, int]]:
    """All that a conversation adds to the statistics of its chatbot.

    A probe counts in ``TOTAL`` alone and stays out of the rest (openbat.md, field ``kind``). A conversation, its
    outcome, that it has a flag and the hour of its first message count on the day of that; messages and feedback on
    their own days.
    """
    counts: _Sums = defaultdict(lambda: defaultdict(int))
    counts[TOTAL]["conversations"] = 1
    counts[TOTAL]["messages"] = len(analysed.messages)
    if analysed.conversation.kind != PROBE and analysed.messages:
        _count_for_analytics(counts, analysed)
    return {statistic: {name: n for name, n in counters.items() if n} for statistic, counters in counts.items()}


def _count_for_analytics(counts: _Sums, analysed: AnalysedConversation) -> None:
    everywhere = [ALL_TIME, *organizations_of(analysed.conversation)]
    first = analysed.started_at.astimezone(UTC).date()
    topics = {topic: topic_statistic(first, topic) for topic in analysed.topics}
    _count_messages(counts, everywhere, topics, analysed.messages, analysed.message_results)
    for feedback in analysed.feedback:
        if feedback.superseded_by is not None:
            continue
        for statistic in (*everywhere, day_statistic(feedback.created_at.astimezone(UTC).date())):
            counts[statistic][feedback_counter(feedback.kind)] += 1
    counts[day_statistic(first)][hour_counter(analysed.started_at.astimezone(UTC).hour)] += 1
    for statistic in (*everywhere, day_statistic(first), *topics.values()):
        _count_conversation(counts[statistic], analysed)


def contribution_with(
    before: Contribution,
    conversation: Conversation,
    started_at: datetime,
    topics: Iterable[str],
    new: Sequence[tuple[Message, MessageResult | None]],
    *,
    raised: Iterable[str] = (),
    outcome: tuple[str | None, str | None] = (None, None),
) -> dict[str, dict[str, int]]:
    """A contribution with further messages: what ``contribution_of`` makes of all, where nothing else has changed.

    Args:
        before: of the conversation without them, which is not a probe and has messages.
        started_at: when its first message was written.
        topics: the ids of its topics, with and without the new messages the same.
        raised: flags that no message before had.
        outcome: of the conversation before, and now.
    """
    counts: _Sums = defaultdict(lambda: defaultdict(int))
    for statistic, counters in before.items():
        counts[statistic].update(counters)
    counts[TOTAL]["messages"] += len(new)
    everywhere = [ALL_TIME, *organizations_of(conversation)]
    first = started_at.astimezone(UTC).date()
    named = {topic: topic_statistic(first, topic) for topic in topics}
    results = {message.key: result for message, result in new if result is not None}
    _count_messages(counts, everywhere, named, [message for message, _ in new], results)
    was, now = outcome
    for statistic in (*everywhere, day_statistic(first), *named.values()):
        for flag in raised:
            counts[statistic][flagged_counter(flag)] += 1
        if was is not None:
            counts[statistic][outcome_counter(was)] -= 1
        if now is not None:
            counts[statistic][outcome_counter(now)] += 1
        if any_unjudged((message for message, _ in new), results):
            counts[statistic][NOT_ANALYSED] = 1
    return {statistic: {name: n for name, n in counters.items() if n} for statistic, counters in counts.items()}


def _count_messages(
    counts: _Sums,
    everywhere: Sequence[str],
    topics: Mapping[str, str],
    messages: Iterable[Message],
    results: Mapping[str, MessageResult],
) -> None:
    """Count messages in the statistics of everything, of their days, and of those topics that they have.

    Args:
        topics: the statistics of the conversation's topics, by their ids.
    """
    for message in messages:
        result = results.get(message.key)
        own = [topics[topic] for topic in (result.topics if result else ()) if topic in topics]
        for statistic in (*everywhere, day_statistic(_day(message)), *own):
            _count_message(counts[statistic], message, result)


def _day(message: Message) -> date:
    return message.created_at.astimezone(UTC).date()


def _count_message(counters: defaultdict[str, int], message: Message, result: MessageResult | None) -> None:
    counters["messages"] += 1
    if result is not None and message.role == USER:
        _count_user_message(counters, result)
    elif result is not None and message.role == ASSISTANT:
        _count_reply(counters, result)


def _count_user_message(counters: defaultdict[str, int], result: MessageResult) -> None:
    if result.score is not None:
        counters["sentimentSum"] += milli(result.score)
        counters["sentimentCount"] += 1
        counters[label_counter(label_of(result.score))] += 1
    for flag in result.flags:
        counters[flag_counter(flag)] += 1


def _count_reply(counters: defaultdict[str, int], result: MessageResult) -> None:
    if result.outcome is not None:
        counters[reply_counter(result.outcome)] += 1
    if result.behaviour is not None:
        counters[behaviour_counter(result.behaviour)] += 1


def _count_conversation(counters: defaultdict[str, int], analysed: AnalysedConversation) -> None:
    counters["conversations"] += 1
    if analysed.outcome is not None:
        counters[outcome_counter(analysed.outcome)] += 1
    for flag in analysed.flags:
        counters[flagged_counter(flag)] += 1
    if any_unjudged(analysed.messages, analysed.message_results):
        counters[NOT_ANALYSED] = 1


def any_unjudged(messages: Iterable[Message], results: Mapping[str, MessageResult]) -> bool:
    """Whether one of some messages was stored to get no result, and has got none since."""
    return any(not message.judge and message.key not in results and is_judged(message) for message in messages)


def day_statistic(day: date) -> str:
    """The name of a day's statistic."""
    return f"{DAY}{day.isoformat()}"


def week_of(day: date) -> str:
    """The ISO week of a day, as ``2026-W09``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def topic_statistic(day: date, topic: str) -> str:
    """The name of a topic's statistic in the week of a day."""
    return f"{TOPIC}{week_of(day)}#{topic}"


def organizations_of(conversation: Conversation) -> list[str]:
    """The name of the statistic of a conversation's organization, if it has one."""
    return [name for name in people_of(conversation) if name.startswith(ORGANIZATION_PREFIX)]


def people_of(conversation: Conversation) -> list[str]:
    """The names of the statistics of a conversation's user and organization, those that it has."""
    people = (
        (USER_PREFIX, conversation.external_user_id),
        (ORGANIZATION_PREFIX, conversation.external_organization_id),
    )
    return [person_statistic(prefix, identifier) for prefix, identifier in people if identifier is not None]


def person_statistic(prefix: str, identifier: str) -> str:
    """The name of the statistic of a user or an organization.

    Args:
        prefix: ``USER_PREFIX`` or ``ORGANIZATION_PREFIX``.
        identifier: the caller's id.
    """
    return prefix + hashlib.sha256(identifier.encode()).hexdigest()[:32]


def label_counter(label: str) -> str:
    """The counter of the messages with a sentiment label."""
    return f"label:{label}"


def flag_counter(flag: str) -> str:
    """The counter of the messages with a flag."""
    return f"flag:{flag}"


def flagged_counter(flag: str) -> str:
    """The counter of the conversations in which a flag was raised."""
    return f"flagged:{flag}"


def outcome_counter(outcome: str) -> str:
    """The counter of the conversations with an outcome."""
    return f"outcome:{outcome}"


def reply_counter(outcome: str) -> str:
    """The counter of the assistant's messages with an outcome."""
    return f"reply:{outcome}"


def behaviour_counter(behaviour: str) -> str:
    """The counter of the assistant's messages with a behaviour."""
    return f"behaviour:{behaviour}"


def feedback_counter(kind: str) -> str:
    """The counter of the feedback of a kind."""
    return f"feedback:{kind}"


def hour_counter(hour: int) -> str:
    """The counter of the conversations that began in an hour of a day (UTC): short, because a day has 24 of them."""
    return f"h{hour:02d}"


_FOUND: Final = tuple(counter("") for counter in (behaviour_counter, reply_counter, label_counter, feedback_counter))
_HOURS: Final = frozenset(map(hour_counter, range(24)))


def found_of(contribution: Contribution) -> list[str]:
    """What a search asks for of the messages of a conversation: the names of counters that it adds to.

    They are those of behaviours and outcomes of answers, of labels of the user's messages, of kinds of feedback, and of
    the names and values of scores.
    """
    found = {name for name in contribution.get(ALL_TIME, {}) if name.startswith(_FOUND)}
    return sorted(found | scores_found(contribution))


def as_counted_then(contribution: Contribution, then: Contribution) -> Contribution:
    """A contribution as it was counted when another one of the same conversation was: one of before has no hours."""
    if any(name in _HOURS for counters in then.values() for name in counters):
        return contribution
    return {
        statistic: {name: n for name, n in counters.items() if name not in _HOURS}
        for statistic, counters in contribution.items()
    }


def mean_sentiment(counters: Counters) -> float | None:
    """The mean score behind some counters, -1 to 1; None when nothing was analysed."""
    count = counters.get("sentimentCount", 0)
    return counters.get("sentimentSum", 0) / count / 1000 if count else None


def added(several: Iterable[Counters]) -> dict[str, int]:
    """The sums of some counters."""
    total: Counter[str] = Counter()
    for counters in several:
        total.update(counters)
    return dict(total)


def resolution_rate(counters: Counters) -> float | None:
    """The share of resolved conversations among those that came to an end, 0 to 1; None when none did."""
    ended = {outcome: counters.get(outcome_counter(outcome), 0) for outcome in CONVERSATION_OUTCOMES if outcome != OPEN}
    return ended[RESOLVED] / sum(ended.values()) if any(ended.values()) else None


def difference(new: Contribution, old: Contribution) -> dict[str, dict[str, int]]:
    """What must be added to the statistics to go from the old contribution to the new one; zeros left out."""
    changes: dict[str, dict[str, int]] = {}
    for statistic in sorted(new.keys() | old.keys()):
        before, after = old.get(statistic, {}), new.get(statistic, {})
        changed = {
            counter: after.get(counter, 0) - before.get(counter, 0)
            for counter in sorted(before.keys() | after.keys())
            if after.get(counter, 0) != before.get(counter, 0)
        }
        if changed:
            changes[statistic] = changed
    return changes


def summed(contributions: Iterable[Contribution]) -> dict[str, dict[str, int]]:
    """The statistics that some conversations make, zeros left out."""
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    for contribution in contributions:
        for statistic, counters in contribution.items():
            for counter, amount in counters.items():
                sums[statistic][counter] += amount
    trimmed = {statistic: {name: n for name, n in counters.items() if n} for statistic, counters in sums.items()}
    return {statistic: counters for statistic, counters in trimmed.items() if counters}
