"""Administration: ``/api/v1/chatbots…``, ``/api/v1/keys…``, ``/api/v1/audit``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from confab.admin import wiring
from confab.analysis import request_wiring
from confab.deployment import Deployment, entry_point
from confab.dialects.dashboard.routes import SESSIONS
from confab.dialects.dashboard.session import NO_COOKIE, cookie_of, session_answer
from confab.dialects.insights.judging import judged_again
from confab.dialects.insights.routes import JUDGE_AGAIN
from confab.dialects.openbat import rules_wiring
from confab.dialects.openbat.admin import (
    AnalyzerPatch,
    AuditQuery,
    ChatbotBody,
    ChatbotPatch,
    ExportQuery,
    FieldBody,
    FieldNameBody,
    FieldQuery,
    KeyBody,
    ResponderBody,
    TopicBody,
    TopicPatch,
    analyzer_answer,
    chatbot_row,
    key_row,
    named_chatbot,
    responder_row,
    schema_answer,
    topic_row,
)
from confab.dialects.openbat.admin_results import (
    audit_page,
    chatbot_with_key,
    declared_field,
    declared_topic,
    done,
    erased,
    erasure_running,
    exported_page,
    issued_key,
    receipts_answer,
    stored_responder,
)
from confab.dialects.openbat.admin_routes import ROUTES
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.export import line_of
from confab.dialects.openbat.exports import ExportBody, export_answer, started
from confab.dialects.openbat.imports import ImportBody, import_answer, made
from confab.dialects.pages import Pages
from confab.domain.chatbot import Chatbot
from confab.domain.merge import json_bytes
from confab.erasure import wiring as erasure_wiring
from confab.erasure.personal_export import page_of
from confab.platform.auth import secret_of
from confab.platform.credentials import EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound, Unauthorized
from confab.platform.http import Handler, HttpFunction
from confab.platform.request_body import parse
from confab.platform.sessions import token_of
from confab.serving import http_function, sessions
from confab.transfer import wiring as transfer_wiring


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(
        deployment, error_body, (*ROUTES, *rules_wiring.ROUTES, *SESSIONS, *JUDGE_AGAIN), takes_sessions=True
    )
    _chatbots(http, deployment)
    _chatbot(http, deployment)
    _keys(http, deployment)
    _fields(http, deployment)
    _topics(http, deployment)
    _responder(http, deployment)
    _analyzer(http, deployment)
    _users(http, deployment)
    _jobs(http, deployment)
    _audit(http, deployment)
    _session(http, deployment)
    _judging(http, deployment)
    rules_wiring.serve(http, deployment)
    return http.handler()


def _chatbots(http: HttpFunction, deployment: Deployment) -> None:
    administration = wiring.administration(deployment)

    @http.serves
    def list_chatbots() -> Response[Any]:
        by = http.caller()
        prefixes = {key.id: key.prefix for key in administration.keys(by.workspace_id)}
        found = [chatbot for chatbot in administration.chatbots(by.workspace_id) if by.reaches(chatbot.id)]
        return http.answer([chatbot_row(chatbot, prefixes.get(chatbot.key_id or "")) for chatbot in found])

    @http.serves
    def create_chatbot() -> Response[Any]:
        by = http.caller()
        chatbot, issued = administration.open_chatbot(by, http.body(ChatbotBody).name, http.attempt(by.workspace_id))
        return http.answer(chatbot_with_key(chatbot, issued))

    @http.serves
    def rotate_chatbot_key(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        chatbot = wiring.configure(deployment).chatbot(by, chatbot_id)
        chatbot, issued = administration.rotate_chatbot_key(by, chatbot, http.attempt(by.workspace_id))
        return http.answer(chatbot_with_key(chatbot, issued))


def _chatbot(http: HttpFunction, deployment: Deployment) -> None:
    configure = wiring.configure(deployment)

    def answered(chatbot: Chatbot) -> Response[Any]:
        return http.answer(chatbot_row(chatbot, wiring.administration(deployment).key_prefix(chatbot)))

    @http.serves
    def get_chatbot(chatbot_id: str) -> Response[Any]:
        return answered(configure.chatbot(http.caller(), chatbot_id))

    @http.serves
    def patch_chatbot(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        body = http.body(ChatbotPatch)
        said: dict[str, Any] = {"name": body.name, "settings": body.settings, "archived": body.archived}
        return answered(configure.update(by, chatbot_id, **said))

    @http.serves
    def delete_chatbot(chatbot_id: str) -> Response[Any]:
        erasure_wiring.delete_chatbot(deployment)(http.caller(), chatbot_id)
        return http.answer(done())


def _keys(http: HttpFunction, deployment: Deployment) -> None:
    """The keys of a workspace, and those of one chatbot: the same operations, with the chatbot in the path or not."""
    administration = wiring.administration(deployment)

    def scope(by: ApiKey, chatbot_id: str | None) -> str | None:
        """The chatbot that is named, for a key that reaches it."""
        return None if chatbot_id is None else wiring.configure(deployment).chatbot(by, chatbot_id).id

    @http.serves
    def list_keys(chatbot_id: str | None = None) -> Response[Any]:
        by = http.caller()
        found = administration.keys(by.workspace_id, scope(by, chatbot_id))
        return http.answer([key_row(key) for key in found if by.reaches(key.chatbot_id)])

    @http.serves
    def create_key(chatbot_id: str | None = None) -> Response[Any]:
        by = http.caller()
        body = http.body(KeyBody)
        issued = administration.create_key(
            by.workspace_id,
            body.name,
            chatbot_id=scope(by, named_chatbot(chatbot_id, body)) or EVERY_CHATBOT,
            permissions=body.granted(),
            kind=body.integration(),
            origins=body.origins or (),
            plan=body.plan,
            rate_per_minute=body.ratePerMinute,
            burst=body.burst,
            daily_quota=body.dailyQuota,
            bytes_per_minute=body.bytesPerMinute,
            bytes_per_day=body.bytesPerDay,
            expires_at=body.expiresAt,
            by=by,
            attempt=http.attempt(by.workspace_id),
        )
        return http.answer(issued_key(issued))

    @http.serves
    def rotate_key(key_id: str, chatbot_id: str | None = None) -> Response[Any]:
        by = http.caller()
        within, attempt = scope(by, chatbot_id), http.attempt(by.workspace_id)
        issued = administration.rotate_key(by.workspace_id, key_id, chatbot_id=within, by=by, attempt=attempt)
        return http.answer(issued_key(issued))

    @http.serves
    def revoke_key(key_id: str, chatbot_id: str | None = None) -> Response[Any]:
        by = http.caller()
        administration.revoke_key(by.workspace_id, key_id, chatbot_id=scope(by, chatbot_id), by=by)
        return http.answer(done())


def _fields(http: HttpFunction, deployment: Deployment) -> None:
    schema = wiring.field_schema(deployment)

    @http.serves
    def list_fields(chatbot_id: str) -> Response[Any]:
        return http.answer(schema_answer(schema.show(chatbot_id, by=http.caller())))

    @http.serves
    def declare_field(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        body = http.body(FieldBody)
        chatbot = schema.declare(chatbot_id, body.name, body.type, required=body.required, by=by)
        return http.answer(declared_field(chatbot, body.name))

    @http.serves
    def deny_field(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        schema.deny(chatbot_id, http.body(FieldNameBody).name, by=by)
        return http.answer(done())

    @http.serves
    def remove_field(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        schema.remove(chatbot_id, parse(FieldQuery, http.query).name, by=by)
        return http.answer(done())


def _topics(http: HttpFunction, deployment: Deployment) -> None:
    taxonomy = wiring.taxonomy(deployment)

    @http.serves
    def list_topics(chatbot_id: str) -> Response[Any]:
        return http.answer([topic_row(topic) for topic in taxonomy.show(chatbot_id, by=http.caller())])

    @http.serves
    def create_topic(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        body = http.body(TopicBody)
        attempt = http.attempt(by.workspace_id)
        said: dict[str, Any] = {"phrases": body.phrases, "parent_id": body.parentId}
        topic = taxonomy.declare(chatbot_id, body.name, **said, by=by, again=attempt is not None and attempt.again)
        return http.answer(declared_topic(topic))

    @http.serves
    def patch_topic(chatbot_id: str, topic_id: str) -> Response[Any]:
        by = http.caller()
        body = http.body(TopicPatch)
        topic = taxonomy.change(
            chatbot_id,
            unquote(topic_id),
            name=body.name,
            phrases=body.phrases,
            parent_id=body.parentId,
            top="parentId" in body.model_fields_set and body.parentId is None,
            by=by,
        )
        return http.answer(topic_row(topic))

    @http.serves
    def delete_topic(chatbot_id: str, topic_id: str) -> Response[Any]:
        taxonomy.remove(chatbot_id, unquote(topic_id), by=http.caller())
        return http.answer(done())


def _responder(http: HttpFunction, deployment: Deployment) -> None:
    responders = wiring.responders(deployment)

    @http.serves
    def get_responder(chatbot_id: str) -> Response[Any]:
        found = responders.show(chatbot_id, by=http.caller())
        if found is None:
            raise NotFound("This chatbot has no responder.")
        return http.answer(responder_row(found))

    @http.serves
    def put_responder(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        body = http.body(ResponderBody)
        known = responders.show(chatbot_id, by=by)
        stored = responders.put(chatbot_id, body.url, enabled=body.enabled, by=by)
        return http.answer(stored_responder(stored, with_secret=known is None))

    @http.serves
    def rotate_secret(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        stored = responders.rotate_secret(chatbot_id, by=by, attempt=http.attempt(by.workspace_id))
        return http.answer(stored_responder(stored, with_secret=True))

    @http.serves
    def delete_responder(chatbot_id: str) -> Response[Any]:
        responders.remove(chatbot_id, by=http.caller())
        return http.answer(done())


def _analyzer(http: HttpFunction, deployment: Deployment) -> None:
    analyzers = wiring.choose_analyzer(deployment)

    @http.serves
    def get_analyzer(chatbot_id: str) -> Response[Any]:
        return http.answer(analyzer_answer(analyzers.show(chatbot_id, by=http.caller())))

    @http.serves
    def patch_analyzer(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        analyzers.change(chatbot_id, http.body(AnalyzerPatch).model_extra or {}, by=by)
        return http.answer(analyzer_answer(analyzers.show(chatbot_id, by=by)))


def _users(http: HttpFunction, deployment: Deployment) -> None:
    erase, export = erasure_wiring.erase_user(deployment), erasure_wiring.export_user(deployment)

    @http.serves
    def export_user(chatbot_id: str, user_id: str) -> Response[Any]:
        by, query = http.caller(), parse(ExportQuery, http.query)
        pages = Pages(deployment.cursors, ("export", chatbot_id, user_id))
        parts = export(by, chatbot_id, user_id, pages.position(query))
        lines, position = page_of(parts, line_of, json_bytes)
        return http.answer(pages.linked(exported_page(lines), position))

    @http.serves
    def erase_user(chatbot_id: str, user_id: str) -> Response[Any]:
        progress = erase(http.caller(), chatbot_id, user_id)
        if progress.receipt is None:
            return http.answer(erasure_running(progress), 202)
        return http.answer(erased(progress, progress.receipt))

    @http.serves
    def list_receipts(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        return http.answer(receipts_answer(erase.receipts(by, chatbot_id), erase.running(by, chatbot_id)))


def _jobs(http: HttpFunction, deployment: Deployment) -> None:
    chatbots = deployment.chatbots
    exports, imports = transfer_wiring.export_jobs(deployment), transfer_wiring.import_jobs(deployment)

    @http.serves
    def begin_export(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        chatbot, body = chatbots.reached(by, chatbot_id), http.body(ExportBody)
        return http.answer(started(exports.begin(by, chatbot, body.format, body.said(), http.attempt(chatbot.id))), 202)

    @http.serves
    def get_export(chatbot_id: str, export_id: str) -> Response[Any]:
        chatbot = chatbots.reached(http.caller(), chatbot_id)
        return http.answer(export_answer(*exports.read(chatbot, export_id), deployment.now()))

    @http.serves
    def make_import(chatbot_id: str) -> Response[Any]:
        by = http.caller()
        chatbot, body = chatbots.reached(by, chatbot_id), http.body(ImportBody)
        job, upload = imports.make(by, chatbot, body.options(), dry=body.dryRun, attempt=http.attempt(chatbot.id))
        return http.answer(made(job, upload, deployment.now()))

    @http.serves
    def get_import(chatbot_id: str, import_id: str) -> Response[Any]:
        return http.answer(import_answer(imports.read(chatbots.reached(http.caller(), chatbot_id), import_id)))

    @http.serves
    def begin_import(chatbot_id: str, import_id: str) -> Response[Any]:
        return http.answer(import_answer(imports.begin(chatbots.reached(http.caller(), chatbot_id), import_id)), 202)


def _audit(http: HttpFunction, deployment: Deployment) -> None:
    audit = wiring.audit(deployment)

    @http.serves
    def list_entries() -> Response[Any]:
        by = http.caller()
        query = parse(AuditQuery, http.query)
        pages = Pages(deployment.cursors, ("audit", by.workspace_id))
        page = audit.page(by.workspace_id, pages.mark(query), query.limit, by=by)
        return http.answer(pages.linked(audit_page(page.entries), page.position))


def _session(http: HttpFunction, deployment: Deployment) -> None:
    kept, administration = sessions(deployment), wiring.administration(deployment)

    def signed_in(by: ApiKey, token: str | None, headers: Mapping[str, str] | None = None) -> Response[Any]:
        return http.answer(session_answer(by, administration.chatbots(by.workspace_id), token), headers=headers)

    @http.serves
    def start_session() -> Response[Any]:
        if secret_of(http.headers) is None:
            raise Unauthorized("Send the key, or a sign-in link's token, as 'Authorization: Bearer <key>'.")
        by = http.caller()
        started = kept.start(by.workspace_id, by.hash, http.headers)
        return signed_in(by, started.token, cookie_of(started.token))

    @http.serves
    def get_session() -> Response[Any]:
        return signed_in(http.caller(), None if secret_of(http.headers) else token_of(http.headers))

    @http.serves
    def end_session() -> Response[Any]:
        http.caller()
        kept.end(http.headers)
        return http.answer(done(), headers=NO_COOKIE)


def _judging(http: HttpFunction, deployment: Deployment) -> None:
    again = request_wiring.judge_again(deployment)

    @http.serves
    def judge_again(conversation_id: str) -> Response[Any]:
        return http.answer(judged_again(again(http.caller(), conversation_id)), 202)


__getattr__ = entry_point(globals(), build)
