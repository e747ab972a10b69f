"""The messages of a request with an identity: each is written once, however often clients send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from confab.capture.intake import Intake
from confab.capture.message_store import MessageStore
from confab.domain.message import Draft, Message
from confab.domain.placing import Neighbour, in_order_sent
from confab.domain.verdict import CONFLICT, DUPLICATE, REPLACED, STORED, Verdict
from confab.storage.row_updates import WriteResult


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedOutcome:
    """What became of them.

    Attributes:
        verdicts: by index in the request.
        messages: what was to be stored, in the order sent.
        stored: those that were stored now, which the row does not count yet.
        replaced: how many took the place of one that was not final.
        size: how many bytes more are stored.
        rest: indexes of the messages that have no identity.
        found: when each of those that were there already was stored, by key.
        youngest_duplicate: when the youngest of those that were there already was stored; None when none was.
    """

    verdicts: Mapping[int, Verdict]
    messages: Sequence[Message]
    stored: Sequence[Message]
    replaced: int
    size: int
    rest: Sequence[int]
    youngest_duplicate: datetime | None
    found: Mapping[str, datetime]


@dataclass(slots=True)
class _Version:
    """The messages of a request under one key: one message, whose last version counts until one is final."""

    first: int
    draft: Draft
    later: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def write_identified(intake: Intake, store: MessageStore) -> IdentifiedOutcome:
    """Write the messages that carry their own identity.

    Raises:
        Unavailable: a write failed; others may have been stored, and sending all again repairs it.
    """
    versions, rest = _versions(intake)
    messages = _messages(intake, versions)
    written = store.write(intake.place, messages, intake.request_token, intake.fingerprints.same)
    messages = _in_order_sent(intake, list(versions.values()), messages, written, store)
    verdicts: dict[int, Verdict] = {}
    for version, message, result in zip(versions.values(), messages, written, strict=True):
        verdicts[version.first] = Verdict(message.id, result.status)
        again = REPLACED if result.status in (STORED, REPLACED) else result.status
        verdicts |= {index: Verdict(message.id, again) for index in version.later}
        verdicts |= {index: _second(intake, version, index, message.id) for index in version.refused}
    found = {
        message.key: result.stored_at
        for message, result in zip(messages, written, strict=True)
        if result.status in (DUPLICATE, CONFLICT)
    }
    return IdentifiedOutcome(
        verdicts=verdicts,
        messages=messages,
        stored=[message for message, result in zip(messages, written, strict=True) if result.status == STORED],
        replaced=sum(result.status == REPLACED for result in written),
        size=sum(result.size for result in written),
        rest=rest,
        youngest_duplicate=max(found.values(), default=None),
        found=found,
    )


def identities(intake: Intake) -> list[Message]:
    """The messages of a request that carry their own identity, each once."""
    return _messages(intake, _versions(intake)[0])


def _messages(intake: Intake, versions: Mapping[str, _Version]) -> list[Message]:
    return [
        replace(
            intake.message(version.first, key),
            content=version.draft.content,
            extras=version.draft.extras,
            origin=version.draft.origin,
            final=version.draft.final,
        )
        for key, version in versions.items()
    ]


def _versions(intake: Intake) -> tuple[dict[str, _Version], list[int]]:
    versions: dict[str, _Version] = {}
    rest: list[int] = []
    for index, draft in enumerate(intake.request.drafts):
        key = intake.fingerprints.own_key(draft)
        if key is None:
            rest.append(index)
        elif key not in versions:
            versions[key] = _Version(index, draft)
        elif versions[key].draft.final:
            versions[key].refused.append(index)
        else:
            versions[key].draft = draft
            versions[key].later.append(index)
    return versions, rest


def _second(intake: Intake, version: _Version, index: int, shown: str) -> Verdict:
    """The verdict of a message whose key another message of the request has."""
    same = intake.fingerprints.same(version.draft, intake.request.drafts[index])
    return Verdict(shown, DUPLICATE if same else CONFLICT)


def _in_order_sent(
    intake: Intake,
    versions: Sequence[_Version],
    messages: Sequence[Message],
    written: Sequence[WriteResult],
    store: MessageStore,
) -> list[Message]:
    """Move what is new before what an earlier try of the request has stored of its end."""
    neighbours = [
        Neighbour(
            time=message.created_at if result.status == STORED else result.created_at,
            arrived=message.stored_at if result.status == STORED else result.stored_at,
            timed=intake.request.drafts[version.first].sent_at is not None,
            new=result.status == STORED,
        )
        for version, message, result in zip(versions, messages, written, strict=True)
    ]
    placed = [
        message if after is before else replace(message, created_at=after.time, stored_at=after.arrived)
        for message, before, after in zip(messages, neighbours, in_order_sent(neighbours), strict=True)
    ]
    moved = [after for before, after in zip(messages, placed, strict=True) if after is not before]
    if moved:
        store.move(intake.place, moved, intake.request_token)
    return placed
