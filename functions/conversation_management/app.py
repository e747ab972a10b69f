"""ChatCaptain's conversation management: ``/v1/chatbots/{chatbotId}/conversations…``."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from confab.channels import wiring
from confab.channels.catalogue import unknown
from confab.deployment import Deployment, entry_point
from confab.dialects.chatcaptain.errors import error_body
from confab.dialects.chatcaptain.models import (
    BODIES,
    CreateBody,
    CreateMessageBody,
    CustomEventBody,
    EventBody,
    FindQuery,
    HandleBody,
    InboxMessageBody,
    ListQuery,
    MessagesQuery,
    NotesBody,
    PatchMessageBody,
    PayloadBody,
    VariableBody,
)
from confab.dialects.chatcaptain.reading import (
    conversations_answer,
    created_answer,
    deleted_answer,
    detail_answer,
    handled_event,
    handled_message,
    handled_payload,
    message_answer,
    messages_answer,
    notes_answer,
    public_apps_answer,
    stored_answer,
    variable_answer,
    variables_answer,
)
from confab.dialects.chatcaptain.routes import ROUTES
from confab.dialects.chatcaptain.writing import (
    channel_conversation,
    conversation_patch,
    created_conversation,
    handled_draft,
    inbox_draft,
    message_key,
    patched_fields,
    patched_message,
    require_same,
    required_conversation,
    variable_name,
    written_draft,
)
from confab.dialects.pages import Pages
from confab.domain.chatbot import Chatbot
from confab.domain.identity import is_uuid
from confab.erasure import conversation_wiring
from confab.platform.http import Handler, HttpFunction
from confab.platform.request_body import parse
from confab.serving import http_function
from confab.storage.chatbot_lookup import require_writable
from confab.storage.transcripts import Span, read_order


def build(deployment: Deployment) -> Handler:
    """The function's handler."""
    http = http_function(deployment, error_body, ROUTES)
    for body in BODIES:
        body.model_rebuild()
    _channels(http, deployment)
    _payloads(http, deployment)
    _custom_events(http, deployment)
    _list(http, deployment)
    _conversations(http, deployment)
    _messages(http, deployment)
    _parts(http, deployment)
    _inbox(http, deployment)
    return http.handler()


def _caller(http: HttpFunction, deployment: Deployment, chatbot_id: str) -> Chatbot:
    """The chatbot of the path, for a key that reaches it."""
    return deployment.chatbots.reached(http.caller(), chatbot_id)


def _writer(http: HttpFunction, deployment: Deployment, chatbot_id: str) -> Chatbot:
    """As ``_caller``, for a chatbot that is not archived."""
    return require_writable(_caller(http, deployment, chatbot_id))


def _count(deployment: Deployment, *, duplicate: bool, conflict: bool) -> None:
    """Count what became of one message; a conflict is among the duplicates of the answer."""
    deployment.telemetry.count(
        captured=int(not duplicate), duplicates=int(duplicate and not conflict), conflicts=int(conflict)
    )


def _channels(http: HttpFunction, deployment: Deployment) -> None:
    handle = wiring.handle(deployment)

    @http.serves
    def handle_message(chatbot_id: str) -> Response[Any]:
        chatbot = _writer(http, deployment, chatbot_id)
        body = http.body(HandleBody)
        require_same("chatbotId", body.chatbotId, chatbot_id)
        done = handle.message(
            chatbot,
            channel_conversation(body),
            handled_draft(body),
            in_background=body.in_background,
            attempt=http.attempt(chatbot_id),
        )
        deployment.telemetry.count(handled=1, replies=len(done.replies))
        if done.subject is not None:
            _count(deployment, duplicate=done.duplicate, conflict=done.conflict)
        return http.answer(handled_message(done), 201)

    @http.serves
    def handle_event(chatbot_id: str) -> Response[Any]:
        chatbot = _writer(http, deployment, chatbot_id)
        body = http.body(EventBody)
        require_same("chatbotId", body.chatbotId, chatbot_id)
        known = {"kind": "channel", "payload": body.eventPayload}
        done = handle.channel_event(
            chatbot,
            channel_conversation(body),
            body.event,
            known,
            in_background=body.in_background,
            attempt=http.attempt(chatbot_id),
        )
        return http.answer(handled_event(done), 201)


def _payloads(http: HttpFunction, deployment: Deployment) -> None:
    handle = wiring.handle(deployment)

    @http.serves
    def handle_payload(chatbot_id: str) -> Response[Any]:
        chatbot = _writer(http, deployment, chatbot_id)
        body = http.body(PayloadBody)
        require_same("chatbotId", body.chatbotId, chatbot_id)
        known = {
            "kind": "payload",
            "flowId": body.flowId,
            "stepId": body.stepId,
            "payload": body.eventPayload,
            "isDebug": body.isDebug,
        }
        done = handle.own_event(
            chatbot,
            body.conversationId,
            body.event or "payload",
            known,
            step=body.stepId,
            in_background=body.in_background,
            attempt=http.attempt(chatbot_id),
        )
        return http.answer(handled_payload(done), 201)


def _custom_events(http: HttpFunction, deployment: Deployment) -> None:
    handle = wiring.handle(deployment)

    def custom_event(chatbot_id: str, conversation_id: str | None) -> Response[Any]:
        chatbot = _writer(http, deployment, chatbot_id)
        body = http.body(CustomEventBody)
        require_same("chatbotId", body.chatbotId, chatbot_id)
        named = conversation_id if conversation_id is not None else required_conversation(body.conversationId)
        require_same("conversationId", body.conversationId, named)
        known = {"kind": "custom", "payload": body.payload}
        attempt = http.attempt(chatbot_id)
        done = handle.own_event(chatbot, named, body.event, known, in_background=body.in_background, attempt=attempt)
        return http.answer(handled_event(done), 201)

    @http.serves
    def handle_custom_event(chatbot_id: str) -> Response[Any]:
        return custom_event(chatbot_id, None)

    @http.serves
    def handle_custom_event_of(chatbot_id: str, conversation_id: str) -> Response[Any]:
        return custom_event(chatbot_id, conversation_id)


def _list(http: HttpFunction, deployment: Deployment) -> None:
    managed = wiring.managed_conversations(deployment)

    @http.serves
    def list_conversations(chatbot_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        query = parse(ListQuery, http.query)
        pages = Pages(deployment.cursors, ("walk", chatbot_id, query.contactId or "", query.channelId or ""))
        page = managed.page(
            chatbot_id,
            contact_id=query.contactId,
            channel_id=query.channelId,
            position=pages.position(query),
            limit=query.limit,
        )
        position = page.position.parts if page.position else None
        return http.answer(pages.linked(conversations_answer(page.rows), position))

    @http.serves
    def find_conversation(chatbot_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        query = parse(FindQuery, http.query)
        return http.answer(detail_answer(managed.find(chatbot_id, query.channelId, query.providerId)))

    @http.serves
    def create_conversation(chatbot_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        body = http.body(CreateBody)
        require_same("chatbotId", body.chatbotId, chatbot_id)
        detail = wiring.change_conversations(deployment).create(
            chatbot_id, created_conversation(body.conversation), http.attempt(chatbot_id)
        )
        return http.answer(created_answer(detail), 201)


def _conversations(http: HttpFunction, deployment: Deployment) -> None:
    managed, change = wiring.managed_conversations(deployment), wiring.change_conversations(deployment)

    @http.serves
    def get_conversation(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        return http.answer(detail_answer(managed.get(chatbot_id, conversation_id)))

    @http.serves
    def patch_conversation(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        body = http.json_object()
        require_same("chatbotId", body.get("chatbotId"), chatbot_id)
        fields, user = patched_fields(conversation_patch(http.checked, body))
        return http.answer(detail_answer(change.patch(chatbot_id, conversation_id, fields, user)))

    @http.serves
    def delete_conversation(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        if not is_uuid(conversation_id):
            raise unknown()
        erase = conversation_wiring.erase(deployment)
        erased = managed.has(chatbot_id, conversation_id) and erase(chatbot_id, conversation_id)
        if not erased and not erase.once_more(chatbot_id, conversation_id):
            raise unknown()
        deployment.telemetry.count(erased=1)
        return http.answer(deleted_answer())


def _messages(http: HttpFunction, deployment: Deployment) -> None:
    managed = wiring.managed_conversations(deployment)

    @http.serves
    def list_messages(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        query = parse(MessagesQuery, http.query)
        pages = Pages(deployment.cursors, ("messages", chatbot_id, conversation_id))
        position = pages.position(query)
        span = Span(after=read_order(position) if position else None, limit=query.limit)
        return http.answer(pages.linked(*messages_answer(managed.messages(chatbot_id, conversation_id, span), span)))

    @http.serves
    def create_message(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        draft = written_draft(http.body(CreateMessageBody).message)
        stored = wiring.receive_messages(deployment).add(chatbot_id, conversation_id, draft, http.attempt(chatbot_id))
        _count(deployment, duplicate=stored.duplicate, conflict=stored.conflict)
        return http.answer(stored_answer(stored), 201)

    @http.serves
    def get_message(chatbot_id: str, conversation_id: str, message_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        conversation, message = managed.message(chatbot_id, conversation_id, message_key(message_id))
        return http.answer(message_answer(message, conversation))

    @http.serves
    def patch_message(chatbot_id: str, conversation_id: str, message_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        state, content = patched_message(http.body(PatchMessageBody).message)
        conversation, message = wiring.edit_message(deployment)(
            chatbot_id, conversation_id, message_key(message_id), state, content
        )
        return http.answer(message_answer(message, conversation))


def _parts(http: HttpFunction, deployment: Deployment) -> None:
    managed, parts = wiring.managed_conversations(deployment), wiring.change_parts(deployment)

    @http.serves
    def add_notes(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        return http.answer(notes_answer(parts.add_notes(chatbot_id, conversation_id, http.body(NotesBody).notes)))

    @http.serves
    def remove_notes(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        return http.answer(notes_answer(parts.remove_notes(chatbot_id, conversation_id, http.body(NotesBody).notes)))

    @http.serves
    def list_variables(chatbot_id: str, conversation_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        return http.answer(variables_answer(managed.get(chatbot_id, conversation_id).conversation))

    @http.serves
    def get_variable(chatbot_id: str, conversation_id: str, variable_id: str) -> Response[Any]:
        _caller(http, deployment, chatbot_id)
        conversation = managed.get(chatbot_id, conversation_id).conversation
        return http.answer(variable_answer(conversation, unquote(variable_id)))

    @http.serves
    def set_variable(chatbot_id: str, conversation_id: str, variable_id: str) -> Response[Any]:
        _writer(http, deployment, chatbot_id)
        name, value = variable_name(unquote(variable_id)), http.body(VariableBody).value
        conversation = parts.set_variable(chatbot_id, conversation_id, name, value)
        return http.answer(variable_answer(conversation, name))


def _inbox(http: HttpFunction, deployment: Deployment) -> None:
    @http.serves
    def send_inbox_message(inbox_id: str) -> Response[Any]:
        _writer(http, deployment, inbox_id)
        body = http.body(InboxMessageBody)
        receive = wiring.receive_messages(deployment)
        stored = receive.add(inbox_id, body.conversationId, inbox_draft(body), http.attempt(inbox_id))
        _count(deployment, duplicate=stored.duplicate, conflict=stored.conflict)
        return http.answer(stored_answer(stored), 201)

    @http.serves
    def list_public_apps() -> Response[Any]:
        http.caller()
        return http.answer(public_apps_answer())


__getattr__ = entry_point(globals(), build)
