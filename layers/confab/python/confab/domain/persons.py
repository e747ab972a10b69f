"""Users in the data around messages: identified by their ids and by the e-mail addresses sent with those.

Data around texts names people in objects: ``userProperties``, and free ones such as ``properties``, custom fields and
variables. An object with an id belongs to the user of that id; an object without one belongs to the user of its
address. So an address that another user sent with another id stays that user's. Names do not identify anybody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

_IDS: Final = frozenset({"userid", "contactid"})
_ADDRESSES: Final = frozenset({"email", "emailaddress", "mail"})
_DETAILS: Final = frozenset(
    {"name", "username", "firstname", "lastname", "fullname", "phone", "phonenumber", "mobile", "photourl"}
)
_AGENT: Final = frozenset({"supportagentemail", "supportagentname"})
_AGENT_ADDRESS: Final = "supportagentemail"
_PLAIN: Final = re.compile(r"[^a-z0-9]")
_ADDRESS: Final = re.compile(r"[^\s@]{1,256}@[^\s@]{1,256}|\[email:[0-9a-f]+\]")
_LONGEST: Final = 1024
USER_PROPERTIES: Final = "userProperties"
"""The part of what is sent that says who the user is; left as it is unless the chatbot wants users redacted too."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user.

    Attributes:
        id: the caller's.
        addresses: e-mail addresses that were given with the id, lower case; or the marks that redaction made of them.
    """

    id: str
    addresses: frozenset[str] = frozenset()

    @property
    def identifiers(self) -> list[str]:
        """What the person is found by."""
        return [self.id, *sorted(self.addresses)]

    def with_addresses(self, addresses: Iterable[str]) -> Person:
        """The same person with further addresses."""
        return replace(self, addresses=self.addresses | frozenset(addresses))

    def is_meant(self, fields: Mapping[str, Any], *, users: bool = False) -> bool:
        """Whether an object is about the person.

        Args:
            users: whether it says who somebody is: then its ``id`` is a person's too, and so is an address under any
                name.
        """
        ids = _ids(fields, users=users)
        if ids:
            return self.id in ids
        return any(self._is_address(value) for name, value in fields.items() if users or _plain(name) in _ADDRESSES)

    def addresses_in(self, value: Any, *, users: bool = False) -> set[str]:
        """The addresses that objects give together with the person's id."""
        return {
            fields[name].strip().lower()
            for fields, whole in _objects(value, users=users)
            if self.id in _ids(fields, users=whole)
            for name in fields
            if _plain(name) in _ADDRESSES and is_address(fields[name])
        }

    def removed_from(self, value: Any, *, users: bool = False) -> Any:
        """A JSON value without what says of the person who it is; the very same one where there is nothing of it.

        Of what says who somebody is, an object about the person goes as a whole: None is what is left of the value
        itself. Of a free object about the person the ids, addresses, names and telephone numbers go. One of the
        person's addresses goes wherever it is a whole value, unless somebody else gave it as theirs.
        """
        if isinstance(value, Mapping):
            return self._object(value, users=users)
        if isinstance(value, list | tuple):
            kept = [self.removed_from(each) for each in value if not self._is_address(each)]
            return value if len(kept) == len(value) and all(a is b for a, b in zip(kept, value, strict=True)) else kept
        return value

    def _object(self, fields: Mapping[str, Any], *, users: bool) -> Any:
        meant = self.is_meant(fields, users=users)
        if meant and users:
            return None
        anothers = bool(_ids(fields, users=users)) and not meant
        doomed = _IDS | _ADDRESSES | _DETAILS if meant else frozenset[str]()
        if any(_plain(name) == _AGENT_ADDRESS and self._is_address(value) for name, value in fields.items()):
            doomed |= _AGENT
        kept: dict[str, Any] = {}
        for name, value in fields.items():
            theirs = anothers and _plain(name) in _ADDRESSES
            if _plain(name) in doomed or (self._is_address(value) and not theirs):
                continue
            left = self.removed_from(value, users=name == USER_PROPERTIES)
            if left is not None or value is None:
                kept[name] = left
        same = len(kept) == len(fields) and all(kept[name] is value for name, value in fields.items())
        return fields if same else kept

    def _is_address(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        return value.strip().lower() in self.addresses or (value == self.id and is_address(value))


def identifiers_in(value: Any, *, users: bool = False) -> set[str]:
    """All ids and addresses of people in a JSON value.

    Args:
        users: whether the value itself says who somebody is.
    """
    found = {identifier for fields, whole in _objects(value, users=users) for identifier in _ids(fields, users=whole)}
    return found | {text.strip().lower() for text in _texts(value) if is_address(text)}


def addresses_among(values: Iterable[Any]) -> frozenset[str]:
    """Those of some values that are addresses, as persons have them."""
    return frozenset(value.strip().lower() for value in values if is_address(value))


def is_address(text: Any) -> bool:
    """Whether a text is an e-mail address and nothing else, or a mark that redaction made of one."""
    return isinstance(text, str) and _ADDRESS.fullmatch(text.strip()) is not None


def bucket_of(identifier: str) -> str:
    """One of 4,096 buckets in which an identifier is noted: who has it is found, and nobody can read it."""
    digest = hashlib.sha256(identifier.encode()).digest()
    return f"{int.from_bytes(digest[:2], 'big') >> 4:03x}"


def buckets_in(*values: Any) -> frozenset[str]:
    """The buckets of all people in some JSON values."""
    return frozenset(bucket_of(identifier) for value in values for identifier in identifiers_in(value))


def _ids(fields: Mapping[str, Any], *, users: bool) -> set[str]:
    names = _IDS | {"id"} if users else _IDS
    given = (value for name, value in fields.items() if _plain(name) in names)
    return {str(value) for value in given if _is_id(value)}


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and 0 < len(str(value)) <= _LONGEST


def _objects(value: Any, *, users: bool) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """All objects in a JSON value, each with whether it says who somebody is."""
    if isinstance(value, Mapping):
        yield value, users
        for name, content in value.items():
            yield from _objects(content, users=name == USER_PROPERTIES)
    elif isinstance(value, list | tuple):
        for content in value:
            yield from _objects(content, users=False)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for content in value.values():
            yield from _texts(content)
    elif isinstance(value, list | tuple):
        for content in value:
            yield from _texts(content)


def _plain(name: str) -> str:
    return _PLAIN.sub("", name.lower())
