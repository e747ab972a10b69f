"""Requests that are sent again: one seed a key and a day, and ids that follow from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from confab.domain.web_access import cannot_be_guessed
from confab.platform.attempts import ATTEMPT_RETENTION, Attempt, Attempts, Record
from confab.platform.errors import InvalidRequest, UnprocessableEntity

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


class Noted:
    """Keeps first tries in memory."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Record] = {}

    def first(self, tenant_id: str, name: str, record: Record, oldest: datetime) -> Record:
        known = self.records.get((tenant_id, name))
        if known is None or known.at < oldest:
            self.records[tenant_id, name] = known = record
        return known


class Clients:
    """Clients of one deployment."""

    def __init__(self) -> None:
        self.store, self.time, self._seeds = Noted(), NOW, iter(range(1, 100))
        self._attempts = Attempts(
            self.store, now=lambda: self.time, new_seed=lambda: bytes(15) + bytes([next(self._seeds)])
        )

    def begin(self, key: str = "k", body: bytes = b'{"a": 1}', **changes: Any) -> Attempt:
        sent = {"tenant_id": "t", "request": "POST /feedback", "caller": "ob_live_1", "web": False, **changes}
        tenant_id, request = sent.pop("tenant_id"), sent.pop("request")
        return self._attempts.begin(tenant_id, key, request, body, **sent)


@pytest.fixture
def clients() -> Clients:
    return Clients()


def test_given_the_same_request_when_it_is_sent_again_then_its_ids_are_the_same(clients: Clients) -> None:
    first = clients.begin()
    clients.time += timedelta(hours=1)
    again = clients.begin()
    assert (first.again, again.again) == (False, True)
    assert [again.id(name) for name in "ab"] == [first.id(name) for name in "ab"]
    assert (again.at, again.secret()) == (NOW, first.secret())


def test_an_id_of_an_attempt_is_an_unguessable_uuid_of_its_time(clients: Clients) -> None:
    made = [clients.begin(key).id("message") for key in "abc"]
    assert len(set(made)) == 3
    assert all(cannot_be_guessed(each) and UUID(each).variant == UUID(made[0]).variant for each in made)
    assert {UUID(each).int >> 80 for each in made} == {int(NOW.timestamp() * 1000)}
    clients.time += timedelta(microseconds=1)
    assert clients.begin("d").id("message") > max(made)


@pytest.mark.parametrize(
    "changes",
    [{"key": "l"}, {"tenant_id": "u"}, {"web": True}],
    ids=["another key", "another tenant", "a browser"],
)
def test_another_key_tenant_or_kind_of_key_makes_another_request(clients: Clients, changes: dict[str, Any]) -> None:
    first, other = clients.begin(), clients.begin(**changes)
    assert not other.again
    assert other.id("message") != first.id("message")


@pytest.mark.parametrize("body", [b'{"a":1}', b' {"a" : 1}', b'\xef\xbb\xbf{"a": 1}'])
def test_the_same_json_spelt_differently_is_the_same_request(clients: Clients, body: bytes) -> None:
    clients.begin()
    assert clients.begin(body=body).again


@pytest.mark.parametrize("changes", [{"body": b'{"a": 2}'}, {"body": b""}, {"request": "POST /events"}])
def test_another_request_under_a_key_is_refused_for_a_day(clients: Clients, changes: dict[str, Any]) -> None:
    clients.begin()
    clients.time += ATTEMPT_RETENTION
    with pytest.raises(UnprocessableEntity, match="another request"):
        clients.begin(**changes)
    clients.time += timedelta(microseconds=1)
    assert not clients.begin(**changes).again


def test_given_another_caller_when_it_sends_the_same_then_its_secret_is_another(clients: Clients) -> None:
    first, other = clients.begin(), clients.begin(caller="ob_live_2")
    assert other.id("key") == first.id("key")
    assert other.secret() != first.secret()
    assert len(first.secret()) == 32


def test_what_is_noted_of_an_attempt_tells_neither_key_nor_body(clients: Clients) -> None:
    attempt = clients.begin("my-key", b'{"mail": "ann@example.com"}')
    other = Clients()
    other.begin("another-key", b'{"mail": "ann@example.com"}')
    (noted,), (elsewhere,) = clients.store.records.values(), other.store.records.values()
    assert noted.said != elsewhere.said
    assert b"my-key" not in attempt.name.encode() + noted.said + noted.seed


@pytest.mark.parametrize("length", [255, 256])
def test_given_a_key_of_256_characters_when_it_is_sent_then_it_is_refused(clients: Clients, length: int) -> None:
    if length == 255:
        assert not clients.begin("k" * length).again
        return
    with pytest.raises(InvalidRequest, match="at most 255 characters"):
        clients.begin("k" * length)
