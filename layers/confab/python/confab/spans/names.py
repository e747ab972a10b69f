"""The names under which conversations are noted that were begun before their ids were known."""

from __future__ import annotations

from confab.domain.fingerprints import Fingerprints


def session_name(external_id: str, fingerprints: Fingerprints) -> str:
    """What recognises an id, in hexadecimal digits."""
    return fingerprints.person({"id": f"conversation:{external_id}"}) or ""
