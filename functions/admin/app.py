"""Administration: ``/api/v1/chatbots…``, ``/api/v1/keys…``, ``/api/v1/audit``."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
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
    audit_row,
    chatbot_row,
    field_row,
    key_row,
    named_chatbot,
    responder_row,
    running_row,
    schema_answer,
    topic_row,
)
from confab.dialects.openbat.errors import error_body
from confab.dialects.openbat.export import line_of
from confab.domain.chatbot import Chatbot
from confab.domain.merge import json_bytes
from confab.erasure.personal_export import page_of
from confab.platform.credentials import ADMINISTER, EVERY_CHATBOT, ApiKey
from confab.platform.errors import NotFound
from confab.platform.http import Handler, HttpFunction, HttpRules, parse

CHATBOTS: Final = "/api/v1/chatbots"
CHATBOT: Final = f"{CHATBOTS}/<chatbot_id>"
KEYS: Final = "/api/v1/keys"
CHATBOT_KEYS: Final = f"{CHATBOT}/keys"
FIELDS: Final = f"{CHATBOT}/fields"
TOPICS: Final = f"{CHATBOT}/topics"
RESPONDER: Final = f"{CHATBOT}/responder"
ANALYZER: Final = f"{CHATBOT}/analyzer"
USER: Final = f"{CHATBOT}/users/<user_id>"
DONE: Final = {"ok": True}
RULES: Final = HttpRules(tails=(f"{CHATBOTS}/*/users/",))


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"), RULES)
    _chatbots(http, composition)
    _chatbot(http, composition)
    _keys(http, composition)
    _fields(http, composition)
    _topics(http, composition)
    _responder(http, composition)
    _analyzer(http, composition)
    _users(http, composition)
    _audit(http, composition)
    return http.handler()


def _caller(http: HttpFunction) -> ApiKey:
    return http.caller(ADMINISTER)


def _chatbots(http: HttpFunction, composition: Composition) -> None:
    administration = composition.administration

    @http.app.get(CHATBOTS)
    def list_chatbots() -> Response[Any]:
        by = _caller(http)
        prefixes = {key.id: key.prefix for key in administration.keys(by.workspace_id)}
        found = [chatbot for chatbot in administration.chatbots(by.workspace_id) if by.reaches(chatbot.id)]
        return http.answer([chatbot_row(chatbot, prefixes.get(chatbot.key_id or "")) for chatbot in found])

    @http.app.post(CHATBOTS)
    def create_chatbot() -> Response[Any]:
        by = _caller(http)
        chatbot, issued = administration.open_chatbot(by, http.body(ChatbotBody).name, http.attempt(by.workspace_id))
        return http.answer({**DONE, "chatbot": chatbot_row(chatbot, issued.key.prefix), "apiKey": issued.secret})

    @http.app.post(f"{CHATBOT}/rotate-key")
    def rotate_chatbot_key(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        chatbot = composition.configure.chatbot(by, chatbot_id)
        chatbot, issued = administration.rotate_chatbot_key(by, chatbot, http.attempt(by.workspace_id))
        return http.answer({**DONE, "chatbot": chatbot_row(chatbot, issued.key.prefix), "apiKey": issued.secret})


def _chatbot(http: HttpFunction, composition: Composition) -> None:
    configure = composition.configure

    def answered(chatbot: Chatbot) -> Response[Any]:
        return http.answer(chatbot_row(chatbot, composition.administration.key_prefix(chatbot)))

    @http.app.get(CHATBOT)
    def get_chatbot(chatbot_id: str) -> Response[Any]:
        return answered(configure.chatbot(_caller(http), chatbot_id))

    @http.app.patch(CHATBOT)
    def patch_chatbot(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        body = http.body(ChatbotPatch)
        return answered(
            configure.update(by, chatbot_id, name=body.name, settings=body.settings, archived=body.archived)
        )

    @http.app.delete(CHATBOT)
    def delete_chatbot(chatbot_id: str) -> Response[Any]:
        composition.delete_chatbot(_caller(http), chatbot_id)
        return http.answer(DONE)


def _keys(http: HttpFunction, composition: Composition) -> None:
    """The keys of a workspace, and those of one chatbot: the same operations, with the chatbot in the path or not."""
    administration = composition.administration

    def scope(by: ApiKey, chatbot_id: str | None) -> str | None:
        """The chatbot that is named, for a key that reaches it."""
        return None if chatbot_id is None else composition.configure.chatbot(by, chatbot_id).id

    @http.app.get(KEYS)
    @http.app.get(CHATBOT_KEYS)
    def list_keys(chatbot_id: str | None = None) -> Response[Any]:
        by = _caller(http)
        found = administration.keys(by.workspace_id, scope(by, chatbot_id))
        return http.answer([key_row(key) for key in found if by.reaches(key.chatbot_id)])

    @http.app.post(KEYS)
    @http.app.post(CHATBOT_KEYS)
    def create_key(chatbot_id: str | None = None) -> Response[Any]:
        by = _caller(http)
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
        return http.answer({**DONE, "key": key_row(issued.key), "apiKey": issued.secret})

    @http.app.post(f"{KEYS}/<key_id>/rotate")
    @http.app.post(f"{CHATBOT_KEYS}/<key_id>/rotate")
    def rotate_key(key_id: str, chatbot_id: str | None = None) -> Response[Any]:
        by = _caller(http)
        within, attempt = scope(by, chatbot_id), http.attempt(by.workspace_id)
        issued = administration.rotate_key(by.workspace_id, key_id, chatbot_id=within, by=by, attempt=attempt)
        return http.answer({**DONE, "key": key_row(issued.key), "apiKey": issued.secret})

    @http.app.delete(f"{KEYS}/<key_id>")
    @http.app.delete(f"{CHATBOT_KEYS}/<key_id>")
    def revoke_key(key_id: str, chatbot_id: str | None = None) -> Response[Any]:
        by = _caller(http)
        administration.revoke_key(by.workspace_id, key_id, chatbot_id=scope(by, chatbot_id), by=by)
        return http.answer(DONE)


def _fields(http: HttpFunction, composition: Composition) -> None:
    schema = composition.field_schema

    @http.app.get(FIELDS)
    def list_fields(chatbot_id: str) -> Response[Any]:
        return http.answer(schema_answer(schema.show(chatbot_id, by=_caller(http))))

    @http.app.post(FIELDS)
    def declare_field(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        body = http.body(FieldBody)
        chatbot = schema.declare(chatbot_id, body.name, body.type, required=body.required, by=by)
        return http.answer({**DONE, "field": field_row(chatbot, body.name)})

    @http.app.post(f"{FIELDS}/deny")
    def deny_field(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        schema.deny(chatbot_id, http.body(FieldNameBody).name, by=by)
        return http.answer(DONE)

    @http.app.delete(FIELDS)
    def remove_field(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        schema.remove(chatbot_id, parse(FieldQuery, http.query).name, by=by)
        return http.answer(DONE)


def _topics(http: HttpFunction, composition: Composition) -> None:
    taxonomy = composition.taxonomy

    @http.app.get(TOPICS)
    def list_topics(chatbot_id: str) -> Response[Any]:
        return http.answer([topic_row(topic) for topic in taxonomy.show(chatbot_id, by=_caller(http))])

    @http.app.post(TOPICS)
    def create_topic(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        body = http.body(TopicBody)
        attempt = http.attempt(by.workspace_id)
        again = attempt is not None and attempt.again
        topic = taxonomy.declare(
            chatbot_id, body.name, phrases=body.phrases, parent_id=body.parentId, by=by, again=again
        )
        return http.answer({**DONE, "topic": topic_row(topic)})

    @http.app.patch(f"{TOPICS}/<topic_id>")
    def patch_topic(chatbot_id: str, topic_id: str) -> Response[Any]:
        by = _caller(http)
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

    @http.app.delete(f"{TOPICS}/<topic_id>")
    def delete_topic(chatbot_id: str, topic_id: str) -> Response[Any]:
        taxonomy.remove(chatbot_id, unquote(topic_id), by=_caller(http))
        return http.answer(DONE)


def _responder(http: HttpFunction, composition: Composition) -> None:
    responders = composition.responders

    @http.app.get(RESPONDER)
    def get_responder(chatbot_id: str) -> Response[Any]:
        found = responders.show(chatbot_id, by=_caller(http))
        if found is None:
            raise NotFound("This chatbot has no responder.")
        return http.answer(responder_row(found))

    @http.app.post(RESPONDER)
    def put_responder(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        body = http.body(ResponderBody)
        known = responders.show(chatbot_id, by=by)
        stored = responders.put(chatbot_id, body.url, enabled=body.enabled, by=by)
        secret = {"secret": stored.secret} if known is None else {}
        return http.answer({**DONE, "responder": responder_row(stored), **secret})

    @http.app.post(f"{RESPONDER}/rotate-secret")
    def rotate_secret(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        stored = responders.rotate_secret(chatbot_id, by=by, attempt=http.attempt(by.workspace_id))
        return http.answer({**DONE, "responder": responder_row(stored), "secret": stored.secret})

    @http.app.delete(RESPONDER)
    def delete_responder(chatbot_id: str) -> Response[Any]:
        responders.remove(chatbot_id, by=_caller(http))
        return http.answer(DONE)


def _analyzer(http: HttpFunction, composition: Composition) -> None:
    analyzers = composition.choose_analyzer

    @http.app.get(ANALYZER)
    def get_analyzer(chatbot_id: str) -> Response[Any]:
        return http.answer(analyzer_answer(analyzers.show(chatbot_id, by=_caller(http))))

    @http.app.patch(ANALYZER)
    def patch_analyzer(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        analyzers.change(chatbot_id, http.body(AnalyzerPatch).model_extra or {}, by=by)
        return http.answer(analyzer_answer(analyzers.show(chatbot_id, by=by)))


def _users(http: HttpFunction, composition: Composition) -> None:
    data, cursors = composition.user_data, composition.cursors

    @http.app.get(USER)
    def export_user(chatbot_id: str, user_id: str) -> Response[Any]:
        by, wanted = _caller(http), unquote(user_id)
        query = parse(ExportQuery, http.query)
        scope = ("export", chatbot_id, wanted)
        after = cursors.read(scope, query.cursor) if query.cursor else None
        page, position = page_of(data.export(by, chatbot_id, wanted, after), line_of, json_bytes)
        answer: dict[str, Any] = {"data": page}
        if position is not None:
            answer["nextCursor"] = cursors.write(scope, position)
        return http.answer(answer)

    @http.app.delete(USER)
    def erase_user(chatbot_id: str, user_id: str) -> Response[Any]:
        progress = data.erase(_caller(http), chatbot_id, unquote(user_id))
        if progress.receipt is None:
            return http.answer({**DONE, **running_row(progress)}, 202)
        return http.answer({**DONE, "erasureId": progress.id, "status": "done", "receipt": progress.receipt})

    @http.app.get(f"{CHATBOT}/erasures")
    def list_receipts(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        running = [running_row(progress) for progress in data.erase.running(by, chatbot_id)]
        return http.answer({"receipts": list(data.erase.receipts(by, chatbot_id)), "running": running})


def _audit(http: HttpFunction, composition: Composition) -> None:
    audit, cursors = composition.audit, composition.cursors

    @http.app.get("/api/v1/audit")
    def list_entries() -> Response[Any]:
        by = _caller(http)
        query = parse(AuditQuery, http.query)
        scope = ("audit", by.workspace_id)
        (before,) = cursors.read(scope, query.cursor) if query.cursor else (None,)
        page = audit.page(by.workspace_id, before, query.limit, by=by)
        answer: dict[str, Any] = {"entries": [audit_row(entry) for entry in page.entries]}
        if page.position is not None:
            answer["nextCursor"] = cursors.write(scope, [page.position])
        return http.answer(answer)


__getattr__ = entry_point(globals(), build)
