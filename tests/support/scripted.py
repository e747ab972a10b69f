"""An analyzer that finds what the messages tell it to find, so that tests know every figure beforehand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from confab.analysis.analyzer import Past
from confab.domain.message import ASSISTANT, Message
from confab.domain.results import Analysis, ChunkSentiment, ConversationResult, MessageResult

from tests.support.deployment import Tenant
from tests.support.world import World


class Scripted:
    """Reads results out of messages like ``score=-0.5&topics=refund,delivery&flags=churn_risk&ends=unresolved``.

    Assistant messages tell ``outcome`` and ``behaviour``; ``ends`` of any message is the conversation's outcome.
    """

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        told = {message.key: dict(parse_qsl(message.content)) for message in transcript}
        ends = [fields["ends"] for fields in told.values() if "ends" in fields]
        message_results = [_result(message, told[message.key]) for message in transcript if message.key in judge]
        return Analysis(
            messages=message_results,
            conversation=ConversationResult(
                outcome=ends[-1] if ends else None, first_bad_turn=transcript[0].key, trend="steady", summary="Told so."
            ),
            provider="scripted",
            model="none",
            version="1",
            note="only a test",
        )


def _result(message: Message, told: dict[str, str]) -> MessageResult:
    if message.role == ASSISTANT:
        return MessageResult(key=message.key, behaviour=told.get("behaviour"), outcome=told.get("outcome"))
    score = float(told.get("score", 0))
    return MessageResult(
        key=message.key,
        score=score,
        sentiments=[ChunkSentiment(score=score, text_chunk=message.content, reasoning="told")],
        reasoning="told so",
        language="en",
        intent=told.get("intent"),
        topics=[name for name in told.get("topics", "").split(",") if name],
        flags=[flag for flag in told.get("flags", "").split(",") if flag],
    )


def tell(world: World, tenant: Tenant, name: str, *told: str, at: datetime, **more: Any) -> str:
    """Capture and analyse a conversation; what begins with ``>`` is said by the assistant.

    Args:
        at: when the first message was sent; each further one follows after a second.

    Returns:
        The id of the conversation.
    """
    messages = [
        {
            "id": f"m{number}",
            "role": "assistant" if content.startswith(">") else "user",
            "content": content.removeprefix(">"),
            "sentAt": (at + timedelta(seconds=number)).isoformat(),
        }
        for number, content in enumerate(told)
    ]
    body = {"conversationId": name, "messages": messages, **more}
    conversation: str = world.capture_directly(tenant, body)["conversationId"]
    world.analyse_with(Scripted())(tenant.id, conversation)
    return conversation
