"""The operator's commands for rules, destinations and the run log (docs/rules.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from confab.admin import wiring as admin_wiring
from confab.platform.errors import InvalidRequest

from confab_cli.options import AsJson, Chatbot
from confab_cli.output import minute, one_line_errors, print_list, print_note, print_plain

if TYPE_CHECKING:
    from confab.alerts.state_store import AlertStates
    from confab.domain.chatbot import Chatbot as Tenant
    from confab.domain.rules import Rule, RuleDraft
    from confab.notify.destinations import Destination
    from confab.notify.manage import Destinations, RunLog
    from confab.notify.runs import Run
    from confab.rules.manage import Rules

FOLLOWS: Final = "Warm functions follow within 10 seconds."
NOT_DEPLOYED: Final = "This deployment tells nobody, or a table alone was named: its parameter Notify must be true."


def register(app: typer.Typer) -> None:
    """Add the commands ``destinations`` and ``rules``."""
    to = typer.Typer(no_args_is_help=True, help="Destinations: where a chatbot's notices go.")
    to.command("list")(list_destinations)
    to.command("add")(add_destination)
    to.command("remove")(remove_destination)
    to.command("enable")(enable_destination)
    to.command("rotate-secret")(rotate_secret)
    to.command("test")(test_destination)
    app.add_typer(to, name="destinations")
    rules = typer.Typer(no_args_is_help=True, help="Rules: when a chatbot's team is told, and of what.")
    rules.command("list")(list_rules)
    rules.command("templates")(list_templates)
    rules.command("add")(add_rule)
    rules.command("set")(set_rule)
    rules.command("remove")(remove_rule)
    rules.command("test")(test_rule)
    rules.command("runs")(list_runs)
    rules.command("redeliver")(redeliver)
    app.add_typer(rules, name="rules")


def list_destinations(context: typer.Context, chatbot: Chatbot, as_json: AsJson = False) -> None:
    """List a chatbot's destinations."""
    from confab.dialects.openbat.rules import destination_row

    with _telling(context, chatbot) as telling:
        found = telling.destinations.all(telling.chatbot)
    columns = {
        "id": lambda each: each.id,
        "type": lambda each: each.type,
        "name": lambda each: each.name,
        "target": lambda each: each.shown_target,
        "state": _state,
    }
    print_list(found, columns, destination_row, as_json=as_json)


def _state(destination: Destination) -> str:
    if destination.enabled:
        return "enabled"
    return f"disabled: {destination.disabled_reason}" if destination.disabled_reason else "disabled"


def add_destination(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help="webhook, slack, discord, email or eventbridge.")],
    target: Annotated[str, typer.Argument(help="A URL; for email an SNS topic's ARN, for eventbridge a bus's.")],
    chatbot: Chatbot,
    name: Annotated[str | None, typer.Option(help="What people call it; its type when not named.")] = None,
) -> None:
    """Make a destination and print its id; of a webhook the secret that signs deliveries, too, this once."""
    from confab.dialects.openbat.rules import DestinationBody
    from confab.notify.destinations import BY_URL
    from confab.platform.request_body import parse

    with _telling(context, chatbot) as telling:
        said = {"type": kind, "name": name or kind, "url" if kind in BY_URL else "arn": target}
        body = parse(DestinationBody, said)
        made = telling.destinations.make(None, telling.chatbot, body.type, body.name, body.target())
    print_plain("\t".join(filter(None, [made.id, made.secret])))


def remove_destination(context: typer.Context, destination: str, chatbot: Chatbot) -> None:
    """Remove a destination; what waits for it is skipped."""
    with _telling(context, chatbot) as telling:
        telling.destinations.remove(None, telling.chatbot, destination)


def enable_destination(
    context: typer.Context,
    destination: str,
    chatbot: Chatbot,
    off: Annotated[bool, typer.Option("--off", help="Disable it instead.")] = False,
) -> None:
    """Let a destination get notices again, also one that was disabled because its receiver is gone."""
    with _telling(context, chatbot) as telling:
        telling.destinations.change(None, telling.chatbot, destination, enabled=not off)


def rotate_secret(context: typer.Context, destination: str, chatbot: Chatbot) -> None:
    """Give a webhook a new secret and print it; for 24 hours deliveries carry a signature by the old one too."""
    with _telling(context, chatbot) as telling:
        print_plain(str(telling.destinations.rotate_secret(None, telling.chatbot, destination).secret))


def test_destination(context: typer.Context, destination: str, chatbot: Chatbot) -> None:
    """Send made-up data to a destination, marked as a test, and print the id of the run."""
    with _telling(context, chatbot, queues=True) as telling:
        print_plain(telling.destinations.test(telling.chatbot, destination))


def list_rules(context: typer.Context, chatbot: Chatbot, as_json: AsJson = False) -> None:
    """List a chatbot's rules."""
    from confab.alerts.state_store import state_of
    from confab.dialects.openbat.rules import rule_row
    from confab.domain.rules import ALERT

    with _telling(context, chatbot) as telling:
        found, known = telling.rules.all(telling.chatbot), telling.alerts.all(telling.chatbot.id)
    states = {rule.id: state_of(rule, known.get(rule.id)) for rule in found}

    def state(rule: Rule) -> str:
        if not rule.enabled or rule.kind != ALERT:
            return "enabled" if rule.enabled else "disabled"
        status = states[rule.id]
        return "unknown" if status is None else f"{status.state} since {minute(status.since)}"

    columns: dict[str, Callable[[Rule], Any]] = {
        "id": lambda each: each.id,
        "kind": lambda each: each.kind,
        "name": lambda each: each.name,
        "state": state,
        "destinations": lambda each: len(each.destinations),
    }
    print_list(found, columns, lambda each: rule_row(each, states[each.id]), as_json=as_json)


def list_templates(as_json: AsJson = False) -> None:
    """List rules to begin with; with --json their bodies, for `rules add`."""
    from confab.dialects.openbat.rules import preset_row
    from confab.workflows.presets import PRESETS

    columns = {"id": lambda each: each.id, "name": lambda each: each.name, "category": lambda each: each.category}
    print_list(PRESETS, columns, preset_row, as_json=as_json)


def add_rule(
    context: typer.Context,
    chatbot: Chatbot,
    file: Annotated[Path | None, typer.Argument(help="The rule as JSON; - for standard input.")] = None,
    template: Annotated[str | None, typer.Option(help="A rule to begin with, by its id (`rules templates`).")] = None,
    to: Annotated[list[str] | None, typer.Option(help="Id of a destination; may be repeated.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name, in place of the file's.")] = None,
) -> None:
    """Make a rule from a file or a template, and print its id."""
    with _telling(context, chatbot) as telling:
        said = _said(file, template)
        said |= {"destinations": to} if to else {}
        said |= {"name": name} if name else {}
        print_plain(telling.rules.make(None, telling.chatbot, _draft(said)).id)
    print_note(FOLLOWS)


def set_rule(
    context: typer.Context,
    rule: str,
    chatbot: Chatbot,
    file: Annotated[Path | None, typer.Argument(help="Fields to change, as JSON; - for standard input.")] = None,
    off: Annotated[bool | None, typer.Option("--off/--on", help="Disable or enable it.")] = None,
) -> None:
    """Change fields of a rule, or enable and disable it."""
    from confab.dialects.openbat.rules import patched

    with _telling(context, chatbot) as telling:
        patch: dict[str, Any] = _read(file) if file is not None else {}
        if off is not None:
            patch["enabled"] = not off
        telling.rules.change(None, telling.chatbot, rule, lambda before: patched(before, patch))
    print_note(FOLLOWS)


def remove_rule(context: typer.Context, rule: str, chatbot: Chatbot) -> None:
    """Remove a rule; what waits to be told for it is skipped."""
    with _telling(context, chatbot) as telling:
        telling.rules.remove(None, telling.chatbot, rule)


def test_rule(context: typer.Context, rule: str, chatbot: Chatbot) -> None:
    """Send made-up data to a rule's destinations, marked as a test, and print the ids of the runs."""
    with _telling(context, chatbot, queues=True) as telling:
        for run_id in telling.rules.test(telling.chatbot, rule):
            print_plain(run_id)


def list_runs(
    context: typer.Context,
    chatbot: Chatbot,
    rule: Annotated[str | None, typer.Option(help="Only the runs of this rule.")] = None,
    status: Annotated[str | None, typer.Option(help="pending, success, failed or skipped.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what became of notices, the latest first."""
    from confab.dialects.openbat.rules import run_row
    from confab.notify.runs import STATUSES

    if status not in (None, *STATUSES):
        raise typer.BadParameter(f"one of {', '.join(STATUSES)}", param_hint="--status")
    with _telling(context, chatbot) as telling:
        found = telling.log.page(telling.chatbot, None, limit, rule_id=rule, status=status).runs
    columns = {
        "id": lambda each: each.id,
        "at": lambda each: minute(each.created_at),
        "type": lambda each: each.notice.type,
        "status": lambda each: each.status,
        "attempts": lambda each: len(each.attempts),
        "error": lambda each: each.error or "",
    }
    print_list(found, columns, run_row, as_json=as_json)


def redeliver(context: typer.Context, run: str, chatbot: Chatbot) -> None:
    """Deliver a run again that has ended."""
    with _telling(context, chatbot, queues=True) as telling:
        found: Run = telling.log.redeliver(telling.chatbot, run)
    print_plain(found.status)


@dataclass(frozen=True, slots=True)
class _Telling:
    chatbot: Tenant
    destinations: Destinations
    rules: Rules
    log: RunLog
    alerts: AlertStates


@contextmanager
def _telling(context: typer.Context, chatbot: str, *, queues: bool = False) -> Iterator[_Telling]:
    """The use cases on the chosen deployment.

    Args:
        queues: whether something is queued, so that the deployment's queues must be known.
    """
    from confab.alerts import wiring as alerts_wiring
    from confab.notify import wiring as notify_wiring
    from confab.rules import wiring

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        if queues and not deployment.settings.notify_queue_url:
            raise InvalidRequest(NOT_DEPLOYED)
        yield _Telling(
            admin_wiring.configure(deployment).chatbot(None, chatbot),
            notify_wiring.destinations(deployment),
            wiring.rules(deployment),
            notify_wiring.run_log(deployment),
            alerts_wiring.states(deployment),
        )


def _draft(said: dict[str, Any]) -> RuleDraft:
    from confab.dialects.openbat.rules import rule_draft

    return rule_draft(said)


def _said(file: Path | None, template: str | None) -> dict[str, Any]:
    """The rule that a file or a template says."""
    from confab.workflows.presets import PRESETS

    if (file is None) == (template is None):
        raise InvalidRequest("Name a file with the rule, or a template with --template.")
    if file is not None:
        return _read(file)
    found = next((preset for preset in PRESETS if preset.id == template), None)
    if found is None:
        raise InvalidRequest(f"There is no template {template}; `confab rules templates` lists them.")
    return dict(found.rule)


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{file} cannot be read as JSON: {error}") from None
    if not isinstance(said, dict):
        raise InvalidRequest(f"{file} is not a JSON object.")
    return said
