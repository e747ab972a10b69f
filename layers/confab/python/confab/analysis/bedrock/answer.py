"""Reads a model's answer: only values of the right form that were requested become results."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from confab.analysis.bedrock.prompt import CONVERSATION_TOPICS, MESSAGE_TOPICS, NO_TURN, TOOL_NAME
from confab.analysis.bedrock.transcript import Excerpt, Line
from confab.domain.message import USER
from confab.domain.results import (
    BEHAVIOURS,
    CONVERSATION_OUTCOMES,
    FLAGS,
    MESSAGE_OUTCOMES,
    TRENDS,
    ChunkSentiment,
    ConversationResult,
    MessageResult,
)
from confab.platform.bodies import read_json, text_of

MAX_NAME: Final = 40
MAX_REASONING: Final = 300
MAX_SUMMARY: Final = 500
MAX_FAULTS: Final = 10
"""How many faults a repair is told."""

_TOPIC: Final = re.compile(r"[^\W_][\w &'/+.-]*")
_INTENT: Final = re.compile(r"[a-z][a-z0-9_]*")


class BadAnswer(ValueError):
    """An answer breaks the rules.

    Attributes:
        faults: which rules, by the place in the answer; they quote nothing of it.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults[:MAX_FAULTS])


@dataclass(frozen=True, slots=True)
class ModelResults:
    """A valid answer: a result for every message that was asked for, and one for the whole."""

    messages: Mapping[str, MessageResult]
    conversation: ConversationResult


def read_answer(content: Sequence[Mapping[str, Any]], excerpt: Excerpt) -> ModelResults:
    """Read the content blocks of an answer.

    Args:
        content: the blocks of the model's message: the call of the tool, or text that holds one JSON object.
        excerpt: what was asked.

    Raises:
        BadAnswer: no JSON object, another form, a value outside of its list or range, or not exactly one result for
            each message asked for. Results for other messages and unknown names are passed over.
    """
    try:
        answer = _Answer.model_validate(_object_of(content))
    except ValidationError as error:
        raise BadAnswer([_fault(entry) for entry in error.errors(include_input=False, include_url=False)]) from None
    users = {line.number: line for line in excerpt.asked if line.message.role == USER}
    replies = {line.number: line for line in excerpt.asked if line.message.role != USER}
    faults = [*_mismatch("users", [user.n for user in answer.users], users)]
    faults += _mismatch("replies", [reply.n for reply in answer.replies], replies)
    turns = {line.number for line in excerpt.lines if line.message.role == USER}
    if answer.conversation.first_bad_turn not in {NO_TURN, *turns}:
        faults.append("conversation.first_bad_turn: must be the number of a user message, or -1")
    if faults:
        raise BadAnswer(faults)
    message_results = [_of_user(user, users[user.n]) for user in answer.users if user.n in users]
    message_results += [_of_reply(reply, replies[reply.n]) for reply in answer.replies if reply.n in replies]
    return ModelResults({result.key: result for result in message_results}, _of_whole(answer.conversation, excerpt))


def _object_of(content: Sequence[Mapping[str, Any]]) -> Any:
    try:
        return read_json(_json_of(content))
    except ValueError:
        raise BadAnswer(["the answer: must be one JSON object"]) from None


def _json_of(content: Sequence[Mapping[str, Any]]) -> bytes:
    """The answer as JSON: a call's input, too, is read from text, because it may hold what no text holds."""
    for block in content:
        call = block.get("toolUse")
        if call and call.get("name") == TOOL_NAME:
            return json.dumps(call.get("input")).encode()
    text = "".join(str(block.get("text", "")) for block in content)
    start, end = text.find("{"), text.rfind("}")
    return text_of(text[start : end + 1]).encode()


def _fault(error: Mapping[str, Any]) -> str:
    place = ".".join(map(str, error["loc"])) or "the answer"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def _mismatch(name: str, given: Sequence[int], asked: Mapping[int, Line]) -> list[str]:
    counts = [given.count(number) for number in asked]
    if all(count == 1 for count in counts):
        return []
    missing = [str(number) for number, count in zip(asked, counts, strict=True) if not count]
    repeated = [str(number) for number, count in zip(asked, counts, strict=True) if count > 1]
    said = [*([f"no result for {', '.join(missing)}"] if missing else [])]
    said += [f"more than one result for {', '.join(repeated)}"] if repeated else []
    return [f"{name}: {' and '.join(said)}"]


def _of_user(user: _User, line: Line) -> MessageResult:
    chunk = ChunkSentiment(score=user.score, text_chunk=line.message.content, reasoning=user.reasoning)
    return MessageResult(
        key=line.message.key,
        score=user.score,
        sentiments=[chunk],
        reasoning=user.reasoning,
        intent=user.intent,
        topics=tuple(dict.fromkeys(user.topics)),
        flags=tuple(flag for flag in FLAGS if flag in user.flags),
    )


def _of_reply(reply: _Reply, line: Line) -> MessageResult:
    return MessageResult(key=line.message.key, behaviour=reply.behaviour, outcome=reply.outcome)


def _of_whole(whole: _Conversation, excerpt: Excerpt) -> ConversationResult:
    keys = {line.number: line.message.key for line in excerpt.lines}
    return ConversationResult(
        outcome=whole.outcome,
        topics=tuple(dict.fromkeys(whole.topics)),
        first_bad_turn=keys.get(whole.first_bad_turn),
        trend=whole.trend,
        summary=whole.summary,
    )


def _word_of(words: Sequence[str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return value

    return AfterValidator(check)


def _name_like(pattern: re.Pattern[str], rule: str) -> AfterValidator:
    def check(value: str) -> str:
        name = " ".join(value.lower().split())
        if len(name) > MAX_NAME or not pattern.fullmatch(name):
            raise ValueError(rule)
        return name

    return AfterValidator(check)


def _line_of(longest: int) -> AfterValidator:
    def clean(value: str) -> str:
        line = " ".join("".join(char if char.isprintable() else " " for char in value).split())
        if not line:
            raise ValueError("must not be empty")
        return line if len(line) <= longest else line[: longest - 1] + "…"

    return AfterValidator(clean)


_Topic = Annotated[str, _name_like(_TOPIC, f"must be a name of at most {MAX_NAME} characters")]
_Intent = Annotated[str, _name_like(_INTENT, f"must be snake_case of at most {MAX_NAME} characters")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class _User(_Part):
    n: int
    score: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    reasoning: Annotated[str, _line_of(MAX_REASONING)]
    intent: _Intent
    topics: Annotated[list[_Topic], Field(max_length=MESSAGE_TOPICS)]
    flags: list[Annotated[str, _word_of(FLAGS)]]


class _Reply(_Part):
    n: int
    behaviour: Annotated[str, _word_of(BEHAVIOURS)]
    outcome: Annotated[str, _word_of(MESSAGE_OUTCOMES)]


class _Conversation(_Part):
    outcome: Annotated[str, _word_of(CONVERSATION_OUTCOMES)]
    topics: Annotated[list[_Topic], Field(max_length=CONVERSATION_TOPICS)]
    first_bad_turn: int
    trend: Annotated[str, _word_of(TRENDS)]
    summary: Annotated[str, _line_of(MAX_SUMMARY)]


class _Answer(_Part):
    users: list[_User]
    replies: list[_Reply]
    conversation: _Conversation
