"""What the consumer counts besides days: people, topics, feedback; and by what a conversation is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from confab.analysis import wiring as analysis_wiring
from confab.analysis.people import People
from confab.analysis.store import AnalysisStore
from confab.domain.analysed_conversation import ALL, TOPICS, USERS
from confab.domain.identity import conversation_id
from confab.domain.statistics import person_statistic
from confab.erasure import conversation_wiring
from confab.storage import keys
from confab.storage import wiring as storage_wiring
from confab.storage.clocks import index_time
from confab.storage.counting import CountingState, state_item
from confab.storage.people import PeopleStore, Person, Sighting
from confab.storage.visibility import NO_RETENTION
from confab.storage.writes import Change

from tests.support.deployment import Tenant
from tests.support.lambda_events import CONTEXT
from tests.support.world import World

ANGRY = "This is the third time I ask for my refund. Useless! I want to cancel my account."


def _capture(world: World, tenant: Tenant, name: str, *texts: str, **more: Any) -> str:
    messages = [{"id": f"m{n}", "role": "user", "content": text} for n, text in enumerate(texts)]
    body = {"conversationId": name, "messages": messages, **more}
    conversation: str = world.capture_directly(tenant, body)["conversationId"]
    return conversation


def _entries(world: World, tenant: Tenant, kind: str, value: str) -> list[str]:
    partitions = [keys.search_entry(tenant.id, kind, value, shard) for shard in range(keys.SHARDS)]
    return [item["sk"] for pk in partitions for item in world.table.query(pk, consistent=True)]


def _found_by(world: World, tenant: Tenant, kind: str, value: str) -> set[str]:
    return {sk.partition("#")[2] for sk in _entries(world, tenant, kind, value)}


def _person(world: World, tenant: Tenant, identifier: str) -> Person:
    statistic = person_statistic("USER#", identifier)
    return PeopleStore(world.table).get(tenant.id, [statistic])[statistic]


def test_each_user_of_analysed_conversations_is_counted_and_found(world: World) -> None:
    tenant = world.tenant()
    ann = {"id": "ann", "name": "Ann", "email": "ann@example.com", "plan": "pro"}
    acme = {"id": "acme", "name": "Acme"}
    first = _capture(world, tenant, "1", ANGRY, "Thanks, perfect!", user=ann, organization=acme)
    second = _capture(world, tenant, "2", "Where is my order?", user=ann)
    _capture(world, tenant, "3", "Hello", user={"id": "7"})
    world.analyse_queued()

    person = _person(world, tenant, "ann")
    assert person.profile == ann
    assert person.counters["conversations"] == 2
    assert person.counters["messages"] == 3
    assert person.counters["sentimentCount"] == 3
    assert _person(world, tenant, "7").counters["conversations"] == 1
    assert world.people(tenant.id) == ["7", "ann"]
    assert world.people(tenant.id, "organization") == ["acme"]
    assert _found_by(world, tenant, USERS, "ann") == {first, second}
    assert first in _found_by(world, tenant, TOPICS, "refund")
    assert "refund" in analysis_wiring.topics(world.deployment).names(tenant.id)


def test_a_conversation_counts_for_another_user_without_new_messages(
    world: World,
) -> None:
    tenant = world.tenant()
    conversation = _capture(world, tenant, "1", "Hello", user={"id": "anonymous"})
    world.analyse_queued()
    _capture(world, tenant, "1", "Hello", user={"id": "ann", "name": "Ann"})
    world.analyse_queued()

    assert world.people(tenant.id) == ["ann"]
    assert _found_by(world, tenant, USERS, "anonymous") == set()
    assert _found_by(world, tenant, USERS, "ann") == {conversation}


def test_a_late_earlier_message_moves_the_conversations_beginning(
    world: World,
) -> None:
    tenant = world.tenant()

    def begins_at(hour: int) -> set[str]:
        message = {"id": f"m{hour}", "role": "user", "content": ANGRY, "sentAt": f"2026-02-01T{hour:02d}:00:00Z"}
        world.capture_directly(tenant, {"conversationId": "1", "messages": [message], "user": {"id": "ann"}})
        world.analyse_queued()
        kinds = [(ALL, ""), (USERS, "ann"), (TOPICS, "refund")]
        return {sk.partition("#")[0] for kind, value in kinds for sk in _entries(world, tenant, kind, value)}

    assert begins_at(9) == {index_time(datetime(2026, 2, 1, 9, tzinfo=UTC))}
    assert begins_at(8) == {index_time(datetime(2026, 2, 1, 8, tzinfo=UTC))}
    conversation_wiring.erase(world.deployment)(tenant.id, conversation_id(tenant.id, "1"))
    assert _entries(world, tenant, ALL, "") == []


def test_given_feedback_when_it_comes_changes_and_goes_then_the_statistics_follow(world: World) -> None:
    tenant = world.tenant()
    key = world.key(tenant, "api")
    messages = [{"id": "q", "role": "user", "content": "Hi"}, {"id": "a", "role": "assistant", "content": "Hello"}]
    world.send_history(key, {"type": "openai", "id": "c", "messages": messages, "userProperties": {"id": "ann"}})
    world.analyse_queued()

    for kind, expected in (("positive", {"positive": 1}), ("negative", {"negative": 1}), (None, {})):
        if kind is None:
            assert world.inkeep(key, "DELETE", "/feedback/f").status == 200
        else:
            body = {"id": "f", "type": kind, "messageId": "a"}
            assert world.inkeep(key, "POST", "/feedback", body).status == 200
        world.analyse_queued()
        counters = world.statistics(tenant.id)["ALL"]
        assert {name[9:]: n for name, n in counters.items() if name.startswith("feedback:")} == expected


def test_erasing_a_users_last_conversation_removes_user_and_topics(
    world: World,
) -> None:
    tenant = world.tenant()
    _capture(world, tenant, "1", ANGRY, user={"id": "ann"}, organization={"id": "acme"})
    _capture(world, tenant, "2", ANGRY, user={"id": "bob"}, organization={"id": "acme"})
    world.analyse_queued()
    conversation_wiring.erase(world.deployment)(tenant.id, conversation_id(tenant.id, "1"))

    assert world.people(tenant.id) == ["bob"]
    assert world.people(tenant.id, "organization") == ["acme"]
    assert list(world.table.query(keys.person(tenant.id, person_statistic("USER#", "ann")))) == []
    assert [topic.id for topic in storage_wiring.topics(world.deployment).found(tenant.id)] != []

    conversation_wiring.erase(world.deployment)(tenant.id, conversation_id(tenant.id, "2"))
    assert storage_wiring.topics(world.deployment).found(tenant.id) == []
    assert world.people(tenant.id, "organization") == []


def test_given_a_person_who_comes_back_while_forgotten_then_the_profile_stays(world: World) -> None:
    tenant = world.tenant()
    store, statistic = PeopleStore(world.table), person_statistic("USER#", "ann")
    entry = keys.search_entry(tenant.id, USERS, "ann", 0), "1#c"
    read = world.table.get

    def come() -> None:
        world.table.put({"pk": entry[0], "sk": entry[1]})
        store.seen(tenant.id, statistic, Sighting(known={"id": "ann"}, at=world.now(), entry=entry))

    def come_back(*given: Any, **named: Any) -> Any:
        profile = read(*given, **named)
        world.table.get = read  # type: ignore[method-assign]
        come()
        return profile

    come()
    world.table.delete(entry)
    world.table.get = come_back  # type: ignore[method-assign]
    store.forget_idle(tenant.id, statistic)
    assert read((keys.person(tenant.id, statistic), keys.PROFILE)) is not None
    world.table.delete(entry)
    store.forget_idle(tenant.id, statistic)
    assert read((keys.person(tenant.id, statistic), keys.PROFILE)) is None


class Death(BaseException):
    """What ends a process."""


class DiesFirst(People):
    """Profiles that never follow."""

    def follow(self, *_: Any) -> None:
        raise Death


def test_profiles_follow_after_a_consumer_died_before_them(fresh: World) -> None:
    tenant = fresh.tenant()
    dying = fresh.restarted({"dynamodb": fresh.dynamodb, "sqs": fresh.sqs}.__getitem__)
    dying.deployment.shared[analysis_wiring.people] = DiesFirst(PeopleStore(fresh.table))
    for user, before in (("ann", []), ("bob", ["ann"])):
        _capture(fresh, tenant, "1", f"I am {user}", user={"id": user})
        event = {"Records": fresh.queued()}
        with pytest.raises(Death):
            dying.handler("analysis")(event, CONTEXT)
        assert _profiles(fresh, tenant, "ann", "bob") == before
        fresh.handler("analysis")(event, CONTEXT)
        assert _profiles(fresh, tenant, "ann", "bob") == [user]


def _profiles(world: World, tenant: Tenant, *users: str) -> list[str]:
    """Which of some users have a profile."""
    keyed = {user: (keys.person(tenant.id, person_statistic("USER#", user)), keys.PROFILE) for user in users}
    return [user for user, key in keyed.items() if world.table.get(key, consistent=True)]


def test_given_a_probe_when_analysed_then_only_lists_count_it_and_its_user_finds_it(world: World) -> None:
    tenant = world.tenant()
    conversation = _capture(world, tenant, "obprobe_1", ANGRY, user={"id": "ann"})
    world.analyse_queued()
    assert set(world.statistics(tenant.id)) == {"TOTAL"}
    assert world.people(tenant.id) == []
    loaded = AnalysisStore(world.table, NO_RETENTION).load(tenant.id, conversation)
    assert loaded is not None
    assert loaded.standing.counted.search_terms == {("probe", "ann")}


def test_a_found_topic_is_recognised_in_later_conversations(
    world: World,
) -> None:
    tenant = world.tenant()
    _capture(world, tenant, "1", "The zebra crossing is gone", "Yes, the zebra crossings!")
    world.analyse_queued()
    assert "cross-zebra" in {topic.id for topic in storage_wiring.topics(world.deployment).found(tenant.id)}
    second = _capture(world, tenant, "2", "Is there a zebra crossing?")
    world.analyse_queued()
    assert second in _found_by(world, tenant, TOPICS, "cross-zebra")


def test_a_declared_topics_phrase_gives_the_conversation_the_topic(world: World) -> None:
    tenant = world.tenant()
    declared = [{"id": "t-1", "name": "Lost parcels", "phrases": ["parcel never came"], "parent": None}]
    world.table.change(Change((keys.chatbot(tenant.id), keys.BOT), sets={"topics": declared}))
    conversation = _capture(world, tenant, "1", "My parcel never came")
    world.analyse_queued()
    assert conversation in _found_by(world, tenant, TOPICS, "t-1")
    assert analysis_wiring.topics(world.deployment).names(tenant.id)["t-1"] == "Lost parcels"


def test_a_second_look_removes_what_a_dead_consumer_wrote_of_an_erased_conversation(world: World) -> None:
    tenant = world.tenant()
    conversation = _capture(world, tenant, "1", ANGRY, user={"id": "ann"})
    conversation_wiring.erase(world.deployment)(tenant.id, conversation)
    place, statistic = (tenant.id, conversation), person_statistic("USER#", "ann")
    state = CountingState({"TOTAL": {"conversations": 1}}, frozenset({(USERS, "ann")}), "1")
    world.table.put(state_item(place, 1, "dead", state))
    (entry,) = state.entries(place)
    world.table.put({"pk": entry[0], "sk": entry[1]})
    PeopleStore(world.table).seen(tenant.id, statistic, Sighting(known={"id": "ann"}, at=world.now(), entry=entry))

    world.analyse_with(analysis_wiring.builtin(world.deployment))(tenant.id, conversation)
    assert world.items(tenant.id, conversation) == []
    assert _entries(world, tenant, USERS, "ann") == []
    assert world.table.get((keys.person(tenant.id, statistic), keys.PROFILE)) is None
