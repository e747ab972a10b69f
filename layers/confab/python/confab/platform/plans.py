"""Plans: named sets of limits on how often an API key may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from confab.platform.credentials import ApiKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often a key may call; None for as often as it likes.

    Attributes:
        per_minute: requests a minute.
        burst: requests in any one second.
        per_day: requests a UTC day.
    """

    per_minute: int | None = None
    burst: int | None = None
    per_day: int | None = None

    def within(self, other: Limits) -> bool:
        """Whether none of these limits is higher than the other's."""
        pairs = ((self.per_minute, other.per_minute), (self.burst, other.burst), (self.per_day, other.per_day))
        return all(theirs is None or (own is not None and own <= theirs) for own, theirs in pairs)


NO_LIMITS: Final = Limits()
FREE: Final = "free"
STANDARD: Final = "standard"
UNLIMITED: Final = "unlimited"
PLANS: Final[Mapping[str, Limits]] = {
    FREE: Limits(per_minute=60, burst=10, per_day=1_000),
    STANDARD: Limits(per_minute=6_000, burst=200, per_day=1_000_000),
    UNLIMITED: NO_LIMITS,
}


def limits_of(key: ApiKey, default_plan: str) -> Limits:
    """What a key may do: its own values, and for the rest its plan's.

    Args:
        default_plan: of keys that name none.
    """
    plan = PLANS[key.plan or default_plan]
    own = {"per_minute": key.rate_per_minute, "burst": key.burst, "per_day": key.daily_quota}
    return replace(plan, **{name: value for name, value in own.items() if value is not None})
