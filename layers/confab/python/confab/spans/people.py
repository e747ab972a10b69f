"""Whose a span is: the conversation, the user, and what a team says besides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from confab.platform.bodies import text_of
from confab.spans.records import Attributes, Span
from confab.spans.talk import loaded

MAX_ID: Final = 256
MAX_FIELDS: Final = 100
MAX_NAME: Final = 128
MAX_TEXT: Final = 2_048
MAX_BYTES: Final = 32 * 1024
"""Limits of ids and custom fields, as everywhere; longer ids are cut, and what is too much is left out."""
_MAX_WHOLE: Final = 10**38

_GROUPS: Final = (
    "langfuse.trace.metadata.",
    "ai.telemetry.metadata.",
    "ai.settings.context.",
    "traceloop.association.properties.",
    "metadata.",
)
"""What the names of a team's own attributes begin with."""
_CONVERSATION: Final = (
    "langfuse.session.id",
    "session.id",
    "gen_ai.conversation.id",
    "langfuse.trace.metadata.langfuse_session_id",
)
_CONVERSATION_WORDS: Final = (
    "sessionId",
    "chatId",
    "threadId",
    "conversationId",
    "session_id",
    "chat_id",
    "thread_id",
    "conversation_id",
)
_USER: Final = ("langfuse.user.id", "user.id", "gen_ai.user", "llm.user", "enduser.id")
_USER_WORDS: Final = ("userId", "user_id", "langfuse_user_id")
_ENVIRONMENT: Final = ("deployment.environment.name", "deployment.environment", "langfuse.environment")
_TAGS: Final = ("langfuse.trace.tags", "tag.tags")
_EMAIL: Final = re.compile(r"[^@\s]{1,120}@[^@\s.]{1,60}(\.[^@\s.]{1,60}){1,4}")
_FRAMEWORKS: Final = ("langgraph_", "ls_", "lc_", "checkpoint_ns", "user_api_key_", "langfuse_")
"""What the names of metadata begin with that a framework adds by itself."""
_LITELLM: Final = "litellm"


def conversation_of(attributes: Attributes) -> str | None:
    """The id of the conversation that a span names; None for none."""
    return _first(_named_ids(attributes, _CONVERSATION, _CONVERSATION_WORDS, "conversation"))


def user_of(attributes: Attributes) -> dict[str, str]:
    """The user that a span names: an id, a name, an address; those that it has."""
    found = {
        "id": _first(_named_ids(attributes, _USER, _USER_WORDS, "user")),
        "name": _identifier(attributes.get("user.full_name") or attributes.get("user.name")),
        "email": _identifier(attributes.get("user.email")),
    }
    if found["email"] is not None and not _EMAIL.fullmatch(found["email"]):
        found["email"] = None
    return {name: value for name, value in found.items() if value is not None}


def custom_of(span: Span) -> dict[str, Any]:
    """A team's own fields: metadata, tags and the environment."""
    found: dict[str, Any] = {}
    for name in _ENVIRONMENT:
        value = span.resource.get(name, span.attributes.get(name))
        if isinstance(value, str) and value and value != "default":
            found.setdefault("environment", value)
    for name in _TAGS:
        tags = loaded(span.attributes.get(name))
        if isinstance(tags, list) and tags:
            found["tags"] = ", ".join(str(tag) for tag in tags)
    if span.scope != _LITELLM:
        found |= {name: value for name, value in _metadata(span.attributes) if not _is_known(name)}
    return _bounded(found)


def _named_ids(
    attributes: Attributes, names: tuple[str, ...], words: tuple[str, ...], parameter: str
) -> Iterator[str | None]:
    """The ids under known names, then those in metadata, then what the call itself was given."""
    for name in names:
        yield _identifier(attributes.get(name))
    own = dict(_metadata(attributes))
    for word in words:
        yield _identifier(own.get(word))
    given = loaded(attributes.get("llm.invocation_parameters"))
    yield _identifier(given.get(parameter)) if isinstance(given, Mapping) else None


def _metadata(attributes: Attributes) -> Iterator[tuple[str, Any]]:
    whole = loaded(attributes.get("metadata"))
    if isinstance(whole, Mapping):
        yield from ((str(name), value) for name, value in whole.items())
    for name, value in attributes.items():
        for group in _GROUPS:
            if name.startswith(group):
                yield name[len(group) :], value


def _identifier(value: Any) -> str | None:
    """An id as a text: it may be quoted as JSON, be a number, or stand in an object."""
    found = loaded(value)
    if isinstance(found, Mapping):
        found = found.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return None
    return str(found).strip()[:MAX_ID] or None


def _first(found: Iterator[str | None]) -> str | None:
    return next((each for each in found if each is not None), None)


def _is_known(name: str) -> bool:
    return name in (*_CONVERSATION_WORDS, *_USER_WORDS) or name.startswith(_FRAMEWORKS)


def _bounded(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept, room = dict[str, Any](), MAX_BYTES
    for name, value in fields.items():
        plain = _plain(loaded(value))
        room -= len(name.encode()) + len(str(plain).encode())
        if 0 < len(name) <= MAX_NAME and plain is not None and room >= 0 and len(kept) < MAX_FIELDS:
            kept[name] = plain
    return kept


def _plain(value: Any) -> str | int | float | bool | None:
    """A value that a custom field can have."""
    if isinstance(value, list | Mapping):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return text_of(value)[:MAX_TEXT] or None
    if isinstance(value, float) and not 1e-100 < abs(value) < 1e100 and value != 0:
        return None
    return value if isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < _MAX_WHOLE) else None
