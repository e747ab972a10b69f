"""Takes out of a message what its author quotes: code, logs, JSON, cited lines, and orders to whoever judges it.

Every character keeps its place: what is taken out becomes blanks.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from confab.analysis.builtin.patterns import Pattern
from confab.analysis.builtin.words import section

LINES_ALIKE: Final = 6
"""So many lines of one shape are the output of a program."""

_SIGNS: Final = ("`", ">", "{", "[", "<", "~~~", "data:", "\n", "(")
_LONG_RUN: Final = 41

_FENCE: Final = Pattern(r"(```|~~~).*?(?:\1|\Z)", re.DOTALL)
_INLINE: Final = Pattern(r"`[^`\n]+`")
_DATA: Final = Pattern(r"\bdata:\S+")
_RUN: Final = Pattern(rf"[A-Za-z0-9+/=_\-.]{{{_LONG_RUN},}}")
_OBJECT: Final = Pattern(r"[\[{]\s*(?:[\[{]\s*)?[\"'][^\"'\n]{1,80}[\"']\s*:")
_NAMES: Final = (
    "system|instructions?|admin|developer|assistant|prompt|override|inst|note to|for the|to the|attention|"
    "ai|model|judge|grader|evaluator|classifier|analy[sz]er|reviewer|moderator|annotator|rater"
)
_ORDERS: Final = Pattern(
    rf"\[(inst|system|admin|instructions?|prompt)\].*?\[/\1\]|\[\s*(?:/\s*)?(?:{_NAMES})\b[^\]]*(?:\]|\Z)"
    rf"|(?<!\{{)\{{+\s*(?:{_NAMES})\b[^}}]*(?:\}}+|\Z)"
    r"|\((?:system|admin|developer|prompt|note to)\b\s?[^)]*:[^)]*(?:\)|\Z)"
    rf"|<\s*(system|instructions?|admin|developer|prompt|inst|override|assistant)\b[^>]*>.*?(?:</\s*\2\s*>|\Z)"
    r"|<\|[^|]{0,60}\|>|<!--.*?(?:-->|\Z)|<<.*?(?:>>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_JUDGE: Final = (
    r"(?:judge|grader|evaluator|classifier|analy[sz]er|(?:ai|language|sentiment)\s+models?|llm|annotator|rater|scorer)"
)
_SENTENCE: Final = Pattern(r"[^.!?\n]+[.!?]*")
_SPOKEN: Final = Pattern(
    r"\W*(?:system|instructions?|admin|developer|prompt|override|assistant)[ \t]*(?:note|message|prompt)?[ \t]*:"
    rf"|(?:note|message|attention|reminder)[ ,:]*(?:to|for)?[ ]*(?:the|our|any|all)?[ ]*{_JUDGE}\b"
    r"|[^.!?\n]*\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,20}"
    r"\b(?:previous|prior|above|earlier|all|your|the)\b[^.!?\n]{0,20}\b(?:instructions?|prompts?|guidelines)\b"
    r"|(?:please|now|just|and|then)?[ ,]*(?:rate|score|label|classify|judge|output|mark|treat|report)\b[ ]*"
    r"(?:this|the|it|my|a|as|user|sentiment|mood)[^.!?\n]{0,40}"
    r"\b(?:positive|negative|neutral|satisfied|delighted|happy)\b"
    r"|the (?:user|customer) (?:is|was|feels|seems) (?:\w+ )?(?:satisfied|delighted|happy|pleased|thrilled|positive)",
    re.IGNORECASE,
)
"""How a sentence begins that speaks to the judge."""
_STAMP: Final = (
    r"\[?(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ,]*)?\d{1,2}:\d{2}:\d{2}"
    r"|\[?\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* +\d{1,2} +\d{1,2}:\d{2}"
)
_LEVELS: Final = "ERROR|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|CRITICAL|NOTICE|SEVERE"
_LOG_LINE: Final = Pattern(
    rf"^[ \t]*(?:{_STAMP}|\[(?:{_LEVELS})\]|(?:{_LEVELS})[ \t]*[:|]|(?:{_LEVELS}) +[\w.]+[:\-]"
    r"|(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception)\b[: ]|Caused by:|Traceback \(most recent"
    r"|Exception in thread|File \"[^\"]*\", line \d|at [\w$]{1,80}[.$/][\w.$<>/]+ ?\(|at \S+:\d+:\d+|\.\.\. \d+ more"
    r"|npm ERR!|(?:panic|fatal|error|warning)(?:\[\w+\])?: \S.*(?:0x|\.\w{1,4}:\d)|E/\w+|"
    r"[\w./\\-]+\.\w{1,5}:\d+(?::\d+)?:"
    r"|[\w.-]+\[\d+\]:|(?:GET|POST|PUT|PATCH|DELETE|HEAD) /\S* HTTP|HTTP/\d|\$ [a-z]|>>>|\+\+\+ |@@ "
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)[^\n]*",
    re.MULTILINE,
)
_CITED: Final = Pattern(r"^[ \t]*>[^\n]*", re.MULTILINE)
_FORWARDED: Final = Pattern(
    r"^[ \t]*(?:-{2,}[ \t]*(?:original|forwarded)[^\n]*|on [^\n]{6,120} wrote:|"
    r"(?:am|le) [^\n]{6,120} (?:schrieb[^\n]*|a écrit ?):)[ \t]*$.*",
    re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
_SHAPE: Final = Pattern(r"[\d#]+|0x\w+|\b[0-9a-f]{7,}\b")
_SPEECH: Final = section("speech")


def own_words(text: str) -> str:
    """The message with blanks for what is quoted, each character in its place."""
    own = _RUN.sub(_blanks, text) if len(text) >= _LONG_RUN else text
    if any(sign in own for sign in _SIGNS):
        own = _without_spans(own)
    return _SENTENCE.sub(_without_order, own) if len(own) > LINES_ALIKE else own


def _without_order(sentence: re.Match[str]) -> str:
    said = sentence.group()
    return _blanks(sentence) if _SPOKEN.begins(said.lstrip(" \t")) else said


def _without_spans(own: str) -> str:
    if "`" in own or "~~~" in own:
        own = _INLINE.sub(_blanks, _FENCE.sub(_blanks, own))
    if "data:" in own:
        own = _DATA.sub(_blanks, own)
    if any(sign in own for sign in "[{<("):
        own = _ORDERS.sub(_blanks, own)
    if "{" in own or "[" in own:
        own = _without_objects(own)
    own = _LOG_LINE.sub(_blanks, own)
    if ">" in own:
        own = _CITED.sub(_blanks, own)
    if "\n" in own:
        own = _without_output(_FORWARDED.sub(_blanks, own))
    return own


def _blanks(match: re.Match[str]) -> str:
    return "".join("\n" if sign == "\n" else " " for sign in match.group())


def _without_objects(text: str) -> str:
    """JSON is taken out from its first bracket to the one that closes it, or to the end."""
    found, done = [], 0
    for match in _OBJECT.finditer(text):
        if match.start() < done:
            continue
        end = _closed(text, match.start())
        found += [text[done : match.start()], " " * (end - match.start())]
        done = end
    return "".join([*found, text[done:]])


def _closed(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "[{":
            depth += 1
        elif text[at] in "]}":
            depth -= 1
            if depth == 0:
                return at + 1
    return len(text)


def _without_output(text: str) -> str:
    """Without the lines of a shape, or a beginning, that ``LINES_ALIKE`` lines have."""
    lines = text.split("\n")
    if len(lines) < LINES_ALIKE:
        return text
    marks = [_marks(line) for line in lines]
    counts = Counter(mark for each in marks for mark in each)
    alike = [any(counts[mark] >= LINES_ALIKE for mark in each) for each in marks]
    if all(same or not line.strip() for same, line in zip(alike, lines, strict=True)):
        return text
    return "\n".join(" " * len(line) if same else line for same, line in zip(alike, lines, strict=True))


def _marks(line: str) -> set[str]:
    """What lines of one program's output share: the shape, the first word, the last one."""
    words = _SHAPE.sub("#", line.lower()).split()
    if not words:
        return set()
    ends = {f"{words[0]} _", f"_ {words[-1]}"} if len(words) > 1 else set()
    return {" ".join(words), *(end for end in ends if _SPEECH.isdisjoint(end.split()))}
