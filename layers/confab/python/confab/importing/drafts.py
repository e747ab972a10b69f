"""Messages of files as drafts: whatever shape they have, within the limits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from confab.domain.message import Draft
from confab.domain.message_forms import form_of, unwrapped
from confab.domain.message_parts import ShapeError
from confab.domain.times import read_time
from confab.importing.pieces import MAX_CONTENT, MAX_ID
from confab.platform.bodies import text_of

_TIMES: Final = ("sentAt", "sent_at", "createdAt", "created_at", "timestamp", "create_time", "time", "date")
MAX_FIELDS: Final = 100
MAX_VALUE: Final = 2048
MAX_NAME: Final = 128


class Wrong(ValueError):
    """Something cannot be taken; the text says what and why."""


def draft_of(message: Any, identifier: str, sent_at: datetime | None = None) -> Draft | None:
    """A message of any known shape; None for one that says nothing.

    Args:
        identifier: its id, where it has none of its own.
        sent_at: its time, where it has none of its own.

    Raises:
        Wrong: it is no message, or beyond a limit.
    """
    if not isinstance(message, Mapping):
        raise Wrong("a message is a JSON object")
    sent = unwrapped(message)
    try:
        form = form_of(sent)
    except ShapeError as error:
        raise Wrong(f"{'.'.join(map(str, error.path))}: {error.message}") from None
    if form is None:
        raise Wrong("a message says who speaks: role is user, assistant, system or tool")
    if not form.text.strip() and not form.extras:
        return None
    own = sent.get("id")
    named = isinstance(own, str | int) and not isinstance(own, bool) and own != ""
    return Draft(
        role=form.role,
        content=content_of(form.text),
        id=id_of(str(own) if named else identifier),
        sent_at=time_in(sent) or sent_at,
        extras=form.extras,
    )


def content_of(text: str) -> str:
    """A message's text.

    Raises:
        Wrong: it is too long.
    """
    if len(text) > MAX_CONTENT:
        raise Wrong(f"content has {len(text):,} characters, at most {MAX_CONTENT:,} are taken")
    return text_of(text)


def id_of(text: str, name: str = "id") -> str:
    """The id of a conversation or a message.

    Raises:
        Wrong: it is empty or too long.
    """
    if not 0 < len(text) <= MAX_ID:
        raise Wrong(f"{name} must have 1 to {MAX_ID:,} characters")
    return text_of(text)


def time_in(values: Mapping[str, Any]) -> datetime | None:
    """The time of a message under the first of the names that formats have for it; None where there is none.

    Raises:
        Wrong: it is no time.
    """
    name = next((each for each in _TIMES if values.get(each) not in (None, "")), None)
    return None if name is None else time_of(values[name], name)


def time_of(value: Any, name: str) -> datetime:
    """A time.

    Raises:
        Wrong: it is none.
    """
    try:
        return read_time(value)
    except ValueError as error:
        raise Wrong(f"{name}: {error}") from None


def fields_of(values: Mapping[str, Any], group: str) -> dict[str, str | int | float | bool]:
    """What is known of a user, an organization, a session, or under custom fields: plain values.

    Raises:
        Wrong: a name or a value is beyond its limit, or no plain value.
    """
    if len(values) > MAX_FIELDS:
        raise Wrong(f"{group} has more than {MAX_FIELDS} fields")
    found: dict[str, str | int | float | bool] = {}
    for name, value in values.items():
        if value is None or value == "":
            continue
        if not 0 < len(name) <= MAX_NAME:
            raise Wrong(f"{group} has a field whose name has more than {MAX_NAME} characters")
        if isinstance(value, str):
            if len(value) > MAX_VALUE:
                raise Wrong(f"{group}.{name} has more than {MAX_VALUE:,} characters")
            found[text_of(name)] = text_of(value)
        elif isinstance(value, int | float):
            found[text_of(name)] = _number(value, f"{group}.{name}")
        else:
            raise Wrong(f"{group}.{name} must be a string, a number or a boolean")
    return found


def _number(value: float, name: str) -> float:
    """A number that the table can hold: 38 digits, and no infinity."""
    if isinstance(value, bool):
        return value
    if value != value or abs(value) >= 1e125 or (isinstance(value, int) and len(str(abs(value)).rstrip("0")) > 38):  # noqa: PLR0124
        raise Wrong(f"{name} is a number with too many digits")
    return value if value == 0 or abs(value) > 1e-125 else 0.0
