"""Which conversation and which message a trace or a session is, for scores."""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from confab.domain.fingerprints import Fingerprints
from confab.domain.identity import conversation_id
from confab.spans.calls import MODEL
from confab.spans.names import session_name
from confab.spans.store import TraceStore

_TRACE: Final = re.compile(r"[0-9a-f]{32}")
_SPAN: Final = re.compile(r"[0-9a-f]{16}")


class Scored(NamedTuple):
    """What a score is about.

    Attributes:
        message_id: the message; None for the conversation.
    """

    conversation_id: str
    message_id: str | None


def trace_key(trace_id: str) -> str:
    """A trace's id as spans have it; another id by its digest."""
    plain = trace_id.replace("-", "").lower()
    return plain if _TRACE.fullmatch(plain) else hashlib.sha256(trace_id.encode()).hexdigest()[:32]


def span_key(span_id: str) -> str:
    """A span's id as spans have it; another id by its digest."""
    return span_id.lower() if _SPAN.fullmatch(span_id.lower()) else hashlib.sha256(span_id.encode()).hexdigest()[:16]


def of_trace(traces: TraceStore, chatbot_id: str, trace_id: str, span_id: str | None) -> Scored | None:
    """What a trace, or one span of it, told; None while it is not known.

    Of a trace it is the last answer; of a span without an answer of a model, such as a tool, the trace's.
    """
    known = traces.trace(chatbot_id, trace_key(trace_id)).taken
    own = known.get(span_key(span_id)) if span_id else None
    told = sorted(known.values(), key=lambda taken: (taken.kind == MODEL, bool(taken.answer), taken.at, taken.span_id))
    found = own or (told[-1] if told else None)
    if found is None:
        return None
    return Scored(found.conversation_id, found.answer.partition(":")[2] or None)


def of_session(traces: TraceStore, chatbot_id: str, session_id: str, fingerprints: Fingerprints) -> Scored:
    """The conversation of an id that its caller has for it."""
    named = traces.known_as(chatbot_id, session_name(session_id, fingerprints))
    return Scored(named or conversation_id(chatbot_id, session_id), None)
