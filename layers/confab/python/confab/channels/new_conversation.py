"""A conversation that a channel or an operator makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from confab.domain.conversation import Scalar
from confab.redaction.redactor import Redactor
from confab.storage.entries import Entries
from confab.storage.row_updates import RowFields


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConversation:
    """A conversation to be made, or to be found when its channel knows it already.

    Attributes:
        provider_id: the contact's id on the channel; None for a conversation of its own.
        fields: what the row begins with, by name.
        contact_id: what the contact is called when nothing else says so.
        user: what is said of the contact; None clears a field, and as the id the contact.
    """

    channel_id: str
    provider_id: str | None
    contact_id: str
    fields: Mapping[str, Any]
    user: Mapping[str, Scalar | None] = field(default_factory=dict)

    def first(self, updated_at: datetime | None = None) -> RowFields:
        """The fields that a new row begins with.

        Args:
            updated_at: when the conversation counts as changed (UTC); None where the first message says so.
        """
        given = {**self.fields, "channelId": self.channel_id, "sessions": 1}
        if self.provider_id is not None:
            given["providerId"] = self.provider_id
        given = {"archived": False, "unread": False, **given}
        return RowFields(managed=given, updated_at=updated_at, contact_id=self.contact_id)

    def redacted(self, redactor: Redactor) -> NewConversation:
        """The same with marks for what the chatbot wants redacted."""
        user = redactor.attributes({"user": self.user})["user"]
        return replace(self, fields=redactor.fields(self.fields), user=user)

    def entries(self, now: datetime) -> Entries:
        return Entries.at(now, str(self.user.get("id") or self.contact_id), self.channel_id)
