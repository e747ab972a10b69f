"""The sentiment of a user's turn: loaded words, dialogue acts, and a bounded trained layer, with the evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.acts import CHEER, FULL_PRAISE, OPENERS, TROUBLE
from confab.analysis.builtin.cues import USER_CUES
from confab.analysis.builtin.features import Seen, turn_features
from confab.analysis.builtin.foreign import WORDED, foreign
from confab.analysis.builtin.lexicon import Lexicon, Loaded, squash
from confab.analysis.builtin.model import Model
from confab.analysis.builtin.phrases import Hit, Phrases
from confab.analysis.builtin.replies import SAME_REPLY, Reply
from confab.analysis.builtin.settle import settled
from confab.analysis.builtin.text import Parsed, Sentence, overlap
from confab.analysis.builtin.tone import (
    ANGER,
    MOCKERY,
    POLITE_LIMIT,
    POLITE_SHARE,
    has_praise,
    is_polite,
    is_sign_alone,
    mocks_failure,
)
from confab.analysis.builtin.words import section
from confab.domain.results import ChunkSentiment

MODEL_BOUND: Final = 0.19
MODEL_STEEPNESS: Final = 5.0
CHUNK_LIMIT: Final = 12
NAMED_LIMIT: Final = 4
NAMED_SHIFT: Final = 0.05
SHOUT_LENGTH: Final = 8
REPEAT_WORDS: Final = 3
UNREAD_WORDS: Final = 3
AGAIN: Final = 0.4
_REPEATS: Final = -1.4
_LOOPS: Final = -0.6
_SHOUT: Final = 0.6
_MARK: Final = 0.15
# A single mild word says little: valences below these sizes lose more than half. Praise is cheaper than blame, but
# where the trained layer is silent (another language) it is all there is, and counts like blame.
_MILD_PRAISE: Final = 4.0
_MILD_BLAME: Final = 1.5
# Asked for an opinion, people judge the thing and not the service: so much of their words still counts.
_OPINION_WORDS: Final = 0.1
_OPINION_ACTS: Final = 0.2
# How far the trained layer may take the words back where it contradicts them, and how quickly it does.
_DOUBT_FLOOR: Final = 0.3
_DOUBT_STEEPNESS: Final = 8.0
_DOUBT_MARGIN: Final = 0.1
_ENGLISH: Final = frozenset({None, "en"})


class Evidence(NamedTuple):
    """One reason.

    Attributes:
        valence: its weight on the lexicon's scale.
        says: how to name it.
        act: whether it counts as an act and not as a word.
        cue: name of the cue behind it, "" for a word.
        word: the word behind it, "" for an act.
    """

    valence: float
    says: str
    act: bool = False
    cue: str = ""
    word: str = ""


class Context(NamedTuple):
    """What came before a user's turn.

    Attributes:
        reply: the assistant's message before it, None at the start.
        own_earlier: word sets of the user's last messages, newest last.
        opinion: whether the assistant lately asked for an opinion.
    """

    reply: Reply | None
    own_earlier: Sequence[frozenset[str]]
    opinion: bool = False


class Turn(NamedTuple):
    """A user's turn, judged.

    Attributes:
        score: -1 to 1; None when the message is in a language in which nothing tells.
        acts: names of the cues found in it, and ``repeats_self``.
        hits: where they stand.
        rating: what the trained layer says, in rating points; 0 where it is silent.
        mood: the score of words and acts alone.
        angry: whether its words or acts show anger, and not only trouble.
    """

    parsed: Parsed
    score: float | None
    chunks: Sequence[ChunkSentiment]
    reasoning: str
    acts: frozenset[str]
    hits: Sequence[Hit]
    rating: float = 0.0
    mood: float = 0.0
    angry: bool = False


class _Found(NamedTuple):
    """The evidence of a turn.

    Attributes:
        groups: by sentence.
        hits: the cues that hold.
        situation: what lies in the dialogue.
        acts: names of the cues, and of the situation.
        sums: of the valences of words and of acts.
        polite: whether it reports trouble without anger.
        angry: whether words or acts show anger.
    """

    groups: Sequence[Sequence[Evidence]]
    hits: Sequence[Hit]
    situation: Sequence[Evidence]
    acts: frozenset[str]
    sums: tuple[float, float]
    polite: bool
    angry: bool

    @property
    def mood(self) -> float:
        """The score of words and acts alone."""
        return squash(sum(self.sums))


class SentimentReader:
    """Judges the sentiment of user turns."""

    def __init__(self, model: Model | None) -> None:
        """Without a model only words and acts count (which is what the trainer starts from)."""
        self._model = model
        self._lexicon = Lexicon()
        self._phrases = Phrases({name: cue.phrases for name, cue in USER_CUES.items()})

    def read(self, parsed: Parsed, context: Context, language: str | None) -> Turn:
        """Judge one turn in the light of what came before it."""
        found = self._found(parsed, context, language)
        if not (found.hits or any(found.groups) or found.situation) and _unread(parsed, language):
            return Turn(parsed, None, (), f"Not judged: no words of mood are known in it ({language}).", found.acts, ())
        rating, telling = self._rate(parsed, context, found, language)
        weigh = _Weighing(context.opinion, rating, _shift(rating) * (POLITE_SHARE if found.polite else 1), found.polite)
        per_message = weigh.score(*found.sums)
        everything = [*(evidence for group in found.groups for evidence in group), *found.situation]
        return Turn(
            parsed,
            per_message,
            _chunks(parsed, found.groups, per_message, weigh),
            _reason(everything, weigh, telling),
            found.acts,
            found.hits,
            rating,
            found.mood,
            found.angry,
        )

    def features(self, parsed: Parsed, context: Context) -> Seen:
        """What the trained layer sees of a turn."""
        found = self._found(parsed, context, None)
        return _seen(parsed, context, found.acts, found.mood)

    def _found(self, parsed: Parsed, context: Context, language: str | None) -> _Found:
        groups, hits = self._evidence(parsed, language)
        situation, acts = _situation(parsed, context, frozenset([hit.name for hit in hits]))
        angry = any(_is_angry(evidence) for group in groups for evidence in group)
        polite = not angry and is_polite(parsed, acts)
        angry = angry or bool(acts & ANGER) or parsed.exclamations > 1
        return _Found(groups, hits, situation, acts, _sums(parsed, groups, situation), polite, angry)

    def _rate(self, parsed: Parsed, context: Context, found: _Found, language: str | None) -> tuple[float, str]:
        """What the trained layer says, in rating points, and the words to name for it; 0 where it is silent."""
        if self._model is None or language not in _ENGLISH or is_sign_alone(parsed):
            return 0.0, ""
        return self._model.rate(_seen(parsed, context, found.acts, found.mood))

    def _read(self, parsed: Parsed, language: str | None) -> tuple[list[list[Hit]], list[list[Loaded]]]:
        """The cues that hold and the loaded words, by sentence, in the language of the message."""
        loaded = self._lexicon.read(parsed)
        other = foreign(language)
        if other is None:
            return settled(parsed, self._phrases.find(parsed)), loaded
        signs = [[word for word in words if not word.word[0].isalpha()] for words in loaded]
        words = [[*own, *sign] for own, sign in zip(other.read(parsed), signs, strict=True)]
        return other.find(parsed), words

    def _evidence(self, parsed: Parsed, language: str | None) -> tuple[list[list[Evidence]], list[Hit]]:
        """Evidence per sentence, and all cues found."""
        groups: list[list[Evidence]] = []
        hits: list[Hit] = []
        praise: list[tuple[list[Evidence], Loaded]] = []
        cues, words = self._read(parsed, language)
        for sentence, held, loaded in zip(parsed.sentences, cues, words, strict=True):
            masked = {at for hit in held if USER_CUES[hit.name].owns for at in range(hit.first, hit.last)}
            free = [word for word in loaded if word.position not in masked]
            group = [
                Evidence(word.valence, f"“{word.word}” ({word.valence:+.1f})", word=parsed.words[word.position])
                for word in free
            ]
            group += _acted(parsed, held)
            if free and _may_mock(parsed, sentence, free[0], first=not praise):
                praise.append((group, free[0]))
            groups.append(group)
            hits += held
        names = {hit.name for hit in hits}
        if names & TROUBLE and not names & {"thanks", "courtesy"}:
            for group, word in praise:
                turned = -0.5 * word.valence
                group[0] = Evidence(turned, f"“{word.word}” beside a complaint ({turned:+.1f})", act=True)
                group[1:] = [evidence for evidence in group[1:] if evidence.cue != "pleased"]
        if mocks_failure(parsed, names, has_praise(parsed, hits)):
            return _in_mockery(parsed, groups, hits)
        return groups, hits


def _unread(parsed: Parsed, language: str | None) -> bool:
    """Whether silence of words and acts says nothing about a message, as its language is not known well enough."""
    if language in _ENGLISH or (language in WORDED and parsed.questions > 0):
        return False
    return len(parsed.words) >= UNREAD_WORDS or not parsed.text.isascii()


def _is_angry(evidence: Evidence) -> bool:
    return evidence.valence < 0 and bool(evidence.word) and evidence.word not in section("plain trouble")


def _in_mockery(
    parsed: Parsed, groups: Sequence[Sequence[Evidence]], hits: Sequence[Hit]
) -> tuple[list[list[Evidence]], list[Hit]]:
    """The evidence of praise for a failure: none of it cheers."""
    turned = [[evidence for evidence in group if evidence.valence <= 0] for group in groups]
    if not any(hit.name == "mocks" for hit in hits):
        turned[-1].append(Evidence(MOCKERY, f"praises a failure ({MOCKERY:+.1f})", act=True, cue="mocks"))
    kept = [hit for hit in hits if hit.name not in CHEER]
    return turned, [*kept, Hit("mocks", 0, len(parsed.words))]


def _acted(parsed: Parsed, hits: Sequence[Hit]) -> list[Evidence]:
    """Evidence of the cues in a sentence, each counted once."""
    found: list[Evidence] = []
    for name, hit in {hit.name: hit for hit in reversed(hits)}.items():
        cue = USER_CUES[name]
        if cue.valence:
            says = f"{cue.says}: “{_quote(parsed, hit)}” ({cue.valence:+.1f})"
            found.append(Evidence(cue.valence, says, act=cue.valence < 0 or name in FULL_PRAISE, cue=name))
    return found


def _may_mock(parsed: Parsed, sentence: Sentence, word: Loaded, *, first: bool) -> bool:
    """Whether praise stands where mockery does: as the message's opening word, or as a sentence of its own."""
    if word.valence <= 0 or word.position != sentence.first or parsed.words[sentence.first] not in OPENERS:
        return False
    return first or sentence.last - sentence.first == 1


def _situation(parsed: Parsed, context: Context, acts: frozenset[str]) -> tuple[list[Evidence], frozenset[str]]:
    """Evidence that lies in the dialogue, not in the words."""
    found: list[Evidence] = []
    own = frozenset(parsed.words)
    answered = context.reply is not None
    if answered and len(parsed.words) >= REPEAT_WORDS and not acts & {"thanks", "solved"}:
        best = max((overlap(own, earlier) for earlier in context.own_earlier), default=0.0)
        if best >= SAME_REPLY:
            found.append(Evidence(_REPEATS, f"repeats their own earlier message ({_REPEATS:+.1f})", act=True))
            acts |= {"repeats_self"}
    if context.reply is not None and context.reply.repeated >= SAME_REPLY and len(context.reply.words) >= 5:
        acts |= {"after_loop"}
        if not acts & CHEER:
            found.append(Evidence(_LOOPS, f"the answer before was given already ({_LOOPS:+.1f})", act=True))
    return found, acts


def _shift(rating: float) -> float:
    """What the trained layer adds to a score, within ``MODEL_BOUND``."""
    return MODEL_BOUND * math.tanh(MODEL_STEEPNESS * rating)


class _Weighing(NamedTuple):
    """How evidence becomes a score in one turn.

    Attributes:
        opinion: whether the assistant asked for an opinion.
        rating: what the trained layer says, in rating points; 0 when it is silent.
        shift: what that adds to the score.
        polite: whether the turn reports trouble without anger.
    """

    opinion: bool
    rating: float
    shift: float
    polite: bool = False

    def score(self, words: float, acts: float) -> float:
        """The score of a sum of word valences and a sum of act valences."""
        mild = _MILD_PRAISE if words > 0 and self.rating else _MILD_BLAME
        words *= abs(words) / (abs(words) + mild)
        if self.rating:
            agreement = self.rating * math.copysign(1.0, words) + _DOUBT_MARGIN
            words *= _DOUBT_FLOOR + (1 - _DOUBT_FLOOR) / (1 + math.exp(-_DOUBT_STEEPNESS * agreement))
        if self.opinion:
            words *= _OPINION_WORDS
            acts *= _OPINION_ACTS
        total = max(words + acts, POLITE_LIMIT) if self.polite else words + acts
        return round(max(-1.0, min(1.0, squash(total) + self.shift)), 4)

    def chunk(self, group: Sequence[Evidence]) -> float:
        """The score of one sentence."""
        words = sum([evidence.valence for evidence in group if not evidence.act])
        return self.score(words, sum([evidence.valence for evidence in group if evidence.act]))


def _sums(parsed: Parsed, groups: Sequence[Sequence[Evidence]], situation: Sequence[Evidence]) -> tuple[float, float]:
    """Valence of the words and of the acts; many sentences dilute, capitals and exclamation marks sharpen."""
    factor = (1 + _MARK * min(parsed.exclamations, 4)) / math.sqrt(max(1.0, len(groups) / 4))
    words = sum([evidence.valence for group in groups for evidence in group if not evidence.act]) * factor
    acts = _together([evidence for group in groups for evidence in group if evidence.act]) * factor
    if words + acts <= 0 and len(parsed.text) > SHOUT_LENGTH and parsed.text.isupper():
        acts -= _SHOUT
    return words, acts + sum([evidence.valence for evidence in situation])


def _together(acts: Sequence[Evidence]) -> float:
    """The valence of acts: one that comes again in another sentence adds less."""
    seen: set[str] = set()
    total = 0.0
    for evidence in acts:
        again = bool(evidence.cue) and evidence.cue in seen
        total += evidence.valence * (AGAIN if again else 1.0)
        seen.add(evidence.cue)
    return total


def _seen(parsed: Parsed, context: Context, acts: frozenset[str], mood: float) -> Seen:
    reply = context.reply
    named = [*sorted(acts), f"mood {round(mood * 4)}"]
    if reply is not None:
        cues = sorted(reply.cues)
        named += [f"{name}<" for name in cues]
        named += [f"{act}<{name}" for act in ("accepts", "declines") if act in acts for name in cues]
        named.append(f"repeated {int(reply.repeated * 4)}")
    return turn_features(
        parsed.words,
        reply.words if reply is not None else (),
        named,
        reply is not None and reply.parsed.questions > 0,
        parsed.questions > 0,
    )


def _chunks(
    parsed: Parsed, groups: Sequence[Sequence[Evidence]], score: float, weigh: _Weighing
) -> tuple[ChunkSentiment, ...]:
    """Stretches of the message with a mood of their own, in order; the whole message when it has one at most."""
    loaded = [(sentence, group) for sentence, group in zip(parsed.sentences, groups, strict=True) if group]
    if len(loaded) < 2:
        text = parsed.text.strip()
        reason = _reason(loaded[0][1] if loaded else (), weigh, "")
        return (ChunkSentiment(score=score, text_chunk=text, reasoning=reason),) if text else ()
    chunks = [(sentence, group, weigh.chunk(group)) for sentence, group in loaded]
    if len(chunks) > CHUNK_LIMIT:
        strongest = sorted(chunks, key=lambda chunk: -abs(chunk[2]))[:CHUNK_LIMIT]
        chunks = sorted(strongest, key=lambda chunk: chunk[0].start)
    return tuple(
        ChunkSentiment(
            score=weight,
            text_chunk=parsed.text[sentence.start : sentence.end].strip(),
            reasoning=_reason(group, weigh, ""),
        )
        for sentence, group, weight in chunks
    )


def _reason(evidence: Sequence[Evidence], weigh: _Weighing, words: str) -> str:
    named = sorted(evidence, key=lambda item: -abs(item.valence))[:NAMED_LIMIT]
    parts = [item.says for item in named]
    if len(evidence) > NAMED_LIMIT:
        parts.append(f"{len(evidence) - NAMED_LIMIT} more")
    if weigh.opinion and evidence:
        parts.append("asked for an opinion, so the words count little")
    if abs(weigh.shift) >= NAMED_SHIFT:
        because = f" for “{words.strip('^ ')}”" if words.strip("^ ") else ""
        parts.append(f"trained layer {weigh.shift:+.2f}{because}")
    return "; ".join(parts) if parts else "No loaded words and no sign of trouble."


def _quote(parsed: Parsed, hit: Hit) -> str:
    return parsed.text[parsed.starts[hit.first] : parsed.ends[hit.last - 1]][:80]
