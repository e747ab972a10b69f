"""A chatbot's custom fields: those its team declared, those that came undeclared, and those it denied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from confab.admin.chatbot_settings import Configure
from confab.admin.store import AdminStore, field_removal
from confab.domain.chatbot import Chatbot
from confab.domain.custom_fields import TYPES, DiscoveredField
from confab.platform.credentials import ApiKey
from confab.platform.errors import Fault, InvalidRequest, NotFound

MAX_FIELDS: Final = 200


@dataclass(frozen=True, slots=True)
class Schema:
    """The chatbot with its declared and denied fields, and the discovered ones without a decision."""

    chatbot: Chatbot
    discovered: Sequence[DiscoveredField]


class FieldSchema:
    """Lists, declares, denies and removes a chatbot's custom fields; each change has its audit entry.

    The caller is a key that administers the chatbot (``by``), or the operator's command (None).

    Args:
        configure: changes the chatbot.
        store: the operators' side of the table.
    """

    def __init__(self, configure: Configure, store: AdminStore) -> None:
        self._configure = configure
        self._store = store

    def show(self, chatbot_id: str, *, by: ApiKey | None = None) -> Schema:
        """All fields of a chatbot.

        Raises:
            NotFound: there is no such chatbot.
        """
        chatbot = self._configure.chatbot(by, chatbot_id)
        # A function that did not know of the decision yet may have noted the field once more.
        decided = chatbot.fields.keys() | chatbot.denied
        found = [field for field in self._store.discovered_fields(chatbot.id) if field.name not in decided]
        return Schema(chatbot, found)

    def declare(
        self,
        chatbot_id: str,
        name: str,
        type_name: str | None = None,
        *,
        required: bool = False,
        by: ApiKey | None = None,
    ) -> Chatbot:
        """Declare a field, or declare it again; a discovered one is thereby accepted.

        Args:
            type_name: one of ``TYPES``; None for the type that it was discovered with.

        Raises:
            InvalidRequest: there is no such type, or none is given and none known, or there are too many fields.
            NotFound: there is no such chatbot.
        """
        if type_name is not None and type_name not in TYPES:
            raise InvalidRequest.at(Fault("type", f"must be one of {', '.join(TYPES)}"))

        def change(chatbot: Chatbot) -> Chatbot:
            declared = type_name or self._known_type(chatbot, name)
            fields = {**chatbot.fields, name: declared}
            if len(fields) > MAX_FIELDS:
                raise InvalidRequest.at(Fault("name", f"a chatbot has at most {MAX_FIELDS} declared fields"))
            return replace(
                chatbot,
                fields=fields,
                required=chatbot.required | {name} if required else chatbot.required - {name},
                denied=chatbot.denied - {name},
            )

        return self._change(chatbot_id, "field.declare", name, change, by)

    def deny(self, chatbot_id: str, name: str, *, by: ApiKey | None = None) -> Chatbot:
        """Deny a field: it is no longer listed as discovered. Its values are stored all the same, with a warning.

        Raises:
            InvalidRequest: there are too many denied fields.
            NotFound: there is no such chatbot.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            denied = chatbot.denied | {name}
            if len(denied) > MAX_FIELDS:
                raise InvalidRequest.at(Fault("name", f"a chatbot has at most {MAX_FIELDS} denied fields"))
            return replace(_without(chatbot, name), denied=denied)

        return self._change(chatbot_id, "field.deny", name, change, by)

    def remove(self, chatbot_id: str, name: str, *, by: ApiKey | None = None) -> Chatbot:
        """Take back that a field was declared or denied; when it comes again, it is discovered.

        Raises:
            NotFound: there is no such chatbot, or no such field.
        """

        def change(chatbot: Chatbot) -> Chatbot:
            if name not in chatbot.fields and name not in chatbot.denied:
                raise NotFound("There is no such field.")
            return _without(chatbot, name)

        return self._change(chatbot_id, "field.remove", name, change, by)

    def _change(
        self, chatbot_id: str, action: str, name: str, change: Callable[[Chatbot], Chatbot], by: ApiKey | None
    ) -> Chatbot:
        return self._configure.change(
            by, chatbot_id, action, change, lambda chatbot: [field_removal(chatbot.id, name)], object_id=name
        )

    def _known_type(self, chatbot: Chatbot, name: str) -> str:
        if name in chatbot.fields:
            return chatbot.fields[name]
        found = next((field for field in self._store.discovered_fields(chatbot.id) if field.name == name), None)
        if found is None:
            raise InvalidRequest.at(Fault("type", "must be given for a field that was not discovered"))
        return found.type


def _without(chatbot: Chatbot, name: str) -> Chatbot:
    return replace(
        chatbot,
        fields={field: kind for field, kind in chatbot.fields.items() if field != name},
        required=chatbot.required - {name},
        denied=chatbot.denied - {name},
    )
