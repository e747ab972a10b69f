"""What keys may be made, and by whom: nobody grants more than they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Final

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

KINDS: Final = (API, WEB)
MOST_PERMISSIONS: Final = 50
LARGEST_RATE: Final = 1_000_000


def check_key(key: ApiKey, now: datetime) -> None:
    """Check what a new key is to be.

    Raises:
        InvalidRequest: permissions, kind, rate or expiry make no sense; the faults name the fields.
    """
    faults = [Fault("permissions", f"there is no permission '{grant[:100]}'") for grant in _unknown(key)]
    if not 1 <= len(key.permissions) <= MOST_PERMISSIONS:
        faults.append(Fault("permissions", f"a key has 1 to {MOST_PERMISSIONS} permissions"))
    if key.kind not in KINDS:
        faults.append(Fault("kind", f"must be one of {', '.join(KINDS)}"))
    if key.rate_per_minute is not None and not 1 <= key.rate_per_minute <= LARGEST_RATE:
        faults.append(Fault("ratePerMinute", f"must be from 1 to {LARGEST_RATE:,} requests a minute"))
    if key.expires_at is not None and key.expires_at <= now:
        faults.append(Fault("expiresAt", "must lie in the future"))
    if faults:
        raise InvalidRequest.at(*faults)


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
