"""Matching: what the analysis has committed against the workflows of its chatbot, each match once.

A match is noted in the conversation itself, in one transaction with the run or the digest that tells it, on condition
that it is not noted yet. So a batch that comes again, a process that dies and a conversation that is analysed again
tell nothing twice; and nothing is noted that is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from confab.domain.notices import MAX_MENTIONS, WORKFLOW_MATCHED, Mention, Notice
from confab.domain.rules import WORKFLOW, Rule
from confab.notify.announce import Announcer
from confab.notify.digest_store import DigestStore
from confab.platform.cache import Cache
from confab.platform.errors import Unavailable
from confab.rules.store import RuleStore
from confab.storage.table import ConditionFailed
from confab.storage.values import Place
from confab.workflows.conditions import CONVERSATION, group_of
from confab.workflows.facts import last_event, messages_since, of_conversation, of_message
from confab.workflows.flood_store import Floods
from confab.workflows.source_store import WHOLE, Committed, Fired, Note, WorkflowSource, message_mark
from confab.workflows.stream_store import Changed

IMMEDIATE: Final = "immediate"
WINDOWS: Final = {
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    # What comes on top of what is told at once.
    IMMEDIATE: timedelta(minutes=5),
}
FOLLOWS: Final = timedelta(seconds=10)
"""How soon a warm function follows a change of rules."""
MAX_CACHED: Final = 500
_ROUNDS: Final = 5


@dataclass(slots=True)
class Matched:
    """What became of a batch.

    Attributes:
        matches: how many matches were noted.
        failed: the sequence numbers from which on records come again.
        errors: what failed, by conversation.
    """

    matches: int = 0
    failed: list[str] = field(default_factory=list)
    errors: dict[Place, Exception] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that holds, for a conversation or for one of its messages.

    Attributes:
        mark: ``WHOLE``, or the mark of the message.
        before: the note of its last match; None when there was none.
    """

    rule: Rule
    place: Place
    mark: str
    before: Fired | None

    @property
    def mention(self) -> Mention:
        """The conversation, and the message, as notices name it."""
        return Mention(self.place[1], "" if self.mark == WHOLE else self.mark)

    @property
    def key(self) -> str:
        """Tells this match from every other one of its rule."""
        return f"{self.place[1]}#{self.mark}#{1 if self.before is None else self.before.number + 1}"


class MatchWorkflows:
    """Looks at conversations whose analysis was committed.

    Args:
        rules: the chatbots' rules.
        source: what the analysis has committed.
        announcer: lets destinations be told.
        digests: gather what is told together.
        floods: say when there is too much to tell one by one.
        has_time: whether there is time for more.
        now: the clock.
    """

    def __init__(
        self,
        rules: RuleStore,
        source: WorkflowSource,
        announcer: Announcer,
        digests: DigestStore,
        floods: Floods,
        *,
        has_time: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._rules = rules
        self._source = source
        self._announcer = announcer
        self._digests = digests
        self._floods = floods
        self._has_time = has_time
        self._now = now
        self._known: Cache[str, Sequence[Rule]] = Cache(MAX_CACHED, now=now, lifetime=FOLLOWS)

    def __call__(self, changes: Sequence[Changed]) -> Matched:
        """Look at each conversation of a batch; what cannot be read now, or for which there is no time, comes again."""
        done = Matched()
        for changed in changes:
            if not self._has_time():
                done.failed.append(changed.first)
                continue
            try:
                done.matches += self.look(changed.place)
            except Exception as error:
                done.failed.append(changed.first)
                done.errors[changed.place] = error
        return done

    def look(self, place: Place) -> int:
        """Tell what the workflows of a chatbot find in a conversation; how many matches are new.

        Raises:
            Unavailable: the table did not answer, or there was no time for all of them; look again.
        """
        rules = self._known.of(place[0], lambda: self._workflows(place[0]))
        committed = self._source.committed(place) if rules else None
        if committed is None:
            return 0
        new = 0
        for rule in rules:
            for match in matches_of(rule, committed, self._now()):
                if not self._has_time():
                    raise Unavailable("There are more matches than time; the rest is looked at again.")
                new += self._tell(match)
        return new

    def _workflows(self, chatbot_id: str) -> Sequence[Rule]:
        found = self._rules.all(chatbot_id)
        return [rule for rule in found if rule.kind == WORKFLOW and rule.enabled and rule.destinations]

    def _tell(self, match: Match) -> bool:
        """Note a match and what tells it; whether it is new."""
        now = self._now()
        note = self._source.note(match.place, match.rule.id, match.mark, match.before, now)
        cadence = str(match.rule.settings["cadence"])
        if cadence == IMMEDIATE and self._floods.has_room(match.place[0], match.rule.id, now):
            notice = Notice(type=WORKFLOW_MATCHED, key=match.key, at=now, mentions=[match.mention])
            rule = match.rule
            new = self._announcer.announce(rule.chatbot_id, rule.id, rule.destinations, notice, also=[note])
        else:
            new = self._gather(match, note, now, WINDOWS[cadence])
        if new and self._source.row(match.place) is None:
            # It was erased meanwhile, by somebody who could not know of the note.
            self._source.take_back(note)
        return new

    def _gather(self, match: Match, note: Note, now: datetime, window: timedelta) -> bool:
        """Add a match to the first digest that is open; whether it is new."""
        rule, ends = match.rule, window_end(now, window)
        for _ in range(_ROUNDS):
            digest = self._digests.name(rule.id, ends)
            held = self._digests.read(rule.chatbot_id, digest)
            if held is not None and held.closed:
                ends += window
                continue
            if held is None:
                # Its runs are there before its first match, so no match is gathered that nobody is told of.
                notice = Notice(type=WORKFLOW_MATCHED, key=digest, at=ends, count=0, digest=digest)
                self._announcer.announce(rule.chatbot_id, rule.id, rule.destinations, notice, send_at=ends)
            named = held is None or held.count < MAX_MENTIONS
            try:
                self._digests.gather(rule.chatbot_id, digest, match.mention, now, [note], named=named)
            except ConditionFailed:
                noted = self._source.noted(match.place, rule.id, match.mark)
                if noted != match.before:
                    return False
            else:
                return True
        raise Unavailable("The digests kept closing; look again.")


def window_end(now: datetime, window: timedelta) -> datetime:
    """The end of the window of the wall clock (UTC) that a time is in."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + ((now - day) // window + 1) * window


def matches_of(rule: Rule, committed: Committed, now: datetime) -> Iterator[Match]:
    """What a workflow finds in a conversation and has not told yet."""
    subject = rule.settings["on"]
    if subject == CONVERSATION:
        yield from _match_of_conversation(rule, committed, now)
        return
    conditions, place = group_of(rule.settings["when"]), committed.row.place
    for message, result in messages_since(committed, subject, rule.since):
        mark = message_mark(message.key)
        if (rule.id, mark) not in committed.fired and conditions.holds(of_message(committed, message, result)):
            yield Match(rule, place, mark, None)


def _match_of_conversation(rule: Rule, committed: Committed, now: datetime) -> Iterator[Match]:
    """The conversation as a whole: once, and again after its cooldown, if something happened since."""
    last = last_event(committed)
    before = committed.fired.get((rule.id, WHOLE))
    if last is None or last < rule.since:
        return
    if before is not None:
        cooldown = timedelta(minutes=rule.settings["cooldownMinutes"])
        if now - before.at < cooldown or last <= before.at:
            return
    if group_of(rule.settings["when"]).holds(of_conversation(committed)):
        yield Match(rule, committed.row.place, WHOLE, before)
