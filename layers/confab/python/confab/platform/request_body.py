"""The body of a request: unpacked, within the limits, and as the dialect's model; what is wrong with it is named."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from confab.platform.bodies import OverLimit, read_json, text_of, unpacked
from confab.platform.errors import ConfabError, InvalidRequest
from confab.platform.faults import Unfit, fitted

Model = TypeVar("Model", bound=BaseModel)

MAX_FAULTS: Final = 20
BLANK: Final = b"\xef\xbb\xbf \t\r\n"
"""What may stand before a body's first word: a byte order mark and white space."""
AS_TEXT: Final = (
    " The gateway passed it on as text, which damages packed data: send it with a content type that ends in +json,"
    " or with none."
)


def sent_bytes(event: Mapping[str, Any]) -> int:
    """How large the body of an event is as it was sent, or a little less: characters count, not bytes."""
    length = len(event.get("body") or "")
    return length * 3 // 4 if event.get("isBase64Encoded") else length


def body_bytes(
    event: Mapping[str, Any], headers: Mapping[str, str], max_bytes: int, others: Collection[str] = ()
) -> bytes:
    """The body of an event without its content encoding.

    Args:
        headers: the request's, names in lower case.
        max_bytes: how large it may be.
        others: content types that are taken besides JSON; a body of one of these may be empty.

    Raises:
        InvalidRequest: it is of another type than JSON, empty, damaged, or too large.
    """
    other = media_type_of(headers) in others
    if not other:
        _require_json(headers)
    text, as_bytes = event.get("body") or "", bool(event.get("isBase64Encoded"))
    try:
        raw = base64.b64decode(text, validate=True) if as_bytes else text_of(text).encode()
    except (binascii.Error, ValueError):
        raise InvalidRequest("The body is not valid base64.") from None
    raw = _unpacked(raw, headers.get("content-encoding", ""), max_bytes, as_bytes=as_bytes)
    if not other and not raw.strip(BLANK):
        raise InvalidRequest("The body is empty; a JSON object is expected.")
    if len(raw) > max_bytes:
        raise InvalidRequest(f"The body has {len(raw)} bytes; at most {max_bytes} ({max_bytes >> 20} MB) are taken.")
    return raw


def _unpacked(raw: bytes, encoding: str, max_bytes: int, *, as_bytes: bool) -> bytes:
    """A body without its content encoding.

    Args:
        as_bytes: whether the gateway passed it on as bytes. What it passes on as text it has unpacked itself, or
            it has replaced every byte that is not UTF-8.
    """
    if encoding and not as_bytes and raw.lstrip(BLANK).startswith(b"{"):
        return raw
    try:
        return unpacked(raw, encoding, max_bytes)
    except OverLimit as error:
        raise InvalidRequest(f"The body {error}.") from None
    except ValueError as error:
        hint = "" if as_bytes else AS_TEXT
        raise InvalidRequest(f"The body {error}.{hint}") from None


def media_type_of(headers: Mapping[str, str]) -> str:
    """The content type of a request without its parameters; empty for none."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _require_json(headers: Mapping[str, str]) -> None:
    """A body without a type is taken as JSON; one of another type was not meant for this API."""
    media_type = media_type_of(headers)
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        raise InvalidRequest(f"The content type is '{media_type[:100]}'; application/json is expected.")


def json_object_of(raw: bytes) -> dict[str, Any]:
    """A body as a JSON object.

    Raises:
        InvalidRequest: no JSON object, or beyond the limits of levels and values.
    """
    value = _json_of(raw)
    if not isinstance(value, dict):
        raise InvalidRequest("The body is valid JSON but not an object; a JSON object is expected.")
    return value


def json_objects_of(raw: bytes) -> dict[str, Any] | list[Any]:
    """A body as a JSON object or a list.

    Raises:
        InvalidRequest: neither, or beyond the limits of levels and values.
    """
    value = _json_of(raw)
    if not isinstance(value, dict | list):
        raise InvalidRequest("The body is valid JSON but neither an object nor a list of objects.")
    return value


def _json_of(raw: bytes) -> Any:
    try:
        return read_json(raw)
    except OverLimit as error:
        raise InvalidRequest(f"The body {error}.") from None
    except ValueError as error:
        raise InvalidRequest(f"The body is not valid JSON: {error}.") from None


def parse(model: type[Model], value: Any, refusal: type[ConfabError] = InvalidRequest) -> Model:
    """A body or query parameters as a model.

    Raises:
        ConfabError: ``refusal`` when the value is against the model; the faults name the fields.
    """
    try:
        return fitted(model, value)
    except Unfit as unfit:
        more = f" ({len(unfit.faults) - 1} more)" if len(unfit.faults) > 1 else ""
        raise refusal(f"{unfit}{more}", unfit.faults[:MAX_FAULTS]) from None
