"""Langfuse's attributes: input and output of an observation, or of the trace, as JSON or text."""

from __future__ import annotations

from typing import Final

from confab.spans.records import Span
from confab.spans.talk import Talk, heard_in, said_in

TYPE: Final = "langfuse.observation.type"


def of_span(span: Span) -> Talk:
    """The talk of an observation."""
    attributes = span.attributes
    heard = attributes.get("langfuse.observation.input")
    return Talk(heard_in(heard), said_in(attributes.get("langfuse.observation.output")))


def of_trace(span: Span) -> Talk:
    """The talk of the whole trace, which its root may tell."""
    attributes = span.attributes
    return Talk(heard_in(attributes.get("langfuse.trace.input")), said_in(attributes.get("langfuse.trace.output")))
