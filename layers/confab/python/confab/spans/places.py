"""Where in its conversation a call goes on: which of its messages are stored already, and what the others continue."""

from __future__ import annotations

from typing import Final

from confab.spans.chain import Asked
from confab.spans.store import Trace, TraceStore
from confab.spans.turns import ROOT, key_of, path_of

MAX_LOOKED_FOR: Final = 99
"""Earlier messages that are looked for, the latest ones."""


class Places:
    """Finds where calls go on.

    Args:
        traces: knows which messages are stored.
    """

    def __init__(self, traces: TraceStore) -> None:
        self._traces = traces

    def of(self, asked: Asked, conversation_id: str, trace: Trace, *, inferred: bool) -> tuple[int, bytes]:
        """The first line to store, and the path that it continues.

        A call that goes on with the stored answer stores what follows. One that shares no beginning with a conversation
        that has messages (a window of the last ones, a summary, a single question) stores only what is its own: what
        was told since the last answer, and what it said.

        Args:
            inferred: whether the conversation was found by what was said, so that its beginning is this call's.
        """
        turn, place = asked.turn, (asked.chatbot_id, conversation_id)
        if turn.before != ROOT and self._traces.times(place, [key_of(turn.before)]):
            return turn.own, turn.before
        size = self._traces.size(place)
        if not size or (inferred and turn.before == ROOT):
            return 0, ROOT
        if turn.before == ROOT:
            return (0, ROOT) if self._is_shared(asked, conversation_id, trace) else (0, path_of(asked.trace_id))
        known = self._last_known(asked, conversation_id)
        if known is not None and (inferred or known + 1 >= size):
            return known + 1, turn.lines[known].path
        return turn.own, path_of(asked.trace_id)

    def _is_shared(self, asked: Asked, conversation_id: str, trace: Trace) -> bool:
        """Whether a question that begins a talk is the stored one, and not the same words once more.

        It is, if a call of its own trace was told it, or if a later call that arrived first had it in its past.
        """
        here = [taken for taken in trace.taken.values() if taken.conversation_id == conversation_id]
        if any(taken.seed == ROOT and taken.asked == asked.turn.asked for taken in here):
            return True
        question = next((line for line in asked.turn.lines[: asked.turn.told] if line.word), None)
        if question is None:
            return False
        key = key_of(question.path)
        at = self._traces.times((asked.chatbot_id, conversation_id), [key]).get(key)
        return at is not None and at > asked.start

    def _last_known(self, asked: Asked, conversation_id: str) -> int | None:
        """The index of the last line of the call's past that is stored; None for none."""
        words = [place for place, line in enumerate(asked.turn.lines[: asked.turn.told]) if line.word]
        words = words[-MAX_LOOKED_FOR:]
        names = {place: key_of(asked.turn.lines[place].path) for place in words}
        found = self._traces.times((asked.chatbot_id, conversation_id), list(names.values()))
        return max((place for place, key in names.items() if key in found), default=None)
