"""What the reads of a chatbot with a hundred thousand conversations look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confab.domain.analysed_conversation import ALL, TOPICS
from confab.domain.analysed_conversation import USERS as USERS_OF
from confab.domain.statistics import day_statistic, person_statistic, topic_statistic
from confab.storage import keys
from confab.storage.clocks import index_time, to_micros
from confab.storage.conversation_row import STATE
from confab.storage.counting import CountingState, state_item
from confab.storage.values import Item, to_attributes

from bench.meter import Meter
from tests.support.clock import Clock
from tests.support.deployment import Tenant
from tests.support.lambda_events import http_event
from tests.support.real_data import chunks
from tests.support.world import World

CONVERSATIONS = 100_000
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS = 60
TOPICS_FOUND = 30
USERS = 30
ENTRIES = 510
MAIN = f"t{TOPICS_FOUND}"
SHARDS = range(keys.SHARDS)


@pytest.fixture(scope="module")
def busy(engine: Any) -> tuple[World, Tenant]:
    """A chatbot whose generated statistics, users and entries are those of a hundred thousand conversations."""
    world = World(engine, Clock(NOW))
    tenant = world.tenant()
    items = [*_statistics(tenant.id), *_people(tenant.id), *_entries(tenant.id)]
    for chunk in chunks(items, 25):
        requests = [{"PutRequest": {"Item": to_attributes(item)}} for item in chunk]
        world.dynamodb.batch_write_item(RequestItems={world.deployment.settings.table: requests})
    return world, tenant


def _counters(conversations: int) -> dict[str, int]:
    return {
        "conversations": conversations,
        "messages": 6 * conversations,
        "sentimentSum": -100 * conversations,
        "sentimentCount": 3 * conversations,
        "label:Neutral": 3 * conversations,
        "flag:churn_risk": conversations // 10,
        "flagged:churn_risk": conversations // 10,
        "outcome:resolved": conversations // 2,
        "outcome:escalated": conversations // 4,
    }


def _statistics(chatbot_id: str) -> Iterator[Item]:
    days = [NOW.date() - timedelta(days=back) for back in range(DAYS)]
    weeks = [NOW.date() - timedelta(weeks=back) for back in range(DAYS // 7)]
    shares = {"ALL": CONVERSATIONS, "TOTAL": CONVERSATIONS}
    shares |= {day_statistic(day): CONVERSATIONS // DAYS for day in days}
    shares |= {topic_statistic(week, f"t{n}"): 50 * n for week in weeks for n in range(1, TOPICS_FOUND + 1)}
    for statistic, conversations in shares.items():
        for shard in SHARDS:
            counters = _counters(conversations // len(SHARDS))
            yield {"pk": keys.statistics(chatbot_id), "sk": f"{statistic}#{shard}", **counters}
    for n in range(1, TOPICS_FOUND + 1):
        yield {"pk": keys.topics(chatbot_id), "sk": f"t{n}", "name": f"Topic {n}", "firstSeen": to_micros(NOW)}


def _people(chatbot_id: str) -> Iterator[Item]:
    for number in range(USERS):
        statistic = person_statistic("USER#", f"u{number}")
        pk, seen = keys.person(chatbot_id, statistic), NOW - timedelta(minutes=number)
        listed = keys.people(chatbot_id, "USER", int(statistic[-1], 16) % len(SHARDS))
        entry = {"g1pk": listed, "g1sk": f"{index_time(seen)}#{statistic}"}
        yield {"pk": pk, "sk": keys.PROFILE, "id": f"u{number}", "seen": to_micros(seen), "rev": 1, **entry}


def _entries(chatbot_id: str) -> Iterator[Item]:
    for number in range(ENTRIES):
        conversation = f"00000000-0000-5000-8000-{number:012x}"
        began = NOW - timedelta(minutes=number)
        row: Item = {
            "kind": "organic",
            "dialect": "openbat",
            "createdAt": to_micros(began),
            "firstAt": to_micros(began),
        }
        user, place = f"u{number % USERS}", (chatbot_id, conversation)
        row |= {"topics": [MAIN], "user.id": user, STATE: "COUNTED#0000000001#s"}
        counted = CountingState({"ALL": _counters(1)}, frozenset({(USERS_OF, user)}), index_time(began))
        yield state_item(place, 1, "s", counted)
        yield {"pk": keys.conversation(chatbot_id, conversation), "sk": keys.HEAD, "externalId": f"c-{number}", **row}
        for term in ((ALL, ""), (TOPICS, MAIN), (USERS_OF, user)):
            pk = keys.search_entry(chatbot_id, *term, keys.shard_of(conversation))
            yield {"pk": pk, "sk": f"{index_time(began)}#{conversation}"}


def _read(busy: tuple[World, Tenant], path: str, **query: str) -> tuple[dict[str, Any], Meter]:
    """The answer of a warm function, and what it read."""
    world, tenant = busy
    event = http_event("GET", path, tenant.admin, query={"chatbotId": tenant.id, **query})
    world.call("reading", event)
    meter = Meter(world.dynamodb)
    answer = world.call("reading", event)
    assert answer.status == 200, answer.body
    return answer.body, meter


def _reads(meter: Meter) -> Mapping[str, int]:
    """The calls without those that lease from the key's rate."""
    return {name: number for name, number in meter.calls.items() if name != "UpdateItem"}


def test_the_overview_of_100_000_conversations_reads_40_items_at_most(
    busy: tuple[World, Tenant],
) -> None:
    overview, meter = _read(busy, "/api/v1/analytics/overview")
    assert overview["totalConversations"] == CONVERSATIONS
    assert overview["sentimentDistribution"]["Neutral"] == 3 * CONVERSATIONS
    assert meter.items_read <= 40
    assert sum(_reads(meter).values()) <= 4


@pytest.mark.parametrize("what", ["flags", "outcomes"])
def test_flags_and_outcomes_of_100_000_conversations_read_four_items_a_day(
    busy: tuple[World, Tenant], what: str
) -> None:
    answer, meter = _read(busy, f"/v1/insights/{what}", days="30")
    assert answer["conversations"] == 4 * (CONVERSATIONS // DAYS // 4) * 30
    assert meter.items_read <= 4 * 30 + 1
    assert sum(_reads(meter).values()) <= 2


def test_ranking_topics_reads_items_by_topics_and_weeks_alone(
    busy: tuple[World, Tenant],
) -> None:
    answer, meter = _read(busy, "/v1/insights/topics", weeks="4", limit="10")
    assert (answer["total"], answer["topics"][0]["name"]) == (TOPICS_FOUND, f"Topic {TOPICS_FOUND}")
    assert [sample["externalId"] for sample in answer["topics"][0]["samples"]] == ["c-0", "c-1", "c-2"]
    statistics, names, entries, rows = 4 * 4 * TOPICS_FOUND, TOPICS_FOUND, 4 * 3, 3
    assert meter.items_read <= statistics + names + entries + rows
    assert meter.calls["Query"] == 1 + 1 + 4 * 10


def test_items_read_for_a_page_of_users_follow_their_conversations(
    busy: tuple[World, Tenant],
) -> None:
    answer, meter = _read(busy, "/v1/insights/users", limit="10")
    assert [user["id"] for user in answer["users"]] == [f"u{number}" for number in range(10)]
    each = ENTRIES // USERS
    assert {user["conversations"] for user in answer["users"]} == {each}
    entries, profiles, rows_and_states = 4 * 11 + 10 * each, 10, 2 * 10 * each
    assert meter.items_read <= entries + profiles + rows_and_states
    assert _reads(meter) == {"Query": 4 + 4 * 10, "BatchGetItem": 1 + 4 + 2}


def test_a_fruitless_search_reads_500_rows_a_request_at_most(
    busy: tuple[World, Tenant],
) -> None:
    answer, meter = _read(busy, "/v1/insights/conversations", text=f"c-{ENTRIES - 1}")
    assert answer["conversations"] == []
    assert meter.items_read <= 5 * 4 * 101 + 500
    assert _reads(meter) == {"Query": 20, "BatchGetItem": 5}
    answer, meter = _read(busy, "/v1/insights/conversations", text=f"c-{ENTRIES - 1}", cursor=answer["nextCursor"])
    assert [row["externalId"] for row in answer["conversations"]] == [f"c-{ENTRIES - 1}"]
    assert "nextCursor" not in answer


def test_a_search_by_one_filter_reads_no_row_in_vain(
    busy: tuple[World, Tenant],
) -> None:
    answer, meter = _read(busy, "/v1/insights/conversations", topic=MAIN, limit="20")
    assert [row["externalId"] for row in answer["conversations"]] == [f"c-{number}" for number in range(20)]
    assert meter.items_read <= 4 * 21 + 20 + TOPICS_FOUND
    assert _reads(meter) == {"Query": 4 + 1, "BatchGetItem": 1}
