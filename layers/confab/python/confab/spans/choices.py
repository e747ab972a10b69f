"""Which calls of a trace are stored, and whose they are: rules without I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from confab.spans.calls import MODEL, Call
from confab.spans.hints import family_of
from confab.spans.relatives import Told
from confab.spans.store import Trace, Whose


def count_missing(calls: Iterable[Call], counts: Counter[str]) -> None:
    """Count what came without text, and what came by log records."""
    for call in calls:
        if call.logged:
            counts.update([f"logged.{family_of(call.scope)}" if call.kind == MODEL else "partial"])
        elif call.kind == MODEL and not call.talk:
            counts.update([f"textless.{family_of(call.scope)}"])


def chosen(spoken: Sequence[Call], trace: Trace) -> list[Call]:
    """The calls to store, the earliest first; a run only if its trace has no calls, and of several the outermost."""
    models = [call for call in spoken if call.kind == MODEL]
    if models or any(taken.kind == MODEL for taken in trace.taken.values()):
        return sorted(models, key=lambda call: (call.start, call.end, call.span_id))
    runs = sorted(
        (call for call in spoken if call.talk.said),
        key=lambda call: (bool(call.parent_id), call.start, -call.end, call.span_id),
    )
    other = next((taken.span_id for taken in trace.taken.values()), None)
    return [call for call in runs[:1] if other is None] or [call for call in runs if call.span_id == other]


def merged(known: Whose, told: Told) -> Whose:
    """Whose a trace is, by what was known before and what is told now."""
    groups = {*known.attributes, *told.attributes}
    attributes = {group: {**known.attributes.get(group, {}), **told.attributes.get(group, {})} for group in groups}
    return Whose(conversation=told.conversation or known.conversation, attributes=attributes)


def of_call(whose: Whose, told: Told, call: Call) -> Whose:
    """Whose a call is: what it says itself goes before what its trace says."""
    attributes = {group: dict(fields) for group, fields in whose.attributes.items()}
    for group, fields in (("user", call.user), ("custom", call.custom)):
        if fields:
            attributes[group] = {**attributes.get(group, {}), **fields}
    return Whose(conversation=told.of(call) or whose.conversation, attributes=attributes)


def is_news(known: Whose, told: Told, calls: Sequence[Call]) -> bool:
    """Whether spans say of their trace what a call that comes in another request needs."""
    models = [call for call in calls if call.kind == MODEL]
    if models and all(call.conversation for call in models):
        return False
    return bool(told) and merged(known, told) != known
