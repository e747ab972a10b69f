"""Large conversations that changed: a run of the schedule copies each once, however often it changed since the last.

A copy is always of the whole conversation. So one of thousands of messages that goes on is not copied in every window.
The archive only notes it, as an object without content whose name says which conversation, and which record. A run
removes the notes that it found before it read the conversation; so a later change is never forgotten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from confab.facts.stream_store import Changed
from confab.platform.objects import Objects
from confab.storage.values import Place

FOLDER: Final = "facts/deferred/"
TYPE: Final = "text/plain"


class DeferredCopies:
    """The notes.

    Args:
        objects: the bucket with the copies.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def note(self, changed: Changed) -> None:
        """Note that a conversation is to be copied.

        Raises:
            Unavailable: the bucket did not answer.
        """
        chatbot_id, conversation_id = changed.place
        self._objects.put_text(f"{FOLDER}{chatbot_id}/{conversation_id}/{changed.first}", "", TYPE)

    def noted(self) -> Mapping[Place, Sequence[str]]:
        """The conversations that are noted, each with the names of its notes.

        Raises:
            Unavailable: the bucket did not answer.
        """
        notes: defaultdict[Place, list[str]] = defaultdict(list)
        for each in self._objects.under(FOLDER):
            chatbot_id, conversation_id, _ = each.key.removeprefix(FOLDER).split("/")
            notes[chatbot_id, conversation_id].append(each.key)
        return notes

    def forget(self, names: Sequence[str]) -> None:
        """Remove notes.

        Raises:
            Unavailable: the bucket did not answer.
        """
        self._objects.delete(names)
