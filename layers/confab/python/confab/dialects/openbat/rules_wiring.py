"""The handlers of rules, destinations and the run log, for the function that serves them."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response

from confab.alerts import wiring as alerts_wiring
from confab.alerts.state_store import state_of
from confab.deployment import Deployment
from confab.dialects.openbat.admin_results import done
from confab.dialects.openbat.rule_routes import ROUTES
from confab.dialects.openbat.rules import (
    DestinationBody,
    DestinationPatch,
    RunsQuery,
    begun,
    destination_row,
    patched,
    preset_row,
    reopened,
    rule_draft,
    rule_row,
    run_row,
    runs_page,
    stored_destination,
    stored_rule,
)
from confab.dialects.pages import Pages
from confab.domain.chatbot import Chatbot
from confab.domain.rules import ALERT
from confab.notify import wiring as notify_wiring
from confab.platform.credentials import ApiKey
from confab.platform.errors import InvalidRequest
from confab.platform.http import HttpFunction
from confab.platform.request_body import parse
from confab.rules import wiring
from confab.workflows.presets import PRESETS

__all__ = ["ROUTES", "serve"]


def serve(http: HttpFunction, deployment: Deployment) -> None:
    """Let a function serve the routes of ``rule_routes``."""
    _rules(http, deployment)
    _destinations(http, deployment)
    _runs(http, deployment)


def _reached(http: HttpFunction, deployment: Deployment, chatbot_id: str) -> tuple[ApiKey, Chatbot]:
    by = http.caller()
    return by, deployment.chatbots.reached(by, chatbot_id)


def _require_notify(deployment: Deployment) -> None:
    if not deployment.settings.notify_queue_url:
        raise InvalidRequest("This deployment tells nobody: its parameter Notify is false.")


def _rules(http: HttpFunction, deployment: Deployment) -> None:
    rules, states = wiring.rules(deployment), alerts_wiring.states(deployment)

    @http.serves
    def list_rules(chatbot_id: str) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        found, known = rules.all(chatbot), states.all(chatbot.id)
        return http.answer([rule_row(rule, state_of(rule, known.get(rule.id))) for rule in found])

    @http.serves
    def create_rule(chatbot_id: str) -> Response[Any]:
        by, chatbot = _reached(http, deployment, chatbot_id)
        draft = rule_draft(http.json_object())
        return http.answer(stored_rule(rules.make(by, chatbot, draft, http.attempt(chatbot.id))))

    @http.serves
    def list_rule_templates(chatbot_id: str) -> Response[Any]:
        _reached(http, deployment, chatbot_id)
        return http.answer(list(map(preset_row, PRESETS)))

    @http.serves
    def get_rule(chatbot_id: str, rule_id: str) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        rule = rules.get(chatbot, rule_id)
        known = states.get(chatbot.id, rule_id) if rule.kind == ALERT else None
        return http.answer(rule_row(rule, state_of(rule, known)))

    @http.serves
    def patch_rule(chatbot_id: str, rule_id: str) -> Response[Any]:
        by, chatbot = _reached(http, deployment, chatbot_id)
        patch = http.json_object()
        return http.answer(stored_rule(rules.change(by, chatbot, rule_id, lambda rule: patched(rule, patch))))

    @http.serves
    def delete_rule(chatbot_id: str, rule_id: str) -> Response[Any]:
        rules.remove(*_reached(http, deployment, chatbot_id), rule_id)
        return http.answer(done())

    @http.serves
    def test_rule(chatbot_id: str, rule_id: str) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        _require_notify(deployment)
        return http.answer(begun(rules.test(chatbot, rule_id, http.attempt(chatbot.id))), 202)


def _destinations(http: HttpFunction, deployment: Deployment) -> None:
    destinations = notify_wiring.destinations(deployment)

    @http.serves
    def list_destinations(chatbot_id: str) -> Response[Any]:
        found = destinations.all(_reached(http, deployment, chatbot_id)[1])
        return http.answer(list(map(destination_row, found)))

    @http.serves
    def create_destination(chatbot_id: str) -> Response[Any]:
        by, chatbot = _reached(http, deployment, chatbot_id)
        body = http.body(DestinationBody)
        attempt = http.attempt(chatbot.id)
        made = destinations.make(by, chatbot, body.type, body.name, body.target(), attempt)
        return http.answer(stored_destination(made, with_secret=True))

    @http.serves
    def get_destination(chatbot_id: str, destination_id: str) -> Response[Any]:
        found = destinations.get(_reached(http, deployment, chatbot_id)[1], destination_id)
        return http.answer(destination_row(found))

    @http.serves
    def patch_destination(chatbot_id: str, destination_id: str) -> Response[Any]:
        by, chatbot = _reached(http, deployment, chatbot_id)
        body = http.body(DestinationPatch)
        target = body.target(destinations.get(chatbot, destination_id).type)
        changed = destinations.change(by, chatbot, destination_id, name=body.name, target=target, enabled=body.enabled)
        return http.answer(stored_destination(changed, with_secret=False))

    @http.serves
    def delete_destination(chatbot_id: str, destination_id: str) -> Response[Any]:
        destinations.remove(*_reached(http, deployment, chatbot_id), destination_id)
        return http.answer(done())

    @http.serves
    def rotate_destination_secret(chatbot_id: str, destination_id: str) -> Response[Any]:
        by, chatbot = _reached(http, deployment, chatbot_id)
        stored = destinations.rotate_secret(by, chatbot, destination_id, http.attempt(chatbot.id))
        return http.answer(stored_destination(stored, with_secret=True))

    @http.serves
    def test_destination(chatbot_id: str, destination_id: str) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        _require_notify(deployment)
        return http.answer(begun([destinations.test(chatbot, destination_id, http.attempt(chatbot.id))]), 202)


def _runs(http: HttpFunction, deployment: Deployment) -> None:
    log = notify_wiring.run_log(deployment)

    @http.serves
    def list_runs(chatbot_id: str, rule_id: str | None = None) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        query = parse(RunsQuery, http.query)
        pages = Pages(deployment.cursors, ("runs", chatbot.id, rule_id or ""))
        page = log.page(chatbot, pages.mark(query), query.limit, rule_id=rule_id, status=query.status)
        return http.answer(pages.linked(runs_page(page.runs), page.position))

    @http.serves
    def get_run(chatbot_id: str, run_id: str) -> Response[Any]:
        return http.answer(run_row(log.get(_reached(http, deployment, chatbot_id)[1], run_id)))

    @http.serves
    def redeliver_run(chatbot_id: str, run_id: str) -> Response[Any]:
        _, chatbot = _reached(http, deployment, chatbot_id)
        _require_notify(deployment)
        return http.answer(reopened(log.redeliver(chatbot, run_id)), 202)
