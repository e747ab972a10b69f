"""What was found in a conversation, message by message, and what judged it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confab.domain.conversation import Conversation
from confab.domain.insight import ConversationInsight, Judge, MessageInsight
from confab.domain.message import Message, transcript_order
from confab.domain.topics import Topic, by_id
from confab.platform.credentials import ApiKey
from confab.storage.messages import read_messages
from confab.storage.results import read_conversation_insight, read_insights, read_judges
from confab.storage.topics import TopicStore
from confab.usecases.chatbots import Chatbots
from confab.usecases.read import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """The results of a conversation.

    Attributes:
        messages: in transcript order.
        insights: by message key, of the messages that were judged.
        judges: what judged them, by message key.
        overall: what was found in the conversation as a whole.
        judge: what judged the conversation last; None when nothing did yet.
        topics: the chatbot's topics by id.
    """

    conversation: Conversation
    messages: Sequence[Message]
    insights: Mapping[str, MessageInsight]
    judges: Mapping[str, Judge]
    overall: ConversationInsight
    judge: Judge | None
    topics: Mapping[str, Topic]


class ReadJudgements:
    """The use case.

    Args:
        reading: finds conversations.
        chatbots, topics: know the names of topics.
    """

    def __init__(self, reading: Reading, chatbots: Chatbots, topics: TopicStore) -> None:
        self._reading = reading
        self._chatbots = chatbots
        self._topics = topics

    def __call__(self, key: ApiKey, conversation_id: str) -> Judgements:
        """The results of a conversation; a message that was not judged yet, or cannot be, has none.

        Raises:
            NotFound: there is no such conversation among those that the key reaches.
        """
        conversation, items = self._reading.whole(key, conversation_id)
        insights, _ = read_insights(items)
        judges, judge = read_judges(items)
        chatbot = self._chatbots.get(conversation.chatbot_id)
        declared = chatbot.topics if chatbot else ()
        return Judgements(
            conversation=conversation,
            messages=sorted(read_messages(items), key=transcript_order),
            insights=insights,
            judges=judges,
            overall=read_conversation_insight(items),
            judge=judge,
            topics=by_id(self._topics.found(conversation.chatbot_id), declared),
        )
