"""One local stack for all end-to-end tests of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.stack import LocalStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A running stack; started at its first use, stopped at the end."""
    local = LocalStack(tmp_path_factory.mktemp("stack") / "state")
    local.start()
    yield local
    local.stop()
