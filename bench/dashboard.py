"""How fast the dashboard's overview is there in Chromium, with a hundred conversations and with a hundred thousand.

It starts a stack of its own, and plants what so many conversations leave in the table: statistics, profiles, entries
and rows. It needs Chromium and the packages of the dashboard's tests (``make test-dashboard`` installs them).
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3
from confab.domain.analysed_conversation import ALL, TOPICS
from confab.domain.labels import LABELS
from confab.domain.results import BEHAVIOURS, CONVERSATION_OUTCOMES, FLAGS, MESSAGE_OUTCOMES
from confab.domain.statistics import (
    ALL_TIME,
    Counters,
    behaviour_counter,
    day_statistic,
    flag_counter,
    flagged_counter,
    hour_counter,
    label_counter,
    outcome_counter,
    person_statistic,
    reply_counter,
    topic_statistic,
)
from confab.storage import keys
from confab.storage.clocks import index_time, to_micros
from confab.storage.tally import SPREAD, spread_key, statistic_key
from confab.storage.values import Item, to_attributes
from rich.console import Console
from rich.table import Table

from local import dashboard
from local.settings import REGION
from tests.e2e.stack import LocalStack

SIZES: Final = {100: 1, 100_000: 2}
"""Conversations of a chatbot, and over how many shards traffic would have spread its statistics."""
DAYS: Final = 60
TOPICS_FOUND: Final = 30
ROWS: Final = 600
"""Conversations with entries and a row; no read of the overview reaches further."""
AT_A_TIME: Final = 25


def main() -> None:
    """Print the fastest of some loads for each size."""
    dashboard.install(dashboard.with_node(), tests=True)
    dashboard.build()
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "state")
        stack.start()
        try:
            Console(width=120).print(_measured(stack))
        finally:
            stack.stop()


def _measured(stack: LocalStack) -> Table:
    ids = []
    for size, spread in SIZES.items():
        body = {"name": f"{size:,}"}
        made = stack.request("POST", "/api/v1/chatbots", key=stack.demo["adminKey"], json=body).json()
        ids.append(made["chatbot"]["id"])
        _plant(stack, made["chatbot"]["id"], size, spread)
    command = ["node", "e2e/load.mjs", stack.base_url, stack.demo["adminKey"], *ids]
    ran = subprocess.run(command, cwd=dashboard.SOURCE, capture_output=True, text=True, check=True)
    table = Table("conversations", "bytes of the page", "painted ms", "figures ms", "panels ms", "users ms")
    for size, line in zip(SIZES, ran.stdout.splitlines(), strict=True):
        taken = json.loads(line)
        table.add_row(f"{size:,}", *(f"{taken[name]:,}" for name in ("bytes", "painted", "figures", "panels", "users")))
    return table


def _plant(stack: LocalStack, chatbot_id: str, size: int, spread: int) -> None:
    record = stack.instance.record()
    session = boto3.Session("test", "test", region_name=REGION)
    dynamodb = session.client("dynamodb", endpoint_url=record["endpoint"])
    now = datetime.now(UTC)
    items = [
        *_statistics(chatbot_id, size, spread, now),
        *_people(chatbot_id, size, now),
        *_rows(chatbot_id, size, now),
    ]
    for start in range(0, len(items), AT_A_TIME):
        requests = [{"PutRequest": {"Item": to_attributes(item)}} for item in items[start : start + AT_A_TIME]]
        dynamodb.batch_write_item(RequestItems={record["table"]: requests})


def _counters(conversations: int) -> Counters:
    """What so many conversations add to the statistic of a day, with every word of the vocabularies."""
    share = max(1, conversations // 8)
    counted: dict[str, int] = {
        "conversations": conversations,
        "messages": 6 * conversations,
        "sentimentSum": -100 * conversations,
        "sentimentCount": 3 * conversations,
    }
    for counter, words in (
        (label_counter, LABELS),
        (flag_counter, FLAGS),
        (flagged_counter, FLAGS),
        (outcome_counter, CONVERSATION_OUTCOMES),
        (reply_counter, MESSAGE_OUTCOMES),
        (behaviour_counter, BEHAVIOURS),
    ):
        counted |= {counter(word): share for word in words}
    return counted | {hour_counter(hour): max(1, conversations // 24) for hour in range(24)}


def _statistics(chatbot_id: str, size: int, spread: int, now: datetime) -> Iterator[Item]:
    pk, sk = spread_key(chatbot_id)
    if spread > 1:
        yield {"pk": pk, "sk": sk, SPREAD: spread}
    shares = {day_statistic(now.date() - timedelta(days=back)): size // DAYS for back in range(DAYS)}
    shares[ALL_TIME] = size
    for week in range(DAYS // 7):
        day = now.date() - timedelta(weeks=week)
        shares |= {topic_statistic(day, f"topic-{n}"): size // (DAYS // 7) // TOPICS_FOUND for n in range(TOPICS_FOUND)}
    for statistic, conversations in shares.items():
        for shard in range(spread):
            key = statistic_key(chatbot_id, statistic, shard)
            yield {"pk": key[0], "sk": key[1], **_counters(max(1, conversations // spread))}
    for n in range(TOPICS_FOUND):
        yield {"pk": keys.topics(chatbot_id), "sk": f"topic-{n}", "name": f"Topic {n}", "firstSeen": to_micros(now)}


def _people(chatbot_id: str, size: int, now: datetime) -> Iterator[Item]:
    """A user for every four conversations, seen over the last thirty days."""
    users = size // 4
    for number in range(users):
        statistic = person_statistic("USER#", f"user-{number}")
        seen = now - timedelta(days=30) * number / users
        listed = keys.people(chatbot_id, "USER", int(statistic[-1], 16) % keys.SHARDS)
        entry = {"g1pk": listed, "g1sk": f"{index_time(seen)}#{statistic}"}
        pk = keys.person(chatbot_id, statistic)
        yield {"pk": pk, "sk": keys.PROFILE, "id": f"user-{number}", "seen": to_micros(seen), "rev": 1, **entry}


def _rows(chatbot_id: str, size: int, now: datetime) -> Iterator[Item]:
    for number in range(min(size, ROWS)):
        conversation = f"00000000-0000-5000-8000-{number:012x}"
        began = now - timedelta(minutes=number)
        row: dict[str, Any] = {"kind": "organic", "dialect": "openbat", "topics": [f"topic-{number % TOPICS_FOUND}"]}
        row |= {"createdAt": to_micros(began), "firstAt": to_micros(began), "messages": 6, "outcome": "resolved"}
        yield {"pk": keys.conversation(chatbot_id, conversation), "sk": keys.HEAD, "externalId": f"c-{number}", **row}
        for term in ((ALL, ""), (TOPICS, f"topic-{number % TOPICS_FOUND}")):
            pk = keys.search_entry(chatbot_id, *term, keys.shard_of(conversation))
            yield {"pk": pk, "sk": f"{index_time(began)}#{conversation}"}


if __name__ == "__main__":
    main()
