"""``confab``: the operator's command."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Annotated, Final

import typer
from confab import __version__
from confab.admin import wiring as admin_wiring
from confab.admin.issued_keys import IssuedKey
from confab.admin.tenants import Administration
from confab.dialects.openbat.admin import chatbot_row, key_row
from confab.domain.chatbot import Chatbot
from confab.platform.auth import require
from confab.platform.credentials import API, EVERY_CHATBOT, READ, ROLES, WEB, ApiKey
from confab.platform.errors import NotFound
from confab.platform.origins import EVERY_ORIGIN
from confab.platform.plans import PLANS, own_limits
from typer.models import CommandInfo, TyperInfo

from confab_cli import (
    admin_commands,
    analysis_commands,
    analyzer_commands,
    data_commands,
    dlq_commands,
    doctor_commands,
    facts_commands,
    import_commands,
    mcp_commands,
    migrate_commands,
    privacy_commands,
    query_commands,
    reading_commands,
    responder_commands,
    review_commands,
    rule_commands,
    score_commands,
    statistics_commands,
)
from confab_cli.guard import DEBUG, Guarded
from confab_cli.options import AsJson
from confab_cli.output import minute, one_line_errors, print_list, print_note, print_plain
from confab_cli.plain_types import use_plain_types
from confab_cli.target import Target

use_plain_types()
app = typer.Typer(
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Operate a deployment of Confab, and read its conversations.",
)
workspaces = typer.Typer(no_args_is_help=True, help="Workspaces: whom chatbots belong to.")
chatbots = typer.Typer(no_args_is_help=True, help="Chatbots: what conversations belong to.")
keys = typer.Typer(no_args_is_help=True, help="API keys.")
reading_commands.register(app)
review_commands.register(app)
score_commands.register(app)
query_commands.register(app)
data_commands.register(app)
import_commands.register(app)
privacy_commands.register(app)
app.add_typer(workspaces, name="workspace")
app.add_typer(chatbots, name="chatbot")
app.add_typer(keys, name="key")
admin_commands.register(app, chatbots)
analysis_commands.register(app)
responder_commands.register(app)
analyzer_commands.register(app)
dlq_commands.register(app)
doctor_commands.register(app)
facts_commands.register(app)
mcp_commands.register(app)
migrate_commands.register(app)
rule_commands.register(app)
statistics_commands.register(app)

PANELS: Final = {
    "Read": ("list", "show", "tail", "topics", "review", "await", "query", "search"),
    "Move data": ("export", "import", "reconcile", "privacy", "erase"),
    "Set up": ("workspace", "chatbot", "key", "responder", "analyzer", "rules", "destinations", "mcp"),
    "Without a deployment": ("analyze", "evaluate"),
}
"""Under which heading the help lists a command; the others operate a deployment."""
_KNOWN: list[CommandInfo | TyperInfo] = [*app.registered_commands, *app.registered_groups]
for _known in _KNOWN:
    _known.rich_help_panel = next((panel for panel, names in PANELS.items() if _known.name in names), "Operate")

UNITS: Final = {
    "rate_per_minute": "/min",
    "burst": "/s",
    "daily_quota": "/day",
    "bytes_per_minute": " bytes/min",
    "bytes_per_day": " bytes/day",
}
Workspace = Annotated[str, typer.Option("--workspace", "-w", help="Id of the workspace.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        print_plain(f"confab {__version__}")
        raise typer.Exit()


@app.callback()
def deployment(
    context: typer.Context,
    stack: Annotated[str | None, typer.Option(envvar="CONFAB_STACK", help="CloudFormation stack on AWS.")] = None,
    table: Annotated[str | None, typer.Option(envvar="CONFAB_TABLE", help="Name of the table.")] = None,
    endpoint_url: Annotated[
        str | None, typer.Option(envvar="CONFAB_ENDPOINT_URL", help="Another address for AWS, such as a local engine.")
    ] = None,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show where an error comes from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Choose the deployment; without an option it is the one that `make run` started."""
    if endpoint_url and not endpoint_url.startswith(("http://", "https://")):
        raise typer.BadParameter("an address begins with http:// or https://", param_hint="--endpoint-url")
    context.obj = Target(table=table, stack=stack, endpoint_url=endpoint_url)


@contextmanager
def _administration(context: typer.Context) -> Iterator[Administration]:
    """The use cases on the chosen deployment."""
    with one_line_errors():
        yield admin_wiring.administration(context.obj.deployment())


@workspaces.command("create")
def create_workspace(context: typer.Context, name: str) -> None:
    """Create a workspace and print its id."""
    with _administration(context) as admin:
        print_plain(admin.create_workspace(name))


@workspaces.command("list")
def list_workspaces(context: typer.Context, as_json: AsJson = False) -> None:
    """List all workspaces."""
    with _administration(context) as admin:
        found = list(admin.workspaces())
    columns = {"id": itemgetter(0), "name": itemgetter(1)}
    print_list(found, columns, lambda each: dict(zip(columns, each, strict=True)), as_json=as_json)


@chatbots.command("create")
def create_chatbot(context: typer.Context, name: str, workspace: Workspace) -> None:
    """Create a chatbot and print its id."""
    with _administration(context) as admin:
        print_plain(admin.create_chatbot(workspace, name).id)


@chatbots.command("list")
def list_chatbots(context: typer.Context, workspace: Workspace, as_json: AsJson = False) -> None:
    """List the chatbots of a workspace."""
    with _administration(context) as admin:
        found = admin.chatbots(workspace)
        prefixes = {key.id: key.prefix for key in admin.keys(workspace)} if as_json else {}
    print_list(found, CHATBOT_COLUMNS, lambda bot: chatbot_row(bot, prefixes.get(bot.key_id or "")), as_json=as_json)


@keys.command("create")
def create_key(
    context: typer.Context,
    workspace: Workspace,
    chatbot: Annotated[str, typer.Option("--chatbot", "-c", help="Id of the chatbot, or * for all of the workspace.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "key",
    role: Annotated[
        str | None, typer.Option(help=f"One of {', '.join(ROLES)}; ingest if not named, web for a browser's key.")
    ] = None,
    permission: Annotated[
        list[str] | None, typer.Option(help="A permission instead of the role's; may be repeated, may end in *.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="API, or WEB for a key that browsers hold; WEB for the role web.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A website that may use the key, as in https://shop.example; may be repeated. All if none."),
    ] = None,
    plan: Annotated[str | None, typer.Option(help=f"How often it may call: one of {', '.join(PLANS)}.")] = None,
    rate: Annotated[int | None, typer.Option(help="Requests a minute, in place of the plan's.", min=1)] = None,
    burst: Annotated[int | None, typer.Option(help="Requests in any one second.", min=1)] = None,
    quota: Annotated[int | None, typer.Option(help="Requests a UTC day.", min=1)] = None,
    bytes_per_minute: Annotated[int | None, typer.Option(help="Bytes of bodies a minute, unpacked.", min=1)] = None,
    bytes_per_day: Annotated[int | None, typer.Option(help="Bytes of bodies a UTC day, unpacked.", min=1)] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1, max=3650)] = None,
) -> None:
    """Create a key and print it; it is shown this once."""
    kind = kind.upper() if kind else WEB if role == "web" else API
    role = role or ("web" if kind == WEB else "ingest")
    if role not in ROLES:
        raise typer.BadParameter(f"one of {', '.join(ROLES)}", param_hint="--role")
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    with _administration(context) as admin:
        issued = admin.create_key(
            workspace,
            name,
            chatbot_id=chatbot,
            permissions=permission or ROLES[role],
            kind=kind,
            origins=origin or (),
            plan=plan,
            rate_per_minute=rate,
            burst=burst,
            daily_quota=quota,
            bytes_per_minute=bytes_per_minute,
            bytes_per_day=bytes_per_day,
            expires_at=expires_at,
        )
    _print_issued(issued)


@keys.command("list")
def list_keys(context: typer.Context, workspace: Workspace, as_json: AsJson = False) -> None:
    """List the keys of a workspace; keys themselves are not kept and cannot be shown."""
    with _administration(context) as admin:
        found = admin.keys(workspace)
    print_list(found, KEY_COLUMNS, key_row, as_json=as_json)


@keys.command("rotate")
def rotate_key(context: typer.Context, key_id: str, workspace: Workspace) -> None:
    """Replace a key by a new one with the same rights and print it."""
    with _administration(context) as admin:
        _print_issued(admin.rotate_key(workspace, key_id))


@keys.command("revoke")
def revoke_key(context: typer.Context, key_id: str, workspace: Workspace) -> None:
    """Remove a key."""
    with _administration(context) as admin:
        revoked = admin.revoke_key(workspace, key_id)
    print_note(f"Revoked {revoked.prefix}… ({revoked.name}). Warm functions stop taking it within 60 seconds.")


@keys.command("link")
def link_key(
    context: typer.Context,
    key_id: str,
    workspace: Workspace,
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long the link works.")] = 10,
) -> None:
    """Print a link that signs one browser in to the dashboard with a key, once. The key is not in it."""
    # Brings what HTTP functions are made of, which no other command needs.
    from confab.serving import sessions

    deployment = context.obj.deployment()
    with _administration(context) as admin:
        found = next((key for key in admin.keys(workspace) if key.id == key_id), None)
        if found is None:
            raise NotFound(f"The workspace has no key {key_id}.")
        require(found, READ)
        token = sessions(deployment).offer_link(workspace, found.hash, timedelta(minutes=minutes))
    print_plain(f"/dashboard#signin={token}")
    print_note(f"To be opened below the deployment's address within {minutes} minutes, in one browser.")


def _print_issued(issued: IssuedKey) -> None:
    print_plain(issued.secret)
    print_note(f"Key {issued.key.id}. It is shown this once; only its hash is kept.")


def _kind(key: ApiKey) -> str:
    """The kind, and for a browser's key the websites that it is for."""
    return ", ".join([WEB, *(key.origins or [EVERY_ORIGIN])]) if key.web else key.kind


def _limits(key: ApiKey) -> str:
    """The plan, and what the key has in place of it."""
    own = [f"{value:,}{UNITS[name]}" for name, value in own_limits(key).items()]
    return ", ".join([key.plan or "default", *own])


CHATBOT_COLUMNS: Final[Mapping[str, Callable[[Chatbot], str]]] = {
    "id": attrgetter("id"),
    "name": attrgetter("name"),
    "created": lambda bot: minute(bot.created_at),
}
KEY_COLUMNS: Final[Mapping[str, Callable[[ApiKey], str]]] = {
    "id": attrgetter("id"),
    "key": lambda key: f"{key.prefix}…",
    "name": attrgetter("name"),
    "chatbot": lambda key: "all" if key.chatbot_id == EVERY_CHATBOT else key.chatbot_id,
    "kind": _kind,
    "permissions": lambda key: ", ".join(key.permissions),
    "limits": _limits,
    "expires": lambda key: minute(key.expires_at) if key.expires_at else "never",
}

if __name__ == "__main__":
    app()
