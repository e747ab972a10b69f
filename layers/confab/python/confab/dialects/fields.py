"""Fields that the dialects share, with their limits. Unknown fields of requests are ignored."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, overload

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from confab.domain.times import read_time
from confab.platform.faults import NEVER_EMPTY

CONTENT_CHARACTERS: Final = 32_000
CUSTOM_FIELDS: Final = 100
MAX_FIELD: Final = 128
CUSTOM_BYTES: Final = 32 * 1024
_MAX_NUMBER: Final = 1e125
_SIGNIFICANT_DIGITS: Final = 38
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def checked_number(value: float) -> float:
    """A number that the table can hold.

    Raises:
        ValueError: it cannot.
    """
    if isinstance(value, int):
        if len(str(abs(value)).rstrip("0")) > _SIGNIFICANT_DIGITS or abs(value) >= _MAX_NUMBER:
            raise ValueError("a number has at most 38 significant digits and is below 1e125")
    elif not math.isfinite(value) or abs(value) >= _MAX_NUMBER or 0 < abs(value) < 1 / _MAX_NUMBER:
        raise ValueError("a number is finite, below 1e125 and not closer to 0 than 1e-125")
    return value


def _never_empty(value: Any) -> Any:
    if value is None or value == "":
        raise PydanticCustomError(NEVER_EMPTY, "is required" if value is None else "must not be empty")
    return value


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be a valid e-mail address")
    return text


def _bounded(fields: dict[str, Any]) -> dict[str, Any]:
    if sum(len(str(name).encode()) + len(str(value).encode()) for name, value in fields.items()) > CUSTOM_BYTES:
        raise ValueError(f"must have at most {CUSTOM_BYTES:,} bytes of names and values")
    return fields


Content = Annotated[str, Field(min_length=1, max_length=CONTENT_CHARACTERS)]
Identifier = Annotated[str, Field(min_length=1, max_length=256)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Plan = Annotated[str, Field(max_length=64)]
Url = Annotated[str, Field(min_length=1, max_length=2048)]
Number = Annotated[int | float, AfterValidator(checked_number)]
TimeSchema: Final = WithJsonSchema({"type": ["string", "number"], "description": "ISO 8601, or counted since 1970"})
Time = Annotated[datetime, BeforeValidator(read_time), TimeSchema]
Email = Annotated[str, Field(max_length=256), AfterValidator(_email)]
NeverEmpty: Final = BeforeValidator(_never_empty)
"""For a field that has a default, and in which nothing is not as if it was absent, but a mistake."""
EmptyAsAbsent: Final = BeforeValidator(lambda value: None if value == "" else value)
Value = Annotated[bool | Number | Annotated[str, Field(max_length=2048)], Field(union_mode="left_to_right")]
Custom = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=MAX_FIELD)], Value | None],
    Field(max_length=CUSTOM_FIELDS),
    AfterValidator(_bounded),
]


class Request(BaseModel):
    """The base of all requests: JSON types are not converted into one another.

    Building is deferred so that a function builds only the body it takes, and each part once.
    """

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False, defer_build=True)


class Group(Request):
    """Fields about one subject: null clears a field, and an optional one that is empty is as if it was not sent."""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        required = {name for name, field in cls.model_fields.items() if field.is_required()}
        return {name: value for name, value in sent.items() if value != "" or name in required}


def said(group: Group | None) -> dict[str, Any]:
    """The fields of a group that were sent, those with null too; none for a group that was not sent."""
    return {} if group is None else group.model_dump(exclude_unset=True)


@overload
def iso(time: datetime) -> str: ...


@overload
def iso(time: None) -> None: ...


@overload
def iso(time: datetime | None) -> str | None: ...


def iso(time: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC, to the millisecond, or to the microsecond where there are any."""
    if time is None:
        return None
    precision = "microseconds" if time.microsecond % 1000 else "milliseconds"
    return time.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
