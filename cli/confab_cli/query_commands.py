"""The operator's commands that ask the copies of conversations: ``query`` with SQL, and ``search`` in messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from confab.admin import wiring as admin_wiring
from confab.platform.errors import InvalidRequest, NotFound

from confab_cli.options import AnyChatbot, AsJson, Chatbot
from confab_cli.output import one_line_errors, print_json, print_list, print_note, print_plain, print_table

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.query.engine import Scope
    from confab.query.job import Rows
    from confab.query.search import Match

Workspace = Annotated[str | None, typer.Option("--workspace", "-w", help="Id of the workspace, for all its chatbots.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def register(app: typer.Typer) -> None:
    """Add the commands ``query`` and ``search``."""
    app.command("query")(query)
    app.command("search")(search)


def query(
    context: typer.Context,
    sql: str,
    chatbot: AnyChatbot = None,
    workspace: Workspace = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Run one SELECT over conversations, messages, threads, feedback and events (docs/query.md)."""
    from confab.query import wiring

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        answered = wiring.sql(deployment)(_scope(deployment, chatbot, workspace), sql)
        found = answered.found
        if as_json:
            print_json(_objects(found))
        elif as_csv:
            _print_csv(found)
        else:
            print_table(found.columns, [[_shown(value) for value in row] for row in found.rows])
        if found.cut:
            print_note(f"Only the first {len(found.rows)} rows are shown.")
        print_note(
            "Nothing was copied yet." if answered.as_of is None else f"As of {answered.as_of:%Y-%m-%d %H:%M:%S} UTC."
        )


def search(
    context: typer.Context,
    text: str,
    chatbot: Chatbot,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many conversations at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Find conversations by words of their messages; words in quotation marks stand as they are."""
    from confab.query import wiring
    from confab.query.search import Wanted

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        found = wiring.search(deployment)(_scope(deployment, chatbot, None), Wanted(text=text), None, limit)
        print_list(found.matches, MATCH_COLUMNS, _match, as_json=as_json)
        print_note(f"{len(found.matches)} of {found.total} conversations.")


def _match(match: Match) -> dict[str, Any]:
    return {
        "id": match.conversation_id,
        "chatbotId": match.chatbot_id,
        "startedAt": match.mark.partition("|")[0],
        "match": None if match.message_id is None else {"messageId": match.message_id, "snippet": match.snippet},
    }


MATCH_COLUMNS: Final[Mapping[str, Callable[[Match], str]]] = {
    "id": attrgetter("conversation_id"),
    "began": lambda match: match.mark[:16].replace("T", " "),
    "message": lambda match: " ".join((match.snippet or "").split()),
}


def _scope(deployment: Deployment, chatbot_id: str | None, workspace_id: str | None) -> Scope:
    """Whose conversations are asked for.

    Raises:
        InvalidRequest: neither a chatbot nor a workspace is named, or both are.
        NotFound: there is no such one.
    """
    from confab.query.engine import Scope

    if (chatbot_id is None) == (workspace_id is None):
        raise InvalidRequest("Name either a chatbot (--chatbot) or a workspace (--workspace).")
    if chatbot_id is not None:
        chatbot = deployment.chatbots.get(chatbot_id)
        if chatbot is None:
            raise NotFound("There is no such chatbot.")
        return Scope(chatbot.workspace_id, (chatbot.id,))
    chatbots = admin_wiring.administration(deployment).chatbots(str(workspace_id))
    return Scope(str(workspace_id), tuple(sorted(bot.id for bot in chatbots)))


def _objects(found: Rows) -> list[dict[str, Any]]:
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _print_csv(found: Rows) -> None:
    from confab.dialects.export.cells import cell, line, text_cell

    print_plain(line(map(text_cell, found.columns)).rstrip("\r\n"))
    for row in found.rows:
        print_plain(line(cell(_flat(value)) for value in row).rstrip("\r\n"))


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _shown(value: Any) -> str:
    flat = _flat(value)
    return "" if flat is None else str(flat)
