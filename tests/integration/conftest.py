"""The engines, once per run, and a world in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clock import Clock
from tests.support.engine import Engine, running_engine
from tests.support.planting import WAIT
from tests.support.world import World


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with running_engine() as running:
        yield running


@pytest.fixture(scope="session")
def world(engine: Engine) -> World:
    """A world on the real clock; tests keep apart by making tenants of their own."""
    return World(engine)


@pytest.fixture
def fresh(engine: Engine) -> World:
    """A world of the test's own: the engine's queries slow down with the size of a table."""
    return World(engine)


@pytest.fixture
def clocked(engine: Engine) -> World:
    """A world of the test's own, on a clock that the test moves."""
    return World(engine, Clock())


@pytest.fixture
def waiting(engine: Engine) -> World:
    """A world, on a clock that the test moves, in which an erasure looks a second time before it gives the receipt."""
    return World(engine, Clock(), {"erasure_look_again_after": WAIT})
