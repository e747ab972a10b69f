"""Where a conversation is that a caller names by its id or by the caller's own."""

from __future__ import annotations

from collections.abc import Iterator

from confab.domain.identity import conversation_id, is_uuid, web_conversation_id
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import Fault, InvalidRequest
from confab.storage.chatbot_lookup import Chatbots
from confab.storage.credentials import CredentialStore
from confab.storage.lists import ConversationLists

Place = tuple[str, str]
"""The ids of a chatbot and of one of its conversations."""


class ConversationLookup:
    """Finds conversations among those that a key reaches.

    Args:
        conversations, credentials: the stores.
        chatbots: says which chatbots a key reaches.
    """

    def __init__(self, conversations: ConversationLists, credentials: CredentialStore, chatbots: Chatbots) -> None:
        self._conversations = conversations
        self._credentials = credentials
        self._chatbots = chatbots

    def places(self, key: ApiKey, named: str, chatbot_id: str | None = None) -> Iterator[Place]:
        """Where the conversation of a name may be, the likeliest first.

        A name is the id that Confab gave, the id that servers gave, or the one that browsers gave. For one chatbot
        nothing is read for it.

        Args:
            chatbot_id: the chatbot that has it; None for whichever has.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of this name.
            NotFound: the key does not reach the chatbot.
        """
        if chatbot_id is not None:
            chatbots = [self._chatbots.reached(key, chatbot_id).id]
        elif key.chatbot_id != EVERY_CHATBOT:
            chatbots = [key.chatbot_id]
        else:
            chatbots = self._credentials.chatbot_ids(key.workspace_id)
        for ids in _meanings(chatbots, named):
            if len(chatbots) == 1:
                yield from ids
                continue
            found = list(self._conversations.heads(ids))
            if len(found) > 1:
                raise InvalidRequest.at(
                    Fault("chatbotId", "is required, because several chatbots have a conversation of this id")
                )
            yield from found


def _meanings(chatbots: list[str], named: str) -> Iterator[list[Place]]:
    yield [(chatbot, named) for chatbot in chatbots if is_uuid(named)]
    yield [(chatbot, conversation_id(chatbot, named)) for chatbot in chatbots]
    yield [(chatbot, web_conversation_id(chatbot, named)) for chatbot in chatbots]
