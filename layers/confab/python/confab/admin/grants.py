"""The rules of which keys a caller may create: no key grants more than it has."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from confab.platform.credentials import (
    ADMINISTER,
    API,
    EVERY_CHATBOT,
    PERMISSIONS,
    WEB,
    ApiKey,
    includes,
)
from confab.platform.errors import Fault, Forbidden, InvalidRequest
from confab.platform.origins import EVERY_ORIGIN, MAX_ORIGINS, normal_origin
from confab.platform.plans import PLANS, limits_of, own_limits

KINDS: Final = (API, WEB)
MAX_PERMISSIONS: Final = 50
MAX_RATE: Final = 1_000_000
MAX_BURST: Final = 100_000
MAX_QUOTA: Final = 1_000_000_000
SMALLEST_BYTES: Final = 4_194_304
"""The largest body: a lower limit would refuse it whenever it came."""
MAX_BYTES: Final = 1_000_000_000_000_000


def check_key(key: ApiKey, now: datetime) -> None:
    """Check what a new key is to be.

    Raises:
        InvalidRequest: permissions, kind, limits or expiry make no sense; the faults name the fields.
    """
    faults = [Fault("permissions", f"there is no permission '{grant[:100]}'") for grant in _unknown(key)]
    if not 1 <= len(key.permissions) <= MAX_PERMISSIONS:
        faults.append(Fault("permissions", f"a key has 1 to {MAX_PERMISSIONS} permissions"))
    if key.kind not in KINDS:
        faults.append(Fault("kind", f"must be one of {', '.join(KINDS)}"))
    if key.plan is not None and key.plan not in PLANS:
        faults.append(Fault("plan", f"must be one of {', '.join(PLANS)}"))
    for field, value, least, most, unit in (
        ("ratePerMinute", key.rate_per_minute, 1, MAX_RATE, "requests a minute"),
        ("burst", key.burst, 1, MAX_BURST, "requests a second"),
        ("dailyQuota", key.daily_quota, 1, MAX_QUOTA, "requests a day"),
        ("bytesPerMinute", key.bytes_per_minute, SMALLEST_BYTES, MAX_BYTES, "bytes a minute"),
        ("bytesPerDay", key.bytes_per_day, SMALLEST_BYTES, MAX_BYTES, "bytes a day"),
    ):
        if value is not None and not least <= value <= most:
            faults.append(Fault(field, f"must be from {least:,} to {most:,} {unit}"))
    if key.expires_at is not None and key.expires_at <= now:
        faults.append(Fault("expiresAt", "must lie in the future"))
    if faults:
        raise InvalidRequest.at(*faults)


def with_checked_origins(key: ApiKey) -> ApiKey:
    """A new key with its origins as browsers write them; ``*`` among them stands for all.

    Raises:
        InvalidRequest: one is no origin, they are too many, or the key is not for browsers.
    """
    if not key.origins:
        return key
    if not key.web:
        raise InvalidRequest.at(Fault("origins", f"are for keys of kind {WEB} only"))
    if len(key.origins) > MAX_ORIGINS:
        raise InvalidRequest.at(Fault("origins", f"a key has at most {MAX_ORIGINS} origins"))
    normal: list[str] = []
    for index, origin in enumerate(key.origins):
        try:
            normal.append(origin if origin == EVERY_ORIGIN else normal_origin(origin))
        except ValueError as error:
            raise InvalidRequest.at(Fault(f"origins.{index}", str(error))) from None
    return replace(key, origins=() if EVERY_ORIGIN in normal else tuple(dict.fromkeys(normal)))


def _unknown(key: ApiKey) -> list[str]:
    return [grant for grant in key.permissions if not any(includes(grant, known) for known in PERMISSIONS)]


def require_grant(key: ApiKey, by: ApiKey | None) -> None:
    """Check that whoever makes a key, or gets its new secret, holds all of it; the operator's command does.

    Raises:
        Forbidden: it reaches further, may do more, or could go on making keys after its maker has expired.
    """
    if by is None:
        return
    if not by.reaches(key.chatbot_id):
        whose = "the whole workspace" if key.chatbot_id == EVERY_CHATBOT else "another chatbot"
        raise Forbidden(f"This API key is for one chatbot; it cannot make keys for {whose}.")
    for grant in key.permissions:
        if not by.covers(grant):
            raise Forbidden(f"This API key cannot grant '{grant}', which it does not hold itself.")
    lasting = by.expires_at is not None and (key.expires_at is None or key.expires_at > by.expires_at)
    if lasting and key.allows(ADMINISTER):
        raise Forbidden(f"This API key expires; a key with '{ADMINISTER}' that it makes must not outlive it.")


def with_limits_of(key: ApiKey, by: ApiKey | None) -> ApiKey:
    """A new key that names no plan, with the limits of the key that makes it wherever it has none of its own."""
    if by is None or key.plan is not None:
        return key
    limits: dict[str, Any] = {**own_limits(by), **own_limits(key)}
    return replace(key, plan=by.plan, **limits)


def require_limits(key: ApiKey, by: ApiKey | None, default_plan: str) -> None:
    """Check that a new key may not call more often than the one that makes it; the operator's command sets any limit.

    Raises:
        Forbidden: it may.
    """
    if by is not None and not limits_of(key, default_plan).within(limits_of(by, default_plan)):
        raise Forbidden(
            "This API key cannot make one with higher limits than its own (plan, ratePerMinute, burst, dailyQuota, "
            "bytesPerMinute, bytesPerDay)."
        )
