"""The routes of rules, destinations and the run log: who may administer writes, who may read reads."""

from __future__ import annotations

from typing import Final

from confab.platform.credentials import ADMINISTER, READ
from confab.platform.routes import Route

_BOT: Final = "/api/v1/chatbots/{id}"
_RULES: Final = f"{_BOT}/rules"
_RULE: Final = f"{_RULES}/{{ruleId}}"
_TO: Final = f"{_BOT}/destinations"
_ONE: Final = f"{_TO}/{{destinationId}}"
_RUNS: Final = f"{_BOT}/runs"
_RUN: Final = f"{_RUNS}/{{runId}}"


def _route(method: str, path: str, handler: str, summary: str, answer: str, *bodies: str, query: str = "") -> Route:
    return Route(
        method,
        path,
        "admin",
        handler,
        READ if method == "GET" else ADMINISTER,
        summary,
        {200: answer},
        bodies=tuple(f"openbat.rules.{body}" for body in bodies),
        query=f"openbat.rules.{query}" if query else "",
    )


def _make(path: str, handler: str, summary: str, answer: str, *bodies: str) -> Route:
    return _route("POST", path, handler, summary, answer, *bodies)._replace(repeatable=True)


_DESTINATIONS: Final = (
    _route("GET", _TO, "list_destinations", "List a chatbot's destinations", "Destinations"),
    _make(_TO, "create_destination", "Make a destination", "DestinationStored", "DestinationBody"),
    _route("GET", _ONE, "get_destination", "Read a destination", "Destination"),
    _route("PATCH", _ONE, "patch_destination", "Change a destination", "DestinationStored", "DestinationPatch"),
    _route("DELETE", _ONE, "delete_destination", "Remove a destination", "Ok"),
    _make(f"{_ONE}/rotate-secret", "rotate_destination_secret", "Rotate a webhook's secret", "DestinationStored"),
    _make(f"{_ONE}/test", "test_destination", "Try a destination", "RunsBegun")._replace(answers={202: "RunsBegun"}),
)
_OF_RULES: Final = (
    _route("GET", _RULES, "list_rules", "List a chatbot's rules", "Rules"),
    _make(_RULES, "create_rule", "Make a rule", "RuleStored", "WorkflowBody", "AlertBody", "ReportBody"),
    _route("GET", f"{_RULES}/templates", "list_rule_templates", "List rules to begin with", "RuleTemplates"),
    _route("GET", _RULE, "get_rule", "Read a rule", "Rule"),
    _route("PATCH", _RULE, "patch_rule", "Change a rule", "RuleStored", "RulePatch"),
    _route("DELETE", _RULE, "delete_rule", "Remove a rule", "Ok"),
    _make(f"{_RULE}/test", "test_rule", "Try a rule's destinations", "RunsBegun")._replace(answers={202: "RunsBegun"}),
    _route("GET", f"{_RULE}/runs", "list_runs", "List the runs of a rule", "Runs", query="RunsQuery"),
)
_LOG: Final = (
    _route("GET", _RUNS, "list_runs", "List a chatbot's runs", "Runs", query="RunsQuery"),
    _route("GET", _RUN, "get_run", "Read a run", "Run"),
    _route("POST", f"{_RUN}/redeliver", "redeliver_run", "Deliver a run again", "RunReopened")._replace(
        answers={202: "RunReopened"}
    ),
)
ROUTES: Final = (*_OF_RULES, *_DESTINATIONS, *_LOG)
