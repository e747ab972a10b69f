"""Copies of large conversations that changed, made by the schedule (``facts.deferred``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from confab.facts.archive import Archive
from confab.facts.deferred import DeferredCopies
from confab.facts.stream_store import Changed, Changes
from confab.storage.values import Place


@dataclass(slots=True)
class CaughtUp:
    """What a run has done.

    Attributes:
        copied: how many conversations were copied.
        waiting: how many there was no time for.
        errors: what failed, by conversation.
    """

    copied: int = 0
    waiting: int = 0
    errors: dict[Place, Exception] = field(default_factory=dict)


class CatchUp:
    """Copies what is noted; one that fails stays noted.

    Args:
        deferred: the notes.
        archive: copies conversations.
        has_time: whether there is time for another one.
    """

    def __init__(self, deferred: DeferredCopies, archive: Archive, has_time: Callable[[], bool]) -> None:
        self._deferred = deferred
        self._archive = archive
        self._has_time = has_time

    def __call__(self) -> CaughtUp:
        """Copy them, one after the other.

        Raises:
            Unavailable: the bucket did not answer.
        """
        done = CaughtUp()
        for place, names in self._deferred.noted().items():
            if not self._has_time():
                done.waiting += 1
                continue
            try:
                copied = self._archive(Changes([Changed(place, "", at_once=True)], {}))
            except Exception as error:
                done.errors[place] = error
                continue
            done.errors |= copied.errors
            if not copied.failed:
                self._deferred.forget(names)
                done.copied += 1
        return done
