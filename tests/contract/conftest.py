"""The local engine and a world in it, as for the integration tests."""

from tests.integration.conftest import clocked, engine, fresh, world

__all__ = ["clocked", "engine", "fresh", "world"]
