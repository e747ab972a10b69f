"""Reads a transcript, or its end: every turn with the turns before it."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from confab.analysis.builtin.acts import CHEER, TROUBLE
from confab.analysis.builtin.conversation import Course, ReplyFact, UserFact
from confab.analysis.builtin.cues import USER_CUES
from confab.analysis.builtin.intents import Asked, IntentReader
from confab.analysis.builtin.keyphrases import key_phrases
from confab.analysis.builtin.language import LanguageGuesser
from confab.analysis.builtin.needs import need_of
from confab.analysis.builtin.phrases import Phrases
from confab.analysis.builtin.replies import REPLY_CUES, Reply, behaviour, outcome, read_reply
from confab.analysis.builtin.satisfaction import Estimate, Memory, Satisfaction, values_of
from confab.analysis.builtin.senses import SenseReader
from confab.analysis.builtin.sentiment import Context, SentimentReader, Turn
from confab.analysis.builtin.text import Parsed, parse
from confab.analysis.builtin.tone import is_sign_alone
from confab.analysis.builtin.topics import TopicReader
from confab.domain.message import ASSISTANT, USER, Message
from confab.domain.results import FLAGS, MessageResult

LOOK_BACK: Final = 6
OPINION_SPAN: Final = 4
FRUSTRATED_SCORE: Final = -0.6


@dataclass(frozen=True, slots=True)
class Tools:
    """The readers that a reading works with."""

    sentiment: SentimentReader
    topics: TopicReader
    satisfaction: Satisfaction
    intents: IntentReader = field(default_factory=IntentReader)
    senses: SenseReader = field(default_factory=SenseReader)
    languages: LanguageGuesser = field(default_factory=LanguageGuesser)
    replies: Phrases = field(default_factory=lambda: Phrases(REPLY_CUES))


class _Asked(NamedTuple):
    """A user's message, read."""

    message: Message
    at: int
    turn: Turn
    intent: str
    language: str | None
    no_topics: frozenset[str]
    context: Context


class _Answered(NamedTuple):
    """An assistant's message, read."""

    message: Message
    at: int
    reply: Reply


def walk(transcript: Sequence[Message], replies: Phrases) -> Iterator[tuple[int, Message, Parsed, Context | Reply]]:
    """Every user message with what came before it, and every assistant message as a reply, in transcript order.

    Args:
        transcript: the conversation; roles other than user and assistant are passed over.
        replies: the phrases of ``REPLY_CUES``.
    """
    own: deque[frozenset[str]] = deque(maxlen=LOOK_BACK)
    given: deque[frozenset[str]] = deque(maxlen=LOOK_BACK)
    opinions: deque[bool] = deque(maxlen=OPINION_SPAN)
    reply: Reply | None = None
    for at, message in enumerate(transcript):
        if message.role == USER:
            parsed = parse(message.content)
            yield at, message, parsed, Context(reply, tuple(own), any(opinions))
            own.append(frozenset(parsed.words))
        elif message.role == ASSISTANT:
            parsed = parse(message.content)
            reply = read_reply(parsed, replies, tuple(given))
            yield at, message, parsed, reply
            given.append(frozenset(parsed.words))
            opinions.append("asks_opinion" in reply.cues)


_ENGLISH: Final = frozenset({None, "en"})


class Reading:
    """A conversation, read once; results are made for the messages that are asked for."""

    def __init__(self, transcript: Sequence[Message], tools: Tools) -> None:
        self._tools = tools
        self._asked: list[_Asked] = []
        self._answered: list[_Answered] = []
        read: list[tuple[int, Parsed]] = []
        self._estimates: dict[int, Estimate] = {}
        self._before: dict[int, Turn] = {}
        self._after: dict[int, Turn] = {}
        for at, message, parsed, seen in walk(transcript, tools.replies):
            read.append((at, parsed))
            if isinstance(seen, Reply):
                self._answer(_Answered(message, at, seen))
            else:
                self._ask(at, message, seen, parsed)
        phrases = dict(zip([at for at, _ in read], key_phrases([parsed for _, parsed in read]), strict=True))
        self._topics = {
            # Only English is known well enough; in other languages articles would pass for key phrases.
            asked.at: tools.topics.name(
                asked.turn.parsed, phrases[asked.at] if asked.language in _ENGLISH else (), asked.no_topics
            )
            for asked in self._asked
        }

    def message_results(self, judge: Collection[str]) -> list[MessageResult]:
        """Insights for the messages with these keys, in transcript order.

        Satisfaction is estimated by ``course``, so that comes first.
        """
        found: list[tuple[int, MessageResult]] = []
        found.extend((asked.at, self._of_user(asked)) for asked in self._asked if asked.message.key in judge)
        answers = [answered for answered in self._answered if answered.message.key in judge]
        found.extend((answered.at, self._of_assistant(answered)) for answered in answers)
        return [result for _, result in sorted(found, key=lambda pair: pair[0])]

    def course(self, course: Course, known: Collection[str]) -> Course:
        """The course of the conversation with what was read of it.

        Args:
            course: as it was before; it is changed.
            known: keys of the messages that it has already.
        """
        read: list[_Asked | _Answered] = [*self._asked, *self._answered]
        for each in sorted(read, key=lambda each: each.at):
            key = each.message.key
            if key in known:
                continue
            if isinstance(each, _Asked):
                self._estimate(each, course)
                course.add_user(self._fact(each), self._topics[each.at])
            else:
                reply = each.reply
                judged = outcome(reply, corrects=False, cheered=False, troubled=False)
                fact = ReplyFact(judged, "handover" in reply.cues, reply.parsed.questions > 0)
                course.add_reply(fact)
        return course

    def _estimate(self, asked: _Asked, course: Course) -> None:
        """Estimate the satisfaction at a turn by what the course remembers, which then remembers the turn."""
        if asked.turn.score is None:
            return
        memory = Memory.of(course.memory)
        values = values_of(asked.turn, asked.context, memory)
        self._estimates[asked.at] = self._tools.satisfaction.rate(values)
        course.memory = tuple(memory.after(asked.turn, asked.context))

    def _fact(self, asked: _Asked) -> UserFact:
        turn, parsed = asked.turn, asked.turn.parsed
        need = need_of(parsed, turn.hits, self._topics[asked.at])
        return UserFact(asked.message.key, turn.score, turn.acts, asked.intent, need, parsed.questions > 0)

    def _ask(self, at: int, message: Message, context: Context, parsed: Parsed) -> None:
        language = self._tools.languages.guess(message.content, parsed.words)
        turn = self._tools.sentiment.read(parsed, context, language)
        intents, topics = self._tools.senses.dropped(parsed)
        reply = context.reply
        asked = Asked(
            acts=turn.acts,
            score=turn.score or 0.0,
            question=reply is not None and reply.asks,
            offer=reply is not None and (reply.asks or "offers" in reply.cues),
            first=reply is None,
            wordless=is_sign_alone(parsed),
            dropped=intents,
        )
        intent = self._tools.intents.name(parsed, asked)
        self._asked.append(_Asked(message, at, turn, intent, language, topics, context))
        if self._answered:
            self._after.setdefault(self._answered[-1].at, turn)

    def _answer(self, answered: _Answered) -> None:
        last_reply = self._answered[-1].at if self._answered else -1
        if self._asked and self._asked[-1].at > last_reply:
            self._before[answered.at] = self._asked[-1].turn
        self._answered.append(answered)

    def _of_user(self, asked: _Asked) -> MessageResult:
        turn, estimate = asked.turn, self._estimates.get(asked.at)
        return MessageResult(
            key=asked.message.key,
            score=turn.score,
            satisfaction=estimate.rating if estimate else None,
            satisfaction_reasoning=estimate.because if estimate else "",
            sentiments=turn.chunks,
            reasoning=turn.reasoning,
            language=asked.language,
            intent=asked.intent,
            topics=self._topics[asked.at],
            flags=_flags(turn),
        )

    def _of_assistant(self, answered: _Answered) -> MessageResult:
        before = self._neighbour(answered.at, after=False)
        after = self._neighbour(answered.at, after=True)
        corrected = before is not None and "correction" in before.acts
        cheered = after is not None and _cheered(after)
        return MessageResult(
            key=answered.message.key,
            reasoning=f"Signs: {', '.join(sorted(answered.reply.cues)) or 'none'}.",
            behaviour=behaviour(answered.reply, corrected, cheered),
            outcome=self._outcome(answered),
        )

    def _outcome(self, answered: _Answered) -> str:
        after = self._neighbour(answered.at, after=True)
        if after is None:
            return outcome(answered.reply, corrects=False, cheered=False, troubled=False)
        return outcome(
            answered.reply,
            corrects="correction" in after.acts,
            cheered=_cheered(after),
            troubled=bool(after.acts & TROUBLE),
        )

    def _neighbour(self, at: int, *, after: bool) -> Turn | None:
        """The user's turn right before or after a place in the transcript, with no other reply between."""
        return (self._after if after else self._before).get(at)


def _cheered(turn: Turn) -> bool:
    return bool(turn.acts & CHEER) and not turn.acts & TROUBLE and (turn.score or 0.0) > 0


def _flags(turn: Turn) -> tuple[str, ...]:
    """Flags in their canonical order."""
    raised = {flag for act in turn.acts if act in USER_CUES for flag in USER_CUES[act].flags}
    upset = turn.score is not None and turn.score <= FRUSTRATED_SCORE and turn.angry
    if "repeats_self" in turn.acts or upset:
        raised.add("frustrated_user")
    return tuple(flag for flag in FLAGS if flag in raised)
