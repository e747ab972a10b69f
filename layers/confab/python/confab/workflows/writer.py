"""The message of a workflow's notice, made when it is sent from what the table has then.

A conversation that was erased meanwhile is left out. Text of messages is in it only where the rule says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from confab.domain.chatbot import Chatbot
from confab.domain.conversation import Conversation
from confab.domain.labels import label_of
from confab.domain.message import Message as Said
from confab.domain.notices import MAX_MENTIONS, Mention, Message, Notice, Told
from confab.domain.results import MessageResult
from confab.domain.rules import Rule
from confab.domain.statistics import ORGANIZATION_PREFIX, mean_sentiment, person_statistic
from confab.storage.people import PeopleStore
from confab.workflows.source_store import Committed, WorkflowSource, message_mark
from confab.workflows.template import Values, rendered

MAX_TEXT: Final = 1000
"""Characters of a message's text that leave the account."""
MAX_LINES: Final = MAX_MENTIONS


class Rules(Protocol):
    """Finds rules (``rules.store.RuleStore``)."""

    def get(self, chatbot_id: str, rule_id: str) -> Rule | None: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation that a notice names, and the message that matched; None for the conversation as a whole."""

    committed: Committed
    said: Said | None
    text: str | None
    bad_text: str | None

    @property
    def conversation(self) -> Conversation:
        """The conversation itself."""
        return self.committed.conversation

    @property
    def result(self) -> MessageResult | None:
        """What the analysis says of the message."""
        return None if self.said is None else self.committed.results.get(self.said.key)


class WriteMatches:
    """Writes what a workflow has matched.

    Args:
        rules: finds the rule.
        source: reads conversations.
        people: knows the figures of organizations.
        public_url: the address that people reach the dashboard at; empty for no links.
    """

    def __init__(self, rules: Rules, source: WorkflowSource, people: PeopleStore, public_url: str) -> None:
        self._rules = rules
        self._source = source
        self._people = people
        self._public_url = public_url.rstrip("/")

    def __call__(self, chatbot: Chatbot, told: Told, notice: Notice) -> Message | None:
        """The message; None when nothing is left to tell.

        Raises:
            Unavailable: the table did not answer.
        """
        rule = self._rules.get(chatbot.id, told.id)
        if rule is None:
            return None
        found = (self._seen(chatbot.id, mention, with_text=rule.include_text) for mention in notice.mentions)
        seen = [each for each in found if each is not None]
        if not seen:
            return None
        data = {"conversations": [self._data(each, rule) for each in seen], "count": notice.count}
        filled = None
        if rule.template is not None:
            values = self._values(chatbot, rule, notice, seen[0])
            filled = rendered(rule.template, values)
        return Message(
            title=_title(rule, notice),
            lines=[self._line(each) for each in seen[:MAX_LINES]] + _more(notice, len(seen)),
            data=data,
            body=filled,
            text=filled,
        )

    def _seen(self, chatbot_id: str, mention: Mention, *, with_text: bool) -> Seen | None:
        place = chatbot_id, mention.conversation_id
        row = self._source.row(place)
        if row is None or not row.begun:
            return None
        committed = self._source.read(place, row)
        said = None
        if mention.match:
            said = next((each for each in committed.messages if message_mark(each.key) == mention.match), None)
            if said is None:
                return None

        def text(key: str | None) -> str | None:
            found = self._source.text(place, key) if with_text and key is not None else None
            return None if found is None else found[:MAX_TEXT]

        bad = committed.first_bad_turn
        return Seen(committed, said, text(None if said is None else said.key), text(bad))

    def _data(self, seen: Seen, rule: Rule) -> dict[str, Any]:
        """A conversation as the published body has it."""
        conversation = seen.conversation
        sentiment = conversation.sentiment
        shown: dict[str, Any] = {
            "id": conversation.id,
            "externalId": conversation.external_id,
            "url": self._url(conversation),
            "label": None if sentiment is None else label_of(sentiment),
            "sentiment": sentiment,
            "outcome": conversation.outcome,
            "topics": list(conversation.topics),
            "flags": list(conversation.flags),
            "messages": conversation.message_count,
            "firstBadTurn": _bad_turn(seen, rule),
            "user": {"id": conversation.external_user_id},
        }
        if seen.said is not None:
            shown["message"] = _message(seen, rule)
        return shown

    def _url(self, conversation: Conversation) -> str | None:
        return f"{self._public_url}/dashboard/conversations/{conversation.id}" if self._public_url else None

    def _line(self, seen: Seen) -> str:
        """A conversation in one line for people."""
        conversation, result = seen.conversation, seen.result
        score = conversation.sentiment if result is None else result.score
        parts = [
            self._url(conversation) or conversation.id,
            None if score is None else f"{label_of(score)} ({score:.2f})",
            conversation.outcome,
            ", ".join(conversation.flags) or None,
            None if seen.text is None else f"“{' '.join(seen.text.split())[:200]}”",
        ]
        return " · ".join(part for part in parts if part)

    def _values(self, chatbot: Chatbot, rule: Rule, notice: Notice, seen: Seen) -> Values:
        """What a template's variables stand for: of the first conversation, and of the message that matched."""
        conversation, result = seen.conversation, seen.result
        user = conversation.attributes.get("user", {})
        own = result or MessageResult(key="")
        score = own.score if result is not None and own.score is not None else conversation.sentiment
        return {
            "user.name": _text(user.get("name")),
            "user.email": _text(user.get("email")),
            "user.id": conversation.external_user_id,
            "sentiment.score": score,
            "sentiment.label": None if score is None else label_of(score),
            "intent.value": own.intent,
            "flag.value": ", ".join(own.flags if result is not None else conversation.flags) or None,
            "topic.value": ", ".join(own.topics if result is not None else conversation.topics) or None,
            "behaviour.value": own.behaviour,
            "outcome.value": own.outcome or conversation.outcome,
            "conversation.id": conversation.id,
            "conversation.externalId": conversation.external_id,
            "conversation.url": self._url(conversation),
            "org.avgSentiment": self._of_organization(conversation),
            "message.text": seen.text,
            "message.id": None if seen.said is None else seen.said.id,
            "rule.name": rule.name,
            "chatbot.name": chatbot.name,
            "count": notice.count,
        }

    def _of_organization(self, conversation: Conversation) -> float | None:
        organization = conversation.external_organization_id
        if organization is None:
            return None
        statistic = person_statistic(ORGANIZATION_PREFIX, organization)
        found = self._people.get(conversation.chatbot_id, [statistic]).get(statistic)
        mean = None if found is None else mean_sentiment(found.counters)
        return None if mean is None else round(mean, 3)


def _title(rule: Rule, notice: Notice) -> str:
    return rule.name if notice.count == 1 else f"{rule.name}: {notice.count} matches"


def _more(notice: Notice, shown: int) -> list[str]:
    return [f"and {notice.count - shown} more"] if notice.count > shown else []


def _bad_turn(seen: Seen, rule: Rule) -> Mapping[str, Any] | None:
    """The first message of the user that went wrong, by the id that the outside knows."""
    key = seen.committed.first_bad_turn
    found = next((each for each in seen.committed.messages if each.key == key), None)
    if found is None:
        return None
    return {"messageId": found.id, **({"text": seen.bad_text} if rule.include_text else {})}


def _message(seen: Seen, rule: Rule) -> Mapping[str, Any]:
    said, result = seen.said, seen.result or MessageResult(key="")
    assert said is not None
    score = result.score
    shown: dict[str, Any] = {
        "id": said.id,
        "role": said.role,
        "sentiment": None if score is None else {"score": score, "label": label_of(score)},
        "intent": result.intent,
        "topics": list(result.topics),
        "flags": list(result.flags),
        "behaviour": result.behaviour,
        "outcome": result.outcome,
    }
    return {**shown, "text": seen.text} if rule.include_text else shown


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def sample_message(chatbot: Chatbot, told: Told, _: Notice) -> Message:
    """What somebody gets who tries a destination or a rule: made-up data, and marked as a test by the sender."""
    sample = {
        "id": "00000000-0000-4000-8000-000000000000",
        "externalId": "sample-1",
        "url": None,
        "label": "Negative",
        "sentiment": -0.5,
        "outcome": "unresolved",
        "topics": ["delivery"],
        "flags": ["frustrated_user"],
        "messages": 3,
        "firstBadTurn": None,
        "user": {"id": "user-1"},
    }
    lines: Sequence[str] = [f"This is a test from Confab for the chatbot {chatbot.name}. Nothing happened."]
    return Message(title=f"Test: {told.name}", lines=lines, data={"conversations": [sample], "count": 1})
