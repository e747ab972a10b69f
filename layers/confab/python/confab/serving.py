"""Puts together what every function that answers HTTP requests needs: keys, limits, first attempts, logs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Final

from confab.deployment import Deployment, shared
from confab.platform.addresses import AddressMarks
from confab.platform.attempts import Attempts
from confab.platform.auth import Authenticator
from confab.platform.http import SAME_AS_OTHERS, ErrorBody, HttpFunction, HttpRules, HttpServices
from confab.platform.rate import RateLimiter
from confab.platform.routes import Route
from confab.platform.sessions import Sessions
from confab.storage.attempts import AttemptStore
from confab.storage.rates import RateStore
from confab.storage.sessions import SessionStore

SEED_BYTES: Final = 16
SESSION_BYTES: Final = 32


@shared
def sessions(deployment: Deployment) -> Sessions:
    """Starts, finds and ends the dashboard's sessions."""
    store = SessionStore(deployment.table)
    return Sessions(store, now=deployment.now, new_secret=lambda: secrets.token_urlsafe(SESSION_BYTES))


def http_function(
    deployment: Deployment,
    error_body: ErrorBody,
    routes: Iterable[Route],
    rules: HttpRules = SAME_AS_OTHERS,
    *,
    takes_sessions: bool = False,
) -> HttpFunction:
    """An HTTP function that serves these routes and answers errors with this body.

    Args:
        takes_sessions: whether the dashboard calls it, with a session in place of a key.
    """
    table, now = deployment.table, deployment.now
    known = sessions(deployment) if takes_sessions else None
    services = HttpServices(
        authenticator=Authenticator(deployment.credentials, now=now, sessions=known),
        limiter=RateLimiter(RateStore(table), now=now, default_plan=deployment.settings.default_plan),
        attempts=Attempts(AttemptStore(table), now=now, new_seed=lambda: secrets.token_bytes(SEED_BYTES)),
        telemetry=deployment.telemetry,
        deadline=deployment.deadline,
        methods_of=_methods_of,
        mark=AddressMarks(deployment.settings.log_salt, now=now),
    )
    return HttpFunction(services, routes, error_body, rules)


def _methods_of(path: str) -> Sequence[str]:
    # Reads the tables of all dialects (3 ms); a function that is called at its own paths never needs them.
    from confab.dialects.routes import methods_of

    return methods_of(path)
