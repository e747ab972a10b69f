"""What a client sent to one conversation, what of it was acknowledged, and whether a transcript keeps that promise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field


@dataclass(slots=True)
class State:
    """A state that a conversation may be in.

    Attributes:
        sent: what was sent, by its place in the transcript.
        acknowledged: the places that the service said are stored.
    """

    sent: dict[int, str] = field(default_factory=dict)
    acknowledged: set[int] = field(default_factory=set)

    def finding(self, transcript: Sequence[str]) -> str | None:
        """What a transcript, oldest first, has too much, too little, or in another order; None when nothing."""
        promised = [self.sent[place] for place in sorted(self.acknowledged)]
        allowed = [self.sent[place] for place in sorted(self.sent)]
        if _stands_in(promised, transcript) and _stands_in(transcript, allowed):
            return None
        return f"sent: {_short(allowed)}; acknowledged: {_short(promised)}; there: {_short(transcript)}"


class Ledger:
    """The client's own record of a conversation.

    A change that nobody has acknowledged may be there or not, whole: the conversation is in one of several states.
    """

    def __init__(self) -> None:
        self._states = [State()]

    def send(self, texts: Mapping[int, str]) -> None:
        """Note messages on their way, by their place; another text for a place is a change."""
        known = self._states[0].sent
        changed = {place: text for place, text in texts.items() if known.get(place, text) != text}
        for state in self._states:
            state.sent.update({place: text for place, text in texts.items() if place not in changed})
        if changed:
            self.attempt(lambda state: state.sent.update(changed))

    def acknowledge(self, places: Iterable[int]) -> int:
        """Note that these are stored; how many of them were not known to be."""
        wanted = set(places)
        new = len(wanted - self._states[-1].acknowledged)
        for state in self._states:
            state.acknowledged |= wanted & state.sent.keys()
        return new

    def attempt(self, change: Callable[[State], None]) -> None:
        """Note that a change of what is stored is on its way."""
        changed = deepcopy(self._states[0])
        change(changed)
        self._states = [self._states[0], changed]

    def confirm(self) -> None:
        """Note that the last change was made."""
        self._states = self._states[-1:]

    @property
    def unacknowledged(self) -> set[str]:
        """What was sent, and may be there or not."""
        return {text for state in self._states for place, text in state.sent.items() if place not in state.acknowledged}

    def finding(self, transcript: Sequence[str]) -> str | None:
        """What is wrong with a transcript; None when it is one of those that may be."""
        found = [state.finding(transcript) for state in self._states]
        return None if None in found else found[-1]


def empty(state: State) -> None:
    """The change that an erasure makes."""
    state.sent.clear()
    state.acknowledged.clear()


def _stands_in(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether a part stands in a whole, in the same order and not more often."""
    rest = iter(whole)
    return all(text in rest for text in part)


def _short(texts: Sequence[str]) -> list[str]:
    return [text[:20] for text in texts]
