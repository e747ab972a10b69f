"""The parts of every function that answers HTTP requests: keys, limits, first attempts, logs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from functools import cached_property

from aws_lambda_powertools import Logger, Metrics

from confab.composition.shared import SharedParts
from confab.domain.model_prices import NANO
from confab.platform.addresses import AddressMarks
from confab.platform.attempts import Attempts
from confab.platform.auth import Authenticator
from confab.platform.http import SAME_AS_OTHERS, ErrorBody, HttpFunction, HttpRules
from confab.platform.rate import RateLimiter
from confab.platform.routes import Route
from confab.platform.telemetry import Telemetry
from confab.storage.attempts import AttemptStore
from confab.storage.rates import RateStore

SEED_BYTES = 16


class ServingParts(SharedParts):
    """The parts of an HTTP function that no use case has, each made when it is first asked for."""

    @cached_property
    def telemetry(self) -> Telemetry:
        return Telemetry(Logger(), Metrics(), self._gathered)

    def _gathered(self) -> dict[str, float]:
        """What the table and the budgets counted since they were asked last."""
        budgets = self.__dict__.get("budgets")
        spent = budgets.take_spent() / NANO if budgets is not None else 0.0
        return {**self.table.take_retries(), "spentUsd": spent}

    def http(self, error_body: ErrorBody, routes: Iterable[Route], rules: HttpRules = SAME_AS_OTHERS) -> HttpFunction:
        """An HTTP function that serves these routes and answers errors with this body."""
        limiter = RateLimiter(RateStore(self.table), now=self.now, default_plan=self.settings.default_plan)
        authenticator = Authenticator(self.credentials, now=self.now)
        attempts = Attempts(AttemptStore(self.table), now=self.now, new_seed=lambda: secrets.token_bytes(SEED_BYTES))
        mark = AddressMarks(self.settings.log_salt, now=self.now)
        return HttpFunction(
            authenticator,
            limiter,
            attempts,
            error_body,
            self.telemetry,
            _methods_of,
            self.deadline,
            mark,
            routes,
            rules,
        )


def _methods_of(path: str) -> Sequence[str]:
    """The methods that a path is served with; the tables of all dialects are read when a path is wrong."""
    from confab.dialects.routes import methods_of

    return methods_of(path)
