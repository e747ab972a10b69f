"""Confab's own JSON Lines: what an export has written (docs/data.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from confab.domain.conversation import ORGANIC, OTLP, PROBE
from confab.domain.extras import CALL
from confab.domain.feedback import KINDS, Event, Feedback
from confab.domain.fingerprints import HISTORY_EXTRAS
from confab.domain.identity import is_uuid
from confab.domain.media import ATTACHMENTS
from confab.domain.message import Draft
from confab.domain.message_bounds import REASONING, TOOLS, bounded
from confab.domain.scores import DATA_TYPES, MAX_NAME, SOURCES, Score, value_of
from confab.importing.chat_lines import TOO_LONG
from confab.importing.drafts import Wrong, content_of, fields_of, id_of, time_of
from confab.importing.files import File, lines_of
from confab.importing.pieces import OPENBAT, Fault, Found, Options, Piece
from confab.platform.bodies import read_json

FORM: Final = "jsonl"
INKEEP: Final = "inkeep"
DIALECTS: Final = (OPENBAT, INKEEP, "chatcaptain", OTLP)
GROUPS: Final = ("user", "organization", "session", "custom")
CLIENT: Final = ("originalUserAgent", "originalReferer", "framework")
"""What is taken of what clients say of themselves: not the address and the software of whoever called."""
CREATED_AT: Final = "createdAt"
UNSAID: Final = "unsaid"
"""Marks a message of a history whose caller did not say when it was written: its time is that of its arrival."""
BESIDE: Final = frozenset({"user", "mention", "search"})
"""Lines of a user's data that are no conversations."""
_CHANNEL: Final = ("channelId", "channelName", "name")
_KEY: Final = re.compile(
    r"n:[0-9]{1,9}-[0-9a-f]{12}|[ts]:[0-9a-f]{24}|[gr]:[0-9A-Za-z_-]{1,128}|p:[0-9a-f]{32}(-[0-9]{1,4})?"
)
"""The keys of messages that came without an id (``domain.identity``, ``domain.fingerprints``)."""
_MEDIA: Final = ("type", "name", "url", "mimeType", "id", "digest")
_TOOL: Final = ("id", "name", "input", "output", "error")
MAX_SCORE_ID: Final = 1_024
SCORE_BODY: Final = ("author", "comment", "metadata", "userProperties")
_CALL: Final = ("model", "inputTokens", "outputTokens", "durationMs", "service")
_FEEDBACK: Final = frozenset({"id", "kind", "messageId", "createdAt", "updatedAt", "supersededBy"})


def read_own(file: File, _options: Options, name: str | None = None) -> Iterator[Found]:
    """The conversations of an export; a line that continues one stands right behind it."""
    begun: tuple[str, Piece] | None = None
    with file.opened(name) as source:
        for number, raw in lines_of(source):
            try:
                line = _object(raw)
                if line.get("type") in BESIDE:
                    continue
                if line.get("type") == "continuation":
                    if begun is None or begun[0] != line.get("conversationId"):
                        raise Wrong("continues a conversation that does not stand before it")
                    base = replace(begun[1], line=number, feedback=(), events=(), scores=())
                else:
                    base = _conversation(number, line)
                    begun = (str(line.get("id")), base)
                yield _piece(base, line)
            except Wrong as wrong:
                yield Fault(number, str(wrong))
                if raw is None or b'"continuation"' not in raw[:100]:
                    begun = None


def _object(raw: bytes | None) -> Mapping[str, Any]:
    if raw is None:
        raise Wrong(TOO_LONG)
    try:
        line = read_json(raw)
    except ValueError as error:
        raise Wrong(f"is not JSON: {str(error)[:200]}") from None
    if not isinstance(line, Mapping):
        raise Wrong("is not a JSON object")
    return line


def _conversation(number: int, line: Mapping[str, Any]) -> Piece:
    """What a line says of its conversation, without messages."""
    external, own = line.get("externalId"), line.get("id")
    if external is None and not (isinstance(own, str) and is_uuid(own)):
        raise Wrong("a conversation has an externalId, or Confab's own id")
    dialect, kind = line.get("dialect", OPENBAT), line.get("kind", ORGANIC)
    if dialect not in DIALECTS or kind not in (ORGANIC, PROBE):
        raise Wrong(f"dialect is one of {', '.join(DIALECTS)}, and kind {ORGANIC} or {PROBE}")
    managed = line.get("managed")
    channel = managed if isinstance(managed, Mapping) else {}
    return Piece(
        line=number,
        external_id=None if external is None else id_of(_text(external, "externalId"), "externalId"),
        conversation_id=own if external is None else None,
        source=_source(line.get("chatbotId")),
        attributes=_attributes(line),
        dialect=dialect,
        kind=kind,
        managed={name: channel[name][:256] for name in _CHANNEL if isinstance(channel.get(name), str)},
        web=line.get("web") is True,
        whole=line.get("continued") is not True,
    )


def _attributes(line: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    client = {name: value for name, value in _mapping(line, "client").items() if name in CLIENT}
    sent = {**{group: _mapping(line, group) for group in GROUPS}, "client": client}
    return {group: fields_of(fields, group) for group, fields in sent.items() if fields}


def _source(chatbot: Any) -> str | None:
    return chatbot if isinstance(chatbot, str) and is_uuid(chatbot) else None


def _piece(base: Piece, line: Mapping[str, Any]) -> Piece:
    messages = _list(line, "messages")
    drafts = []
    for place, message in enumerate(messages):
        try:
            drafts.append(_draft(message))
        except Wrong as wrong:
            raise Wrong(f"messages.{place}: {wrong}") from None
    given = [_feedback(each) for each in _list(line, "feedback")]
    return replace(
        base,
        drafts=drafts,
        history=_history(base, line, messages) if base.dialect == INKEEP and drafts else None,
        feedback=sorted(given, key=lambda each: each.updated_at),
        events=[_event(each) for each in _list(line, "events")],
        scores=[_score(each) for each in _list(line, "scores")],
    )


def _draft(message: Any) -> Draft:
    if not isinstance(message, Mapping):
        raise Wrong("is not a JSON object")
    role = _text(message.get("role"), "role")
    if not 0 < len(role) <= 256:
        raise Wrong("role must have 1 to 256 characters")
    key = message.get("key")
    keyed = isinstance(key, str) and _KEY.fullmatch(key) is not None
    extras = message.get("extras")
    return Draft(
        role=role,
        content=content_of(_text(message.get("content", ""), "content")),
        id=None if keyed else id_of(_text(message.get("id"), "id")),
        sent_at=time_of(message.get("createdAt"), "createdAt") if message.get("createdAt") is not None else None,
        key=key if keyed else None,
        extras=_extras(extras) if isinstance(extras, Mapping) else {},
        final=message.get("final") is not False or keyed,
    )


def _extras(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to a message besides its text, in the forms that readers know."""
    known: dict[str, Any] = {}
    for name, fields in ((TOOLS, _TOOL), (ATTACHMENTS, _MEDIA)):
        found = (
            [
                {field: each[field] for field in fields if _fits(field, each.get(field))}
                for each in sent.get(name) or ()
                if isinstance(each, Mapping)
            ]
            if isinstance(sent.get(name), list)
            else []
        )
        if entries := [each for each in found if each]:
            known[name] = entries
    if isinstance(sent.get(REASONING), str):
        known[REASONING] = sent[REASONING]
    if isinstance(sent.get(CALL), Mapping):
        known[CALL] = {name: sent[CALL][name] for name in _CALL if isinstance(sent[CALL].get(name), str | int)}
    return bounded(known)[0] if known else {}


def _fits(field: str, value: Any) -> bool:
    if field in ("input", "output"):
        return value is not None
    return value is True if field == "error" else isinstance(value, str) and len(value) <= 4096


def _history(base: Piece, line: Mapping[str, Any], messages: Sequence[Any]) -> dict[str, Any]:
    """The conversation as it came in the Inkeep dialect, whose rules check it once more."""
    logged, own = _mapping(line, "logged"), _mapping(line, "properties")
    return {
        "type": "openai",
        **{name: value for name, value in logged.items() if value is not None},
        **own,
        "id": base.external_id or base.conversation_id,
        "messages": [_logged(message) for message in messages],
    }


def _logged(message: Mapping[str, Any]) -> dict[str, Any]:
    extras = message.get("extras")
    own = extras.get(HISTORY_EXTRAS) if isinstance(extras, Mapping) else None
    beside = own if isinstance(own, Mapping) else {}
    said = {name: message.get(name) for name in ("role", "content", "createdAt")}
    return {**said, **beside, "id": message.get("id"), UNSAID: CREATED_AT not in beside}


def _feedback(given: Any) -> Feedback:
    if not isinstance(given, Mapping) or given.get("kind") not in KINDS:
        raise Wrong(f"feedback is an object with a kind, {' or '.join(KINDS)}")
    created = time_of(given.get("createdAt"), "feedback.createdAt")
    return Feedback(
        id=id_of(_text(given.get("id"), "feedback.id"), "feedback.id"),
        kind=given["kind"],
        message_id=id_of(_text(given.get("messageId"), "feedback.messageId"), "feedback.messageId"),
        created_at=created,
        updated_at=time_of(given["updatedAt"], "feedback.updatedAt") if given.get("updatedAt") else created,
        body={name: value for name, value in given.items() if name not in _FEEDBACK},
    )


def _score(given: Any) -> Score:
    if not isinstance(given, Mapping) or given.get("dataType") not in DATA_TYPES or given.get("source") not in SOURCES:
        raise Wrong(
            f"a score is an object with a dataType, {', '.join(DATA_TYPES)}, and a source, {', '.join(SOURCES)}"
        )
    try:
        value = value_of(given["dataType"], given.get("value"))
    except ValueError as error:
        raise Wrong(f"a score {error}") from None
    created = time_of(given.get("createdAt"), "score.createdAt")
    optional = {name: given.get(name) for name in ("messageKey", "messageId", "finding")}
    if any(not isinstance(text, str | None) or len(text or "") > MAX_SCORE_ID for text in optional.values()):
        raise Wrong("messageKey, messageId and finding of a score are texts")
    return Score(
        id=_text(given.get("id"), "score.id")[:MAX_SCORE_ID],
        name=_text(given.get("name"), "score.name")[:MAX_NAME],
        data_type=given["dataType"],
        value=value,
        source=given["source"],
        created_at=created,
        updated_at=created,
        message_key=optional["messageKey"],
        message_id=optional["messageId"],
        finding=optional["finding"],
        body={name: given[name] for name in SCORE_BODY if name in given},
    )


def _event(noted: Any) -> Event:
    if not isinstance(noted, Mapping) or noted.get("entity") not in ("message", "conversation"):
        raise Wrong("an event is an object with an entity, message or conversation")
    return Event(
        id=id_of(_text(noted.get("id"), "event.id"), "event.id"),
        name=id_of(_text(noted.get("name"), "event.name"), "event.name"),
        entity=noted["entity"],
        subject=id_of(_text(noted.get("subject"), "event.subject"), "event.subject"),
        created_at=time_of(noted.get("createdAt"), "event.createdAt"),
        body=_mapping(noted, "body"),
    )


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{name} must be a string")
    return value


def _mapping(line: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = line.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise Wrong(f"{name} must be an object")
    return value or {}


def _list(line: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = line.get(name)
    if value is not None and not isinstance(value, list):
        raise Wrong(f"{name} must be a list")
    return value or ()
