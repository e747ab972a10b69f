"""The answer about the analysis of one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from confab.dialects.fields import iso
from confab.dialects.figures import rounded
from confab.dialects.insights.conversations import topics_of
from confab.dialects.pages import ROOM, Position, messages_as, run_of
from confab.dialects.scores.building import correction_answers
from confab.domain.feedback import KINDS
from confab.domain.identity import message_uuid
from confab.domain.labels import label_of
from confab.domain.message import ASSISTANT, Message
from confab.domain.results import Judge, MessageResult
from confab.reading.conversation_analysis import AnalysisPage
from confab.storage.transcripts import Span

if TYPE_CHECKING:
    from confab.dialects.insights import answers, judgements


def analysis_answer(judged: AnalysisPage, span: Span) -> tuple[answers.AnalysisDetail, Position | None]:
    """The answer of a conversation's analysis, or of a page of it, and where the next page begins."""
    row, overall = judged.conversation, judged.overall
    entries = messages_as(judged.messages, lambda message: _message(judged, message))
    run = run_of(entries, span, room=ROOM, more=judged.more)
    answer: answers.AnalysisDetail = {
        "id": row.id,
        "chatbotId": row.chatbot_id,
        "externalId": row.external_id,
        "analysisPending": row.pending_since is not None,
        "analysisFailed": row.analysis_failed,
        "avgSentiment": rounded(row.sentiment),
        "label": None if row.sentiment is None else label_of(row.sentiment),
        "outcome": row.outcome,
        "topics": topics_of(row.topics, judged.topics),
        "flags": list(row.flags),
        "firstBadTurn": None if judged.first_bad is None else _identity(row.id, judged.first_bad),
        "arrivedUpset": overall.arrived_upset,
        "state": overall.state,
        "trend": overall.trend,
        "headline": overall.headline,
        "summary": overall.summary,
        **_judge(judged.judge),
        "corrections": correction_answers(judged.corrections, None),
        "messages": run.of("messages"),
    }
    return answer, run.position


def _identity(conversation_id: str, message: Message) -> judgements.Turn:
    return {"id": message_uuid(conversation_id, message.key), "externalId": message.external_id}


def _judge(judge: Judge | None) -> judgements.Judge:
    """What judged; a note says why it was not the provider that was asked for."""
    return {
        "provider": judge.provider if judge else None,
        "model": judge.model if judge else None,
        "version": judge.version if judge else None,
        "note": (judge.note or None) if judge else None,
    }


def _message(judged: AnalysisPage, message: Message) -> answers.JudgedMessage:
    result = judged.message_results.get(message.key)
    given = judged.feedback.get(message.external_id or message.key.partition(":")[2], {})
    return {
        **_identity(judged.conversation.id, message),
        "role": message.role,
        "createdAt": iso(message.created_at),
        "result": None if result is None else _result(judged, message, result),
        "feedback": cast("answers.FeedbackCounts", {kind: given.get(kind, 0) for kind in KINDS}),
        "corrections": correction_answers(judged.corrections, message.key),
    }


def _result(
    judged: AnalysisPage, message: Message, result: MessageResult
) -> judgements.UserJudgement | judgements.AssistantJudgement:
    by = _judge(judged.judges.get(message.key))
    if message.role == ASSISTANT:
        return {"behaviour": result.behaviour, "outcome": result.outcome, **by}
    return {
        "score": result.score,
        "label": None if result.score is None else label_of(result.score),
        "satisfaction": result.satisfaction,
        "satisfactionReasoning": result.satisfaction_reasoning or None,
        "reasoning": result.reasoning,
        "sentiments": [
            {"score": chunk.score, "textChunk": chunk.text_chunk, "reasoning": chunk.reasoning}
            for chunk in result.sentiments
        ],
        "intent": result.intent,
        "topics": topics_of(result.topics, judged.topics),
        "flags": list(result.flags),
        "language": result.language,
        **by,
    }
