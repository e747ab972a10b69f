"""Stores what calls of models said: each message once, in the conversation that the call belongs to.

A span is taken once. What was decided of it (its conversation, and from which of its messages on it is stored, under
which names) is noted before anything is stored, so a span that is sent again, alone or with others, changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from confab.capture.capture import Capture, CaptureResult
from confab.capture.intake import CaptureRequest
from confab.domain.conversation import OTLP, Scalar, SentAttributes
from confab.domain.fingerprints import Fingerprints
from confab.domain.identity import conversation_id
from confab.platform.errors import ConversationFull
from confab.spans.calls import MODEL, RUN, Call, call_of, logged_calls
from confab.spans.chain import Asked, Chain
from confab.spans.choices import chosen, count_missing, is_news, merged, of_call
from confab.spans.names import session_name
from confab.spans.places import Places
from confab.spans.records import Record, Span
from confab.spans.relatives import Told, relatives
from confab.spans.store import Taken, Trace, TraceStore, Whose
from confab.spans.turns import answer_of, end_of, placed, turn_of
from confab.storage.row_updates import RowChange, RowGone
from confab.storage.values import Place

MAX_REASONS: Final = 5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Ingested:
    """What became of a request.

    Attributes:
        captured: of the calls, in the order in which they were stored.
        counts: what the team may want to know, by name.
        rejected: how many spans were refused.
        reasons: why, in words for the sender, each once.
        custom: a team's own fields that came with it.
    """

    captured: list[CaptureResult] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    rejected: int = 0
    reasons: list[str] = field(default_factory=list)
    custom: dict[str, Scalar | None] = field(default_factory=dict)

    def refuse(self, reason: str) -> None:
        """Count a span that was refused."""
        self.rejected += 1
        if reason not in self.reasons and len(self.reasons) < MAX_REASONS:
            self.reasons.append(reason)


class Ingest:
    """Takes the spans and log records of a request.

    Args:
        traces: notes which spans were taken.
        chain: finds conversations that no span names.
        capture: stores messages.
        now: the clock.
    """

    def __init__(
        self,
        traces: TraceStore,
        chain: Chain,
        capture: Capture,
        now: Callable[[], datetime],
    ) -> None:
        self._traces = traces
        self._chain = chain
        self._capture = capture
        self._now = now
        self._places = Places(traces)

    def __call__(self, chatbot_id: str, spans: Sequence[Span], records: Sequence[Record] = ()) -> Ingested:
        """Store what is new in them.

        Raises:
            Unavailable: the table did not take everything; sending the request again repairs it.
        """
        done = Ingested()
        by_trace: dict[str, list[Call]] = {}
        for call in [*filter(None, map(call_of, spans)), *logged_calls(records)]:
            by_trace.setdefault(call.trace_id, []).append(call)
        told = relatives(spans)
        begun = {trace_id: min(call.start for call in calls) for trace_id, calls in by_trace.items()}
        for trace_id in sorted({*by_trace, *told}, key=lambda each: (begun.get(each, 0), each)):
            self._trace(chatbot_id, trace_id, by_trace.get(trace_id, []), told.get(trace_id, Told()), done)
        return done

    def _trace(self, chatbot_id: str, trace_id: str, calls: Sequence[Call], told: Told, done: Ingested) -> None:
        count_missing(calls, done.counts)
        spoken = [call for call in calls if call.talk and call.kind in (MODEL, RUN)]
        if not spoken and not told:
            return
        trace = self._traces.trace(chatbot_id, trace_id)
        whose = merged(trace.whose, told)
        if is_news(trace.whose, told, calls):
            self._learn(chatbot_id, trace_id, trace, told)
        for call in chosen(spoken, trace):
            try:
                self._call(chatbot_id, call, trace, of_call(whose, told, call), done)
            except ConversationFull as full:
                done.refuse(f"a span belongs to a conversation that is full: {full.message}")

    def _call(self, chatbot_id: str, call: Call, trace: Trace, whose: Whose, done: Ingested) -> None:
        redactor = self._capture.redactors.of(chatbot_id)
        fingerprints = redactor.fingerprints
        taken = trace.taken.get(call.span_id)
        turn = turn_of(call, fingerprints.said)
        if taken is not None and not turn.told:
            # An answer that comes by itself, after what the model was told.
            turn, taken = turn_of(call, fingerprints.said, taken.asked), replace(taken, first=0, seed=taken.last)
        asked = Asked(
            chatbot_id=chatbot_id,
            trace_id=call.trace_id,
            span=f"{call.trace_id}:{call.span_id}",
            turn=turn,
            # What a trace is known by was redacted before.
            user=fingerprints.person(redactor.attributes(whose.attributes).get("user", {})) or "",
            start=_time(call.start, self._now()),
            end=_time(call.end, self._now()),
            now=self._now(),
        )
        if taken is None:
            taken = self._take(asked, call, trace, whose, fingerprints)
            done.counts.update(["calls", *(["inferred"] if taken.inferred else [])])
        drafts = placed(turn, call, taken.first, taken.seed, fingerprints.said)
        if not taken.answer and (answer := answer_of(turn, drafts)):
            self._traces.answered(chatbot_id, call.trace_id, call.span_id, answer, call.end // 1_000)
            self._chain.told(asked, taken.conversation_id)
        request = CaptureRequest(
            external_id=whose.conversation,
            dialect=OTLP,
            drafts=drafts,
            attributes=whose.attributes,
            conversation_id=taken.conversation_id,
        )
        done.captured.append(self._capture(chatbot_id, request))
        done.custom.update(whose.attributes.get("custom", {}))
        done.counts.update({"cut": turn.cut, "unread": turn.unread})

    def _take(self, asked: Asked, call: Call, trace: Trace, whose: Whose, fingerprints: Fingerprints) -> Taken:
        """Decide which conversation a call belongs to and where it goes on, once for all."""
        inferred = whose.conversation is None
        conversation = self._conversation(asked, call, whose, fingerprints)
        first, seed = self._places.of(asked, conversation, trace, inferred=inferred)
        drafts = placed(asked.turn, call, first, seed, fingerprints.said)
        taken = Taken(
            span_id=call.span_id,
            kind=call.kind,
            conversation_id=conversation,
            first=first,
            seed=seed,
            asked=asked.turn.asked,
            answer=answer_of(asked.turn, drafts),
            last=end_of(asked.turn, first, seed, fingerprints.said),
            at=call.end // 1_000,
            inferred=inferred,
        )
        taken = self._traces.take(asked.chatbot_id, call.trace_id, taken, asked.now)
        trace.taken[call.span_id] = taken
        return taken

    def _conversation(self, asked: Asked, call: Call, whose: Whose, fingerprints: Fingerprints) -> str:
        if call.conversation is not None:
            return conversation_id(asked.chatbot_id, call.conversation)
        if whose.conversation is None:
            return self._chain.conversation_of(asked)
        named = self._traces.known_as(asked.chatbot_id, session_name(whose.conversation, fingerprints))
        found = named or conversation_id(asked.chatbot_id, whose.conversation)
        # A later call of it may come before the span that names it.
        self._chain.note(asked, found)
        return found

    def _learn(self, chatbot_id: str, trace_id: str, trace: Trace, told: Told) -> None:
        """Note whose a trace is, and say so on the conversations of its calls that came before."""
        redactor, now = self._capture.redactors.of(chatbot_id), self._now()

        def add(known: Whose) -> Whose:
            whose = merged(known, told)
            return replace(whose, attributes=redactor.attributes(whose.attributes))

        whose = self._traces.learn(chatbot_id, trace_id, trace, add, now)
        for conversation in dict.fromkeys(taken.conversation_id for taken in trace.taken.values()):
            place = (chatbot_id, conversation)
            inferred = any(each.inferred for each in trace.taken.values() if each.conversation_id == conversation)
            if whose.conversation is not None and inferred:
                own = conversation_id(chatbot_id, whose.conversation)
                if not self._traces.size((chatbot_id, own)):
                    self._traces.name(
                        place, whose.conversation, session_name(whose.conversation, redactor.fingerprints), now
                    )
            self._describe(place, whose.attributes)

    def _describe(self, place: Place, attributes: SentAttributes) -> None:
        """Say of a conversation that is there whose it is."""
        request = CaptureRequest(
            external_id=None,
            dialect=OTLP,
            drafts=(),
            attributes=attributes,
            conversation_id=place[1],
            row=RowChange(create=False),
            redacted=True,
        )
        with suppress(RowGone):
            self._capture(place[0], request)


def _time(nanoseconds: int, now: datetime) -> datetime:
    """A call's time; that of its arrival where it is unknown or later."""
    if not nanoseconds:
        return now
    try:
        return min(_EPOCH + timedelta(microseconds=nanoseconds // 1_000), now)
    except OverflowError:
        return now
