"""The fields of user, organization, session and custom fields in a request, as a change of a conversation's row.

A user and an organization are identified by their ids. The same id merges field by field, and so does a first id.
Another id replaces the whole group, so that no reader sees a user with fields of another one. The row is not read for
that: the change expects that the row names no other user or organization. Only a refusal, which returns the row, makes
it a change of the whole group.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confab.domain.conversation import SentAttributes
from confab.storage.values import Item
from confab.storage.writes import Change

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("id", "name", "email", "plan", "createdAt", "industry", "mrr", "phoneNumber", "language"),
    "organization": ("id", "name", "plan", "industry", "mrr"),
}
"""The groups that have an identity, with every field that any dialect has: all of them go with the former id, also
those that a request side by side has just added."""
PROFILE: Final = ("name", "email", "plan")
"""Fields that profiles show. One that was cleared stays on the row as null, so that the consumer clears the profile."""
FORMER_USER: Final = "formerUser"
"""Attribute of a row whose large fields were logged about an earlier user than the one that it is with."""
_CHANNEL_NAME: Final = "c.name"
_CHANNEL_PHOTO: Final = "c.photoUrl"
_CHANNEL_PROVIDER: Final = "c.providerId"


@dataclass(slots=True)
class AttributeChange:
    """A change of the attributes of a row that say who it is about.

    Attributes:
        sets, removes: the change.
        equals: attributes that must have these values; None for one that must be absent.
        either: attributes that must be absent or have these values.
        user_leaves: whether it takes the row from a user who may stand there.
    """

    sets: dict[str, Any] = field(default_factory=dict)
    removes: dict[str, None] = field(default_factory=dict)
    equals: dict[str, Any] = field(default_factory=dict)
    either: dict[str, Any] = field(default_factory=dict)
    user_leaves: bool = False

    def alters(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is another after the change."""
        added = any(name not in row or row[name] != value for name, value in self.sets.items())
        return added or any(name in row for name in self.removes)

    def apply_to(self, change: Change, *, with_history: bool = False) -> None:
        """Make it a part of a change of the row.

        What a new row begins with stands for what goes: the contact of a channel is called by the channel's own id
        again. What the change itself sets is not removed.

        Args:
            with_history: whether the conversation's large fields are written too, so that none of a former user stay.
        """
        change.sets = {**self.sets, **change.sets}
        if self.user_leaves and not with_history:
            change.sets[FORMER_USER] = True
        change.equals |= self.equals
        change.either |= self.either
        for name in self.removes:
            if name in change.defaults:
                change.sets.setdefault(name, change.defaults[name])
            elif name not in change.sets and name not in change.removes:
                change.removes.append(name)


def attribute_change(groups: SentAttributes, row: Item | None) -> AttributeChange:
    """The change that some groups of fields make.

    Args:
        groups: fields by group; None clears a field, and as the id of a user or an organization the whole group.
        row: the row that the change is for, empty when there is none; None when it was not read.
    """
    change = AttributeChange()
    for group, fields in groups.items():
        if group in FIELDS and "id" in fields:
            _identify(change, group, fields["id"], row)
        for name, value in fields.items():
            attribute = f"{group}.{name}"
            if value is not None:
                change.sets[attribute] = value
                change.removes.pop(attribute, None)
            elif group in FIELDS and name in PROFILE and (row is None or attribute in row):
                change.sets[attribute] = None
                change.removes.pop(attribute, None)
            else:
                change.removes[attribute] = None
    return change


def _identify(change: AttributeChange, group: str, identifier: Any, row: Item | None) -> None:
    """Expect that a group is about this id or about nobody yet; where it is about somebody else, remove it."""
    attribute = f"{group}.id"
    if identifier is None:
        change.removes |= dict.fromkeys(_group(group, row or {}))
        change.user_leaves = change.user_leaves or group == "user"
        return
    found = None if row is None else row.get(attribute)
    if row is None or found is None or found == identifier:
        change.either[attribute] = identifier
        return
    change.equals[attribute] = found
    if group == "user" and found == row.get(_CHANNEL_PROVIDER):
        # The channel's own id stood for a contact that is known from now on.
        return
    change.removes |= dict.fromkeys(_group(group, row))
    if group == "user":
        change.user_leaves = True
        _forget_on_channel(change, row)


def _group(group: str, row: Mapping[str, Any]) -> Iterable[str]:
    known = (f"{group}.{name}" for name in FIELDS[group])
    return (*known, *(name for name in row if name.startswith(f"{group}.")))


def _forget_on_channel(change: AttributeChange, row: Mapping[str, Any]) -> None:
    """A conversation of a channel also shows the contact's picture, and may have got its name from the contact."""
    change.removes[_CHANNEL_PHOTO] = None
    name = row.get(_CHANNEL_NAME)
    if name is not None and name == row.get("user.name"):
        change.equals[_CHANNEL_NAME] = name
        change.removes[_CHANNEL_NAME] = None
