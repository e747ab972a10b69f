"""Plans: named sets of limits on how often an API key may call, and how much it may send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass, replace
from typing import Final

from confab.platform.credentials import ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often a key may call and how much it may send; None for as it likes.

    Attributes:
        per_minute: requests a minute.
        burst: requests in any one second.
        per_day: requests a UTC day.
        bytes_per_minute, bytes_per_day: bytes of bodies, once unpacked.
    """

    per_minute: int | None = None
    burst: int | None = None
    per_day: int | None = None
    bytes_per_minute: int | None = None
    bytes_per_day: int | None = None

    def within(self, other: Limits) -> bool:
        """Whether none of these limits is higher than the other's."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return all(theirs is None or (own is not None and own <= theirs) for own, theirs in pairs)


NO_LIMITS: Final = Limits()
FREE: Final = "free"
STANDARD: Final = "standard"
UNLIMITED: Final = "unlimited"
MB: Final = 1_000_000
PLANS: Final[Mapping[str, Limits]] = {
    FREE: Limits(per_minute=60, burst=10, per_day=1_000, bytes_per_minute=20 * MB, bytes_per_day=200 * MB),
    STANDARD: Limits(
        per_minute=6_000, burst=200, per_day=1_000_000, bytes_per_minute=600 * MB, bytes_per_day=20_000 * MB
    ),
    UNLIMITED: NO_LIMITS,
}
OWN_LIMITS: Final[Mapping[str, str]] = {
    "rate_per_minute": "per_minute",
    "burst": "burst",
    "daily_quota": "per_day",
    "bytes_per_minute": "bytes_per_minute",
    "bytes_per_day": "bytes_per_day",
}
"""What a key may have in place of its plan's limits: the key's attribute, and the limit."""


def own_limits(key: ApiKey) -> dict[str, int]:
    """What a key has in place of its plan's limits, by the key's attribute."""
    found = {name: getattr(key, name) for name in OWN_LIMITS}
    return {name: value for name, value in found.items() if value is not None}


def limits_of(key: ApiKey, default_plan: str) -> Limits:
    """What a key may do: its own values, and for the rest its plan's.

    Args:
        default_plan: of keys that name none.
    """
    plan = PLANS[key.plan or default_plan]
    return replace(plan, **{OWN_LIMITS[name]: value for name, value in own_limits(key).items()})
