"""The analysis of a conversation, message by message, and which analyzer made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confab.domain.conversation import Conversation
from confab.domain.corrections import corrections
from confab.domain.message import Message
from confab.domain.results import ConversationResult, Judge, MessageResult
from confab.domain.scores import Score
from confab.domain.topics import Topic, by_id
from confab.platform.credentials import ApiKey
from confab.reading.conversations import ReadConversations
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.topics import TopicStore
from confab.storage.transcripts import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisPage:
    """The results of a part of a conversation.

    Attributes:
        messages: in transcript order.
        more: whether there are messages after these.
        first_bad: the first message that went wrong, wherever it is; None when there is none.
        message_results: by message key, of the messages that were judged.
        judges: what judged them, by message key.
        feedback: how much of each kind was given, by the id of the message that the outside knows.
        overall: what was found in the conversation as a whole.
        judge: what judged the conversation last; None when nothing did yet.
        topics: the chatbot's topics by id.
        corrections: what people say instead, of the conversation and of all of its messages.
    """

    conversation: Conversation
    messages: Sequence[Message]
    more: bool
    first_bad: Message | None
    message_results: Mapping[str, MessageResult]
    judges: Mapping[str, Judge]
    feedback: Mapping[str, Mapping[str, int]]
    overall: ConversationResult
    judge: Judge | None
    topics: Mapping[str, Topic]
    corrections: Sequence[Score]


class ReadConversationAnalysis:
    """Reads the results of a part of a conversation, of the whole conversation, and which analyzer gave them.

    Args:
        reading: finds conversations.
        chatbots, topics: know the names of topics.
    """

    def __init__(self, reading: ReadConversations, chatbots: Chatbots, topics: TopicStore) -> None:
        self._reading = reading
        self._chatbots = chatbots
        self._topics = topics

    def __call__(self, key: ApiKey, named: str, span: Span, chatbot_id: str | None = None) -> AnalysisPage:
        """The results of a part of a conversation; a message that was not judged yet, or cannot be, has none.

        Args:
            named: Confab's id of the conversation, or the caller's own.
            chatbot_id: the chatbot that has it; None for whichever has.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of the caller's id.
            NotFound: there is no such conversation among those that the key reaches.
        """
        partition = self._reading.partition(key, named, span, chatbot_id)
        conversation, shown = partition.conversation, {message.key: message for message in partition.messages}
        judges, judge = partition.judges(shown)
        overall = partition.conversation_result
        bad = overall.first_bad_turn
        chatbot = self._chatbots.get(conversation.chatbot_id)
        declared = chatbot.topics if chatbot else ()
        return AnalysisPage(
            conversation=conversation,
            messages=partition.messages,
            more=partition.more,
            first_bad=None if bad is None else shown.get(bad) or self._reading.message(conversation, bad),
            message_results=partition.message_results(),
            judges=judges,
            feedback=partition.feedback_counts(),
            overall=overall,
            judge=judge,
            topics=by_id(self._topics.found(conversation.chatbot_id), declared),
            corrections=corrections(partition.scores),
        )
