"""Erasures with something that happens before each of their steps, and processes that die at one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from confab.analysis import wiring as analysis_wiring
from confab.erasure.conversation import Erase
from confab.erasure.conversation_store import ErasureStore
from confab.storage import wiring as storage_wiring
from confab.storage.table import Table
from confab.storage.visibility import NO_RETENTION

from tests.support.world import World


class Crash(Exception):
    """The process dies here."""


class Steps(ErasureStore):
    """The steps of an erasure, with something that happens before each of them."""

    def __init__(self, world: World, before: Callable[[str], None]) -> None:
        super().__init__(world.table, storage_wiring.tally(world.deployment), NO_RETENTION)
        self._before = before

    def places(self, *place: Any) -> Any:
        self._before("places")
        return super().places(*place)

    def mark(self, *given: Any) -> None:
        self._before("mark")
        super().mark(*given)

    def mark_orphaned(self, *given: Any) -> bool:
        self._before("mark")
        return super().mark_orphaned(*given)

    def uncount(self, *given: Any) -> bool:
        self._before("uncount")
        return super().uncount(*given)

    def record(self, row: Any) -> None:
        self._before("record")
        super().record(row)

    def remove_entries(self, *given: Any) -> None:
        self._before("remove_entries")
        super().remove_entries(*given)

    def remove(self, items: Any) -> None:
        self._before("remove")
        super().remove(items)

    def remove_row(self, row: Any) -> None:
        self._before("remove_row")
        super().remove_row(row)


def eraser(world: World, before: Callable[[str], None]) -> Erase:
    """What erases a conversation, with something that happens before each of its steps."""
    made = world.deployment
    steps = Steps(world, before)
    return Erase(
        steps,
        made.enqueue_analysis,
        analysis_wiring.people(made),
        storage_wiring.topics(made),
        now=world.now,
        sleep=lambda _: None,
    )


def dying_at(step: str) -> Callable[[str], None]:
    """What lets the process die before a step of an erasure."""

    def before(name: str) -> None:
        if name == step:
            raise Crash

    return before


@contextmanager
def dying_at_write(table: Table, number: int, methods: tuple[str, ...]) -> Iterator[None]:
    """Let the process die before a write of these methods, from 0; the block ends with it, or without so many."""
    calls = iter(range(1000))

    def dying(call: Any) -> Any:
        def run(*arguments: Any, **named: Any) -> Any:
            if next(calls) == number:
                raise Crash
            return call(*arguments, **named)

        return run

    with pytest.MonkeyPatch.context() as patched:
        for name in methods:
            patched.setattr(table, name, dying(getattr(table, name)))
        with pytest.raises(Crash):
            yield
            raise Crash
