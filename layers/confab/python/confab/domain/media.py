"""Media of a message: Confab keeps a reference to a picture, a sound or a file, never its bytes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

ATTACHMENTS: Final = "attachments"
"""The group of a message's extras that holds its media."""
MAX_ATTACHMENTS: Final = 20
MAX_URL: Final = 2048
MAX_WORD: Final = 256
MAX_KIND: Final = 64

_URLS: Final = ("url", "uri", "fileUri", "file_uri", "image_url", "audio_url", "video_url", "file_url")
_BYTES: Final = ("data", "file_data", "base64", "bytes", "image")
"""Fields for bytes. The AI SDK takes addresses there, too."""
_NAMES: Final = ("name", "filename", "file_name", "fileName", "title")
_MIME_TYPES: Final = ("mimeType", "mime_type", "mediaType", "media_type", "contentType")
_IDS: Final = ("file_id", "fileId")
_KINDS: Final = ("image", "audio", "video")
_BY_TYPE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("image", "image_url", "input_image", "output_image", "image-data", "image-url"), "image"),
    **dict.fromkeys(("audio", "audio_url", "input_audio", "output_audio"), "audio"),
    **dict.fromkeys(("video", "video_url", "input_video"), "video"),
    **dict.fromkeys(("file", "input_file", "document", "media", "uri", "text-plain"), "file"),
    **dict.fromkeys(("file-data", "file-url", "file-id", "container_upload"), "file"),
    **dict.fromkeys(("source", "source-url", "source-document"), "source"),
}
"""What a part is, by its type."""
_BY_NAME: Final[Mapping[str, str]] = {
    **{name: name for name in _KINDS},
    **dict.fromkeys(("document", "inlineData", "inline_data", "fileData", "file_data"), "file"),
}
"""What a part without a type is, by the name under which Bedrock and Gemini have it."""
_DATA_URL: Final = re.compile(r"data:([^;,]*)[^,]*,", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_LEVELS: Final = 4
_DIGEST_DIGITS: Final = 16


def first_text(values: Mapping[str, Any], *names: str) -> str | None:
    """The first of some values that is a text with anything in it; None when none is."""
    return next((value for name in names if isinstance(value := values.get(name), str) and value), None)


def medium_of(part: Mapping[str, Any]) -> str | None:
    """What kind of medium a part is; None for a part that is none."""
    kind = part.get("type")
    if isinstance(kind, str):
        return _BY_TYPE.get(kind)
    return next((medium for name, medium in _BY_NAME.items() if isinstance(part.get(name), Mapping)), None)


def attachment_of(kind: str, part: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a medium: ``type``, and ``name``, ``url``, ``mimeType``, ``id`` where the part has them.

    Bytes are not kept, nor an address of more than 2,048 characters: the beginning of their SHA-256 (``digest``) stands
    for them, so that two pictures are two.

    Args:
        kind: what the part says it is; a file whose media type says more becomes that.
        part: the part as it came, whatever the vendor calls its fields and however deep it puts them.
    """
    fields = _flat(part)
    url, blob, mime_type = _place(fields)
    mime_type = first_text(fields, *_MIME_TYPES) or mime_type
    kind = _kind(kind, first_text(fields, "modality"), mime_type)
    known = {
        "name": first_text(fields, *_NAMES),
        "mimeType": mime_type or _mime_type(kind, first_text(fields, "format")),
        "id": first_text(fields, *_IDS),
    }
    kept: dict[str, Any] = {name: value[:MAX_WORD] for name, value in known.items() if value}
    if url is not None and len(url) <= MAX_URL:
        kept["url"] = url
    elif url is not None or blob is not None:
        found = hashlib.sha256((url or blob or "").encode()).hexdigest()
        kept["digest"] = f"sha256:{found[:_DIGEST_DIGITS]}"
    return {"type": kind[:MAX_KIND], **kept}


def label_of(attachments: Iterable[Mapping[str, Any]]) -> str:
    """What stands for media where only a text can: ``[image]``; empty when there are none."""
    return " ".join(f"[{each['type']}]" for each in attachments)


def _place(fields: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Address, bytes and media type of a medium, as far as its place tells; at most one of the first two."""
    for name in (*_URLS, *_BYTES):
        value = fields.get(name)
        if isinstance(value, list):
            return None, json.dumps(value), None
        if not isinstance(value, str) or not value:
            continue
        if found := _DATA_URL.match(value):
            return None, value[found.end() :], found[1]
        return (value, None, None) if name in _URLS or _ADDRESS.match(value) else (None, value, None)
    return None, None, None


def _kind(kind: str, modality: str | None, mime_type: str | None) -> str:
    if kind != "file":
        return kind
    said = modality or (mime_type or "").partition("/")[0].lower()
    return said if said in _KINDS else kind


def _mime_type(kind: str, form: str | None) -> str | None:
    """The media type that a vendor's format stands for, such as ``png``."""
    if form is None or "/" in form:
        return form
    return f"{kind}/{form}" if kind in _KINDS else f"application/{form}"


def _flat(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part's fields and those of the objects in it, the outer ones first."""
    flat: dict[str, Any] = {}
    level: list[Mapping[str, Any]] = [part]
    for _ in range(_LEVELS):
        for each in level:
            for name, value in each.items():
                if not isinstance(value, Mapping):
                    flat.setdefault(name, value)
        level = [value for each in level for value in each.values() if isinstance(value, Mapping)]
    return flat
