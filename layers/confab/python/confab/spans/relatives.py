"""What the spans of a request say of their traces: many packages name conversation and user on some spans alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confab.spans.calls import Call
from confab.spans.people import conversation_of, custom_of, user_of
from confab.spans.records import Span

MAX_ANCESTORS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the spans of one trace say.

    Attributes:
        conversation: the id that the first of them names.
        attributes: of the user, and custom fields.
        names: the id that each names, by span.
        parents: by span.
    """

    conversation: str | None = None
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.conversation or self.attributes)

    def of(self, call: Call) -> str | None:
        """The conversation of a call: its own, its ancestors', else the trace's."""
        if call.conversation:
            return call.conversation
        at = call.parent_id
        for _ in range(MAX_ANCESTORS):
            if at in self.names:
                return self.names[at]
            at = self.parents.get(at, "")
        return self.conversation


def relatives(spans: Sequence[Span]) -> dict[str, Told]:
    """What the spans say of their traces, by trace; of those that say something."""
    by_trace: dict[str, list[Span]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append(span)
    told = {trace_id: _told(sorted(own, key=_order)) for trace_id, own in by_trace.items()}
    return {trace_id: each for trace_id, each in told.items() if each}


def _order(span: Span) -> tuple[bool, int, str]:
    return bool(span.parent_id), span.start, span.span_id


def _told(spans: Sequence[Span]) -> Told:
    names = {span.span_id: name for span in spans if (name := conversation_of(span.attributes)) is not None}
    user, custom = dict[str, Any](), dict[str, Any]()
    for span in spans:
        user, custom = {**user_of(span.attributes), **user}, {**custom_of(span), **custom}
    return Told(
        conversation=next(iter(names.values()), None),
        attributes={group: fields for group, fields in (("user", user), ("custom", custom)) if fields},
        names=names,
        parents=_parents(spans),
    )


def _parents(spans: Iterable[Span]) -> dict[str, str]:
    return {span.span_id: span.parent_id for span in spans if span.parent_id}
