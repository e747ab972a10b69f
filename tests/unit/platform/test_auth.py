"""Who calls: what a key costs to look up, whether it is somebody's or nobody's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from confab.platform import auth
from confab.platform.auth import Authenticator
from confab.platform.credentials import ApiKey, hash_key
from confab.platform.errors import Unauthorized

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "ob_live_" + "0f" * 16


class Keys:
    """Looks keys up as the table does, and counts how often it was asked."""

    def __init__(self) -> None:
        self.known: dict[str, ApiKey] = {}
        self.asked = 0

    def add(self, secret: str) -> None:
        self.known[hash_key(secret)] = ApiKey(
            id="k",
            hash=hash_key(secret),
            prefix=secret[:14],
            name="k",
            workspace_id="w",
            chatbot_id="b",
            permissions=("*",),
            created_at=START,
        )

    def key(self, key_hash: str) -> ApiKey | None:
        self.asked += 1
        return self.known.get(key_hash)


class Asking:
    """A function whose clock the test moves."""

    def __init__(self, keys: Keys) -> None:
        self.time = START
        self._authenticator = Authenticator(keys, now=lambda: self.time)

    def __call__(self, secret: str) -> bool:
        """Whether the key is taken."""
        try:
            self._authenticator.authenticate({"authorization": f"Bearer {secret}"})
        except Unauthorized:
            return False
        return True


def test_an_unknown_key_is_looked_up_once_a_minute() -> None:
    keys = Keys()
    taken = Asking(keys)
    assert [taken(SECRET) for _ in range(50)] == [False] * 50
    assert keys.asked == 1
    taken.time += timedelta(seconds=59)
    assert not taken(SECRET)
    assert keys.asked == 1


def test_given_a_refused_key_when_it_exists_a_minute_later_then_it_is_taken() -> None:
    keys = Keys()
    taken = Asking(keys)
    assert not taken(SECRET)
    keys.add(SECRET)
    taken.time += timedelta(seconds=60)
    assert taken(SECRET)


def test_a_flood_of_unknown_keys_keeps_known_ones_and_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "MAX_CACHED_UNKNOWN", 20)
    keys = Keys()
    keys.add(SECRET)
    taken = Asking(keys)
    assert taken(SECRET)
    for number in range(65):
        assert not taken(f"ob_live_{number:032x}")
    assert len(taken._authenticator._unknown) <= 20
    asked = keys.asked
    assert taken(SECRET)
    assert keys.asked == asked


def test_given_a_malformed_key_when_it_comes_then_the_table_is_not_asked() -> None:
    keys = Keys()
    taken = Asking(keys)
    assert not taken("ob_live_short")
    assert keys.asked == 0
