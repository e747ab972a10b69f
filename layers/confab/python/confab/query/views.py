"""The views of the query language: their columns, and what each holds (inkeep.md, section 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TEXT: Final = "text"
NUMBER: Final = "number"
BOOLEAN: Final = "boolean"
TIME: Final = "time"
JSON: Final = "json"
LIST: Final = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view: what a query is about.

    Attributes:
        name: as the facts have it.
        columns: what each holds, by name.
        time: the column that times are about where a query names none.
        measure: the column that figures are about where a query names none; None for none.
        texts: the columns that a search in its texts looks through.
    """

    name: str
    columns: Mapping[str, str]
    time: str
    measure: str | None = None
    texts: tuple[str, ...] = ()

    @property
    def times(self) -> frozenset[str]:
        """The columns that hold times."""
        return frozenset(name for name, kind in self.columns.items() if kind == TIME)


def _columns(**names: str) -> Mapping[str, str]:
    """What columns hold, by name."""
    return {name: kind for kind, listed in names.items() for name in listed.split()}


CONVERSATIONS: Final = View(
    name="conversations",
    columns=_columns(
        text="id organizationId projectId integrationId type",
        number="userMessageCount",
        time="firstMessageTime",
        json="properties userProperties",
    ),
    time="firstMessageTime",
    measure="userMessageCount",
)
EVENTS: Final = View(
    name="events",
    columns=_columns(
        text="id organizationId projectId integrationId messageId conversationId eventType type searchQuery",
        time="createdAt",
        json="properties userProperties",
    ),
    time="createdAt",
)
FEEDBACK: Final = View(
    name="feedback",
    columns=_columns(
        text="id organizationId projectId integrationId type messageId conversationId details",
        time="createdAt updatedAt",
        json="reasons sources properties userProperties",
    ),
    time="createdAt",
)
THREADS: Final = View(
    name="threads",
    columns=_columns(
        text="id organizationId projectId integrationId question answer gapSummary subject category emotion sentiment"
        " questionType",
        number="messagesCount questionLength",
        boolean="isOnTopic isClear isDocumented isFeatureSupported isAnswerConfident hasPositiveFeedback"
        " hasNegativeFeedback areAIAnnotationsVerified isInitialQuestionAnswer",
        time="firstMessageTime lastMessageTime lastUpdated",
        list="messageIds conversationIds languages firstPartyEntities thirdPartyEntities",
        json="properties userProperties",
    ),
    time="firstMessageTime",
    measure="messagesCount",
    texts=("question", "answer", "subject"),
)
VIEWS: Final = {view.name: view for view in (CONVERSATIONS, EVENTS, FEEDBACK, THREADS)}
