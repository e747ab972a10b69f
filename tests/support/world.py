"""A deployment for tests: the real handlers over the local engine, with a clock and tenants of the test's own."""

from __future__ import annotations

from tests.support.analysing import Analysing
from tests.support.requests import Requests
from tests.support.table_contents import TableContents


class World(Requests, Analysing, TableContents):
    """A deployment with everything that a test does with it: see the classes that it is made of."""
