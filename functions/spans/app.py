"""Spans become conversations: OpenTelemetry's exports over HTTP, and what Langfuse's SDKs call besides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools.event_handler import Response
from confab import __version__
from confab.capture import wiring as capture_wiring
from confab.deployment import Deployment, entry_point
from confab.dialects.langfuse.batch import Events, events_of
from confab.dialects.langfuse.errors import error_body as langfuse_error_body
from confab.dialects.langfuse.models import BatchBody, LangfuseScore, LangfuseScores
from confab.dialects.langfuse.outcomes import batch_answer, health_answer, projects_answer, refusal, taken_answer
from confab.dialects.langfuse.routes import ROUTES as LANGFUSE
from confab.dialects.openbat.errors import error_body as openbat_error_body
from confab.dialects.otlp.errors import error_body
from confab.dialects.otlp.exports import ingestion_answer, logs_answer, packed_answer, traces_answer
from confab.dialects.otlp.models import IngestionQuery
from confab.dialects.otlp.routes import EXPORTS, INGESTION, PROTOBUF, ROUTES
from confab.domain.chatbot import Chatbot
from confab.platform.auth import require_server
from confab.platform.credentials import ApiKey
from confab.platform.errors import ConfabError, InvalidRequest, Unavailable, UnprocessableEntity
from confab.platform.http import Handler, HttpFunction, HttpRules
from confab.platform.request_body import media_type_of, parse
from confab.redaction import wiring as redaction_wiring
from confab.scores import wiring as scores_wiring
from confab.serving import http_function
from confab.spans import wiring
from confab.spans.found import Scored, of_session, of_trace
from confab.spans.ingest import Ingested
from confab.spans.otlp import NotOtlp, read_logs, read_traces
from confab.spans.records import Decoded

if TYPE_CHECKING:
    from confab.dialects.langfuse import answers

MAX_BODY: Final = 20 * 1024 * 1024
"""Bytes of an export once it is unpacked; what is sent has at most what API Gateway takes."""
LATE: Final = timedelta(minutes=1)
"""For how long after it was given a score waits for the trace that it is about."""
Store = Callable[[Chatbot, Decoded], Ingested]


def build(deployment: Deployment) -> Handler:
    """The function's handler: three dialects, whose paths tell them apart."""
    exports = http_function(deployment, error_body, ROUTES, HttpRules(largest_body=MAX_BODY))
    reads = http_function(deployment, openbat_error_body, INGESTION, takes_sessions=True)
    langfuse = http_function(deployment, langfuse_error_body, LANGFUSE)
    store, give = _storing(deployment), _scoring(deployment)
    _exports(exports, deployment, store)
    _ingestion(reads, deployment)
    _langfuse(langfuse, deployment)
    _batch(langfuse, deployment, store, give)
    _scores(langfuse, deployment, give)
    of_exports, of_reads, of_langfuse = exports.handler(), reads.handler(), langfuse.handler()

    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        path = event["rawPath"]
        if path.startswith("/api/v1/"):
            return of_reads(event, context)
        return (of_exports if path in EXPORTS else of_langfuse)(event, context)

    return handle


def _storing(deployment: Deployment) -> Store:
    ingest, counts, fields = (
        wiring.ingest(deployment),
        wiring.counts(deployment),
        capture_wiring.custom_fields(deployment),
    )

    def store(chatbot: Chatbot, decoded: Decoded) -> Ingested:
        done = ingest(chatbot.id, decoded.spans, decoded.records)
        done.rejected += decoded.rejected
        done.reasons += decoded.reasons
        fields.warnings(chatbot, done.custom)
        counts.add(chatbot.id, deployment.now(), {**done.counts, "rejected": done.rejected})
        for captured in done.captured:
            deployment.telemetry.count(**captured.counts)
        return done

    return store


def _exports(http: HttpFunction, deployment: Deployment, store: Store) -> None:
    def taken(read: Callable[..., Decoded], answer: Callable[[Ingested], Any]) -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = deployment.chatbots.writable(key)
        raw, is_json = http.raw((PROTOBUF,)), media_type_of(http.headers) != PROTOBUF
        try:
            decoded = read(raw, is_json=is_json)
        except NotOtlp as error:
            raise InvalidRequest(f"The body {error}.") from None
        done = store(chatbot, decoded)
        return http.answer(answer(done)) if is_json else http.packed(packed_answer(done), PROTOBUF)

    @http.serves
    def export_traces() -> Response[Any]:
        return taken(read_traces, traces_answer)

    @http.serves
    def export_logs() -> Response[Any]:
        return taken(read_logs, logs_answer)


def _ingestion(http: HttpFunction, deployment: Deployment) -> None:
    counts = wiring.counts(deployment)

    @http.serves
    def get_ingestion(chatbot_id: str) -> Response[Any]:
        chatbot = deployment.chatbots.reached(http.caller(), chatbot_id)
        days = parse(IngestionQuery, http.query).days
        found = counts.since(chatbot.id, deployment.now().date() - timedelta(days=days - 1))
        return http.answer(ingestion_answer(found, days))


def _langfuse(http: HttpFunction, deployment: Deployment) -> None:
    @http.serves
    def list_projects() -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = deployment.chatbots.writable(key)
        return http.answer(projects_answer(chatbot))

    @http.serves
    def get_health() -> Response[Any]:
        require_server(http.caller())
        return http.answer(health_answer(__version__))


Give = Callable[[ApiKey, Chatbot, LangfuseScore], str]


def _scoring(deployment: Deployment) -> Give:
    give, traces = scores_wiring.give_scores(deployment), wiring.traces(deployment)
    redactors = redaction_wiring.redactors(deployment)

    def scored(chatbot: Chatbot, score: LangfuseScore) -> Scored:
        if score.traceId is None:
            fingerprints = redactors.of(chatbot.id).fingerprints
            return of_session(traces, chatbot.id, score.sessionId or "", fingerprints)
        found = of_trace(traces, chatbot.id, score.traceId, score.observationId)
        if found is not None:
            return found
        if score.timestamp is not None and deployment.now() - score.timestamp < LATE:
            raise Unavailable("The trace of this score has not arrived; send the score again in a moment.")
        raise UnprocessableEntity(f"traceId: no call of a model has come of the trace '{score.traceId}'.")

    def stored(key: ApiKey, chatbot: Chatbot, score: LangfuseScore) -> str:
        return give(key, score.score(*scored(chatbot, score)).request(None, None)).score.id

    return stored


def _batch(http: HttpFunction, deployment: Deployment, store: Store, give: Give) -> None:
    def scored(key: ApiKey, chatbot: Chatbot, events: Events) -> tuple[list[str], list[answers.Refusal]]:
        taken, refused = list[str](), list[Any]()
        for name, body in events.scores:
            try:
                give(key, chatbot, parse(LangfuseScore, body))
                taken.append(name)
            except ConfabError as error:
                refused.append(refusal(name, error))
        return taken, refused

    @http.serves
    def ingest_batch() -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = deployment.chatbots.writable(key)
        events = events_of(http.body(BatchBody).batch)
        store(chatbot, Decoded(spans=events.spans, rejected=len(events.wrong)))
        taken, refused = scored(key, chatbot, events)
        wrong = [refusal(name, InvalidRequest(why)) for name, why in events.wrong]
        return http.answer(batch_answer([*events.taken, *taken], [*wrong, *refused]), 207)


def _scores(http: HttpFunction, deployment: Deployment, give: Give) -> None:
    @http.serves
    def give_langfuse_scores() -> Response[Any]:
        key = http.caller()
        require_server(key)
        chatbot = deployment.chatbots.writable(key)
        sent = http.json_objects()
        if isinstance(sent, dict):
            return http.answer(taken_answer(give(key, chatbot, http.checked(LangfuseScore, sent))))
        taken, refused = list[str](), list[Any]()
        for place, score in enumerate(http.checked(LangfuseScores, sent).root):
            try:
                taken.append(give(key, chatbot, score))
            except Unavailable:
                raise
            except ConfabError as error:
                refused.append(refusal(score.id or str(place), error))
        if not refused:
            return http.answer(taken_answer(taken[-1]))
        return http.answer(batch_answer(taken, refused), 207)


__getattr__ = entry_point(globals(), build)
