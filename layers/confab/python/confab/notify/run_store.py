"""Runs in the table. One that has not ended is in an index by when it is to be looked at; the log is another index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from confab.domain.notices import Mention, Notice
from confab.notify.runs import MAX_NOTED_ATTEMPTS, PENDING, Attempt, Run
from confab.storage import keys, notice_keys
from confab.storage.clocks import from_micros, index_time, to_micros
from confab.storage.table import ConditionFailed, Table
from confab.storage.values import Item
from confab.storage.writes import Action, Change, Put

LEASE: Final = timedelta(minutes=2)
"""For how long an attempt has a run by itself: longer than a function lives."""
GRACE: Final = timedelta(minutes=5)
"""How long after a run's time it is taken for lost."""
_PAGE: Final = 100
_MOST_LOOKED_AT: Final = 2000


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of the log, the latest run first, and where the next one begins; None at the end."""

    runs: Sequence[Run]
    position: str | None


class RunStore:
    """Notes runs and what becomes of them.

    Args:
        table: the one table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, chatbot_id: str, run_id: str) -> Run | None:
        """A run; None when there is none."""
        item = self._table.get((notice_keys.runs(chatbot_id), run_id), consistent=True)
        return None if item is None or "status" not in item else _read(item)

    def add(self, runs: Sequence[Run], look_at: datetime, also: Sequence[Action] = ()) -> bool:
        """Note new runs, all or none; whether they are new.

        Args:
            look_at: when they are looked at, if they have not ended by then.
            also: what is written with them, on conditions of its own.
        """
        try:
            self._table.commit([*also, *(Put(_item(run, look_at)) for run in runs)])
        except ConditionFailed:
            return False
        return True

    def claim(self, chatbot_id: str, run_id: str, now: datetime) -> bool:
        """Take a run that has not ended and is due for one attempt; whether nobody else has it.

        A process that ends without a word keeps it for as long as an attempt may take.
        """
        change = Change(
            (notice_keys.runs(chatbot_id), run_id),
            sets={"lease": to_micros(now + LEASE)},
            adds={"tries": 1},
            equals={"status": PENDING},
            below={"lease": to_micros(now)},
        )
        with suppress(ConditionFailed):
            self._table.change(change)
            return True
        return False

    def leased_until(self, chatbot_id: str, run_id: str) -> datetime | None:
        """Until when an attempt has a run by itself; None when it has ended or is free."""
        item = self._table.get((notice_keys.runs(chatbot_id), run_id), consistent=True)
        if item is None or item.get("status") != PENDING or "lease" not in item:
            return None
        return from_micros(item["lease"])

    def again(self, run: Run, attempt: Attempt, at: datetime) -> None:
        """Note a failed attempt of a run that was taken, and when the next one is due; not of a run that has ended."""
        change = Change(
            (notice_keys.runs(run.chatbot_id), run.id),
            sets={"attempts": _attempts(run, attempt), "g2sk": index_time(at + GRACE), "error": attempt.error},
            removes=["lease"],
            equals={"status": PENDING},
        )
        with suppress(ConditionFailed):
            self._table.change(change)

    def end(self, run: Run, status: str, attempt: Attempt | None = None, error: str | None = None) -> None:
        """Note what became of a run that was taken; one that has ended stays as it is.

        Args:
            error: why it failed or was skipped.
        """
        sets: dict[str, Any] = {"status": status}
        if attempt is not None:
            sets["attempts"] = _attempts(run, attempt)
        if error is not None:
            sets["error"] = error
        change = Change(
            (notice_keys.runs(run.chatbot_id), run.id),
            sets=sets,
            removes=["lease", "g2pk", "g2sk", *(["error"] if error is None else [])],
            equals={"status": PENDING},
        )
        with suppress(ConditionFailed):
            self._table.change(change)

    def reopen(self, run: Run, now: datetime) -> bool:
        """Let a run that has ended begin once more, with the same id; False when it has not ended or is gone."""
        change = Change(
            (notice_keys.runs(run.chatbot_id), run.id),
            sets={"status": PENDING, "tries": 0, "g2pk": notice_keys.due(run.id), "g2sk": index_time(now + GRACE)},
            removes=["lease", "error"],
            equals={"status": run.status},
        )
        if run.status == PENDING:
            return False
        with suppress(ConditionFailed):
            self._table.change(change)
            return True
        return False

    def overdue(self, now: datetime, limit: int) -> Iterator[tuple[str, str, str]]:
        """Runs that have not ended and are to be looked at: chatbot, run and their place in the index, oldest first.

        Args:
            limit: how many at most of each of the index's partitions.
        """
        for shard in notice_keys.due_shards():
            run = self._table.index_run(keys.DUE_INDEX, shard, ahead=_PAGE, upto=index_time(now), descending=False)
            for entry in islice(run, limit):
                yield entry["pk"].partition("#")[2], entry["sk"], entry["g2sk"]

    def look_later(self, chatbot_id: str, run_id: str, place: str, at: datetime) -> Run | None:
        """Move a run in the index to a later time; the run, or None when somebody else did or it has ended."""
        change = Change(
            (notice_keys.runs(chatbot_id), run_id),
            sets={"g2sk": index_time(at)},
            equals={"g2sk": place, "status": PENDING},
        )
        with suppress(ConditionFailed):
            return _read(self._table.change(change))
        return None

    def page(
        self,
        chatbot_id: str,
        position: str | None,
        limit: int,
        *,
        rule_id: str | None = None,
        status: str | None = None,
    ) -> RunPage:
        """A page of a chatbot's log.

        Args:
            position: where the page before ended; None for the first one.
            rule_id: only the runs of this rule.
            status: only the runs that are so.
        """
        entries = self._table.index_run(keys.LIST_INDEX, notice_keys.run_log(chatbot_id), ahead=_PAGE, before=position)
        found: list[Run] = []
        last: str | None = None
        for _ in range(0, _MOST_LOOKED_AT, _PAGE):
            some = list(islice(entries, _PAGE))
            wanted = [(entry["pk"], entry["sk"]) for entry in some if rule_id in (None, _rule_of(entry))]
            items = self._table.get_many(wanted)
            for entry in some:
                if len(found) == limit:
                    return RunPage(found, last)
                last = entry["g1sk"]
                item = items.get((entry["pk"], entry["sk"]))
                if item is not None and status in (None, item["status"]):
                    found.append(_read(item))
            if len(some) < _PAGE:
                return RunPage(found, None)
        return RunPage(found, last)


def _rule_of(entry: Mapping[str, Any]) -> str:
    return str(entry["g1sk"]).split("#")[1]


def _attempts(run: Run, attempt: Attempt) -> list[dict[str, Any]]:
    noted = [*run.attempts, attempt][-MAX_NOTED_ATTEMPTS:]
    return [
        {
            "at": to_micros(each.at),
            "status": each.status,
            "ms": each.ms,
            "error": each.error,
        }
        for each in noted
    ]


def _item(run: Run, look_at: datetime) -> Item:
    notice = run.notice
    item: Item = {
        "pk": notice_keys.runs(run.chatbot_id),
        "sk": run.id,
        "g1pk": notice_keys.run_log(run.chatbot_id),
        "g1sk": f"{index_time(run.created_at)}#{run.rule_id}#{run.id}",
        "g2pk": notice_keys.due(run.id),
        "g2sk": index_time(look_at),
        "rule": run.rule_id,
        "to": run.destination_id,
        "type": notice.type,
        "key": notice.key,
        "at": to_micros(notice.at),
        "count": notice.count,
        "mentions": [[mention.conversation_id, mention.match] for mention in notice.mentions],
        "figures": json.dumps(notice.figures),
        "createdAt": to_micros(run.created_at),
        "sendAt": to_micros(run.send_at),
        "status": run.status,
        "tries": run.tries,
        "expiresAt": int(run.expires_at.timestamp()),
    }
    if notice.digest is not None:
        item["digest"] = notice.digest
    return item


def _read(item: Item) -> Run:
    notice = Notice(
        type=item["type"],
        key=item["key"],
        at=from_micros(item["at"]),
        mentions=[Mention(*each) for each in item["mentions"]],
        count=item["count"],
        figures=json.loads(item["figures"]),
        digest=item.get("digest"),
    )
    return Run(
        id=item["sk"],
        chatbot_id=item["pk"].partition("#")[2],
        rule_id=item["rule"],
        destination_id=item["to"],
        notice=notice,
        created_at=from_micros(item["createdAt"]),
        send_at=from_micros(item["sendAt"]),
        status=item["status"],
        tries=item["tries"],
        attempts=[
            Attempt(at=from_micros(each["at"]), **{k: each[k] for k in ("status", "ms", "error")})
            for each in item.get("attempts", ())
        ],
        error=item.get("error"),
    )
