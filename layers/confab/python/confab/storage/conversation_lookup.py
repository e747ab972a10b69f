"""Where a conversation is that a caller names by its id or by the caller's own."""

from __future__ import annotations

from collections.abc import Iterator

from confab.domain.identity import conversation_id, is_uuid, web_conversation_id
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import InvalidRequest
from confab.storage.credentials import CredentialStore
from confab.storage.lists import ConversationLists

Place = tuple[str, str]
"""The ids of a chatbot and of one of its conversations."""


class ConversationLookup:
    """Finds conversations among those that a key reaches.

    Args:
        conversations, credentials: the stores.
    """

    def __init__(self, conversations: ConversationLists, credentials: CredentialStore) -> None:
        self._conversations = conversations
        self._credentials = credentials

    def places(self, key: ApiKey, named: str) -> Iterator[Place]:
        """Where the conversation of a name may be, the likeliest first.

        A name is the id that Confab gave, the id that servers gave, or the one that browsers gave. With the key of
        one chatbot nothing is read for it.

        Raises:
            InvalidRequest: several chatbots of the key have a conversation of this name.
        """
        one = key.chatbot_id != EVERY_CHATBOT
        chatbots = [key.chatbot_id] if one else self._credentials.chatbot_ids(key.workspace_id)
        for ids in _meanings(chatbots, named):
            if one or not ids:
                yield from ids
                continue
            found = list(self._conversations.heads(ids))
            if len(found) > 1:
                raise InvalidRequest(
                    "Several chatbots have a conversation of this id: use Confab's id of it, or a chatbot's own key."
                )
            yield from found


def _meanings(chatbots: list[str], named: str) -> Iterator[list[Place]]:
    yield [(chatbot, named) for chatbot in chatbots if is_uuid(named)]
    yield [(chatbot, conversation_id(chatbot, named)) for chatbot in chatbots]
    yield [(chatbot, web_conversation_id(chatbot, named)) for chatbot in chatbots]
