"""Administration: ``/api/v1/chatbots…``."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from confab.composition import Composition, entry_point
from confab.dialects.openbat.admin import ChatbotBody, ChatbotPatch, chatbot_row
from confab.dialects.openbat.errors import error_body
from confab.domain.chatbot import Chatbot
from confab.platform.credentials import ADMINISTER, ApiKey
from confab.platform.http import Handler, HttpFunction

CHATBOTS: Final = "/api/v1/chatbots"
CHATBOT: Final = f"{CHATBOTS}/<chatbot_id>"
DONE: Final = {"ok": True}


def build(composition: Composition) -> Handler:
    """The function's handler."""
    http = composition.http(error_body("ok"))
    _chatbots(http, composition)
    _chatbot(http, composition)
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
        chatbot, issued = administration.open_chatbot(by, http.body(ChatbotBody).name)
        return http.answer({**DONE, "chatbot": chatbot_row(chatbot, issued.key.prefix), "apiKey": issued.secret})

    @http.app.post(f"{CHATBOT}/rotate-key")
    def rotate_chatbot_key(chatbot_id: str) -> Response[Any]:
        by = _caller(http)
        chatbot, issued = administration.rotate_chatbot_key(by, composition.configure.chatbot(by, chatbot_id))
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


__getattr__ = entry_point(globals(), build)
