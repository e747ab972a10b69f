"""API keys when they are created: the values that a new key may have, and a key together with its secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from confab.platform.credentials import ApiKey


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key and its secret, which is shown this once and never stored."""

    key: ApiKey
    secret: str


class KeyTraits(TypedDict, total=False):
    """The values that a new key may have; ``ApiKey`` says what each means, and its default."""

    kind: str
    plan: str | None
    rate_per_minute: int | None
    burst: int | None
    daily_quota: int | None
    bytes_per_minute: int | None
    bytes_per_day: int | None
    expires_at: datetime | None
    origins: Sequence[str]
