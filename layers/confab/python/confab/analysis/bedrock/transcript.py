"""The part of a transcript that a model is shown, as data that nothing in it can step out of."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from confab.domain.judged import is_judged
from confab.domain.message import Message

MAX_MESSAGE: Final = 4_000
"""Characters of one message that are shown: its beginning and its end."""
MAX_TRANSCRIPT: Final = 60_000
"""Characters of a transcript that are shown: its last messages."""
MAX_SHOWN: Final = 300
MAX_ASKED: Final = 40
"""Messages judged by one call, so that the answer stays within what every model may write."""

_TAIL: Final = 1_000
_CUT: Final = " […] "
_OVERHEAD: Final = 24

# What a person does not see: control characters, marks of direction, Unicode tags. Joiners of emoji stay.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
_JOINERS: Final = re.compile("[\u200c\u200d]")
# Sentences that are meant for whoever judges the transcript and not for the chatbot's business.
_TO_THE_READER: Final = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instruct\w*|prompts?|guidelines?|directives?)\b"
    r"|\b(?:system|developer|hidden) (?:prompt|instruct\w*)"
    r"|\b(?:output|return|respond|rate|score|label|classify|mark|judge)\b"
    r".{0,60}\b(?:very positive|very negative|positive|negative)\b"
    r"|\b(?:sentiment|score)\b.{0,20}(?:\b(?:must|should) be\b|\bof\b|=|:)"
    r"\s*[\"']?(?:very )?(?:[-+]?[01]\b|positive|negative)"
    r"|\byou are (?:now )?(?:an? |the )?(?:\w+ )?(?:judge|analy[sz]er|classifier|evaluator|grader|rater)\b"
    r"|<\s*/?\s*(?:system|instructions?|transcript|conversation|assistant|user|human)\b"
    r"|\b(?:end|begin(?:ning)?) of (?:the )?(?:transcript|conversation|chat)\b.{0,3}(?:$|[^\w\s])"
    r"|\b(?:fully_resolved|first_bad_turn|yes_man)\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it is shown.

    Attributes:
        number: its place among the shown messages, from 0.
        text: what is shown of it; None when it is withheld.
        asked: whether the model is to judge it.
    """

    number: int
    message: Message
    text: str | None
    asked: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The model's input.

    Attributes:
        lines: the shown messages in transcript order.
        whole: whether nothing before the first line was left out.
    """

    lines: Sequence[Line]
    whole: bool

    @property
    def asked(self) -> list[Line]:
        """The messages to judge."""
        return [line for line in self.lines if line.asked]


def excerpt(transcript: Sequence[Message], judge: Collection[str], *, whole: bool = True) -> Excerpt:
    """Choose what to show: the end of the transcript, bounded, with messages to the reader withheld.

    Args:
        transcript: the conversation in order; only what users and assistants said in words is shown.
        judge: keys of the messages that need a result; the last ``MAX_ASKED`` of those shown are asked for.
        whole: whether the transcript begins with the conversation.
    """
    spoken = [message for message in transcript if is_judged(message)]
    chosen: list[tuple[Message, str | None, bool]] = []
    room, asked = MAX_TRANSCRIPT, 0
    for message in reversed(spoken[-MAX_SHOWN:]):
        visible = shown(message.content)
        text = None if addresses_reader(visible) else visible
        room -= _OVERHEAD + len(text or "")
        if room < 0 and chosen:
            break
        ask = message.key in judge and bool(text and text.strip()) and asked < MAX_ASKED
        asked += ask
        chosen.append((message, text, ask))
    lines = [Line(number, *choice) for number, choice in enumerate(reversed(chosen))]
    return Excerpt(lines, whole=whole and len(lines) == len(spoken))


def shown(content: str) -> str:
    """What is shown of a message: no invisible characters, and not more than ``MAX_MESSAGE``."""
    text = _INVISIBLE.sub("", content)
    if len(text) <= MAX_MESSAGE:
        return text
    return text[: MAX_MESSAGE - _TAIL - len(_CUT)] + _CUT + text[-_TAIL:]


def addresses_reader(content: str) -> bool:
    """Whether a message speaks to whoever judges it: such a text is never shown to a model.

    It knows the usual wordings in English; the fence and the validation of the answer do not depend on it.
    """
    plain = _JOINERS.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", content)))
    return _TO_THE_READER.search(" ".join(plain.casefold().split())) is not None


def transcript_lines(lines: Sequence[Line]) -> list[str]:
    """Each message as one line: its number, the role, and the text as JSON."""
    return [
        f"{line.number} {line.message.role}: {'(withheld)' if line.text is None else quoted(line.text)}"
        for line in lines
    ]


def fenced(what: str, lines: Iterable[str], nonce: str) -> str:
    """Lines between two marks that hold a nonce, which the lines themselves cannot hold."""
    body = "\n".join(lines)
    while nonce in body:
        body = body.replace(nonce, "")
    return f'<{what} mark="{nonce}">\n{body}\n</{what} mark="{nonce}">'


def quoted(text: str) -> str:
    """A text as JSON in which no line break and no angle bracket can stand, so that it cannot leave its line."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
