"""The operator's commands that say what happened lately: ``review``, and ``await`` for an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from confab_cli.options import AsJson
from confab_cli.output import one_line_errors, print_json, print_note, print_plain
from confab_cli.reached import OneChatbot, chosen_chatbot, find_conversation
from confab_cli.tables import plain

if TYPE_CHECKING:
    from confab.reading.conversation_analysis import AnalysisPage

DAY: Final = 1440
MAX_MINUTES: Final = 43_200
LOOK_EVERY: Final = 1.0
FAILED: Final = 1
WAITING: Final = 2


def register(app: typer.Typer) -> None:
    """Add the commands ``review`` and ``await``."""
    app.command("review")(review)
    app.command("await")(await_analysis)


def review(
    context: typer.Context,
    chatbot: OneChatbot = None,
    minutes: Annotated[int, typer.Option(min=1, max=MAX_MINUTES, help="How long before now the window begins.")] = DAY,
    as_json: AsJson = False,
) -> None:
    """Review a window of time against the one before: figures, topics, flags, and conversations that went wrong."""
    from confab.reports import wiring as reports_wiring
    from confab.reports.contents import contents_of
    from confab.reports.windows import Window
    from confab.reports.words import lines_of

    with one_line_errors():
        deployment = context.obj.deployment()
        now = deployment.now()
        window = Window(now - timedelta(minutes=minutes), now)
        found = reports_wiring.review(deployment)(chosen_chatbot(deployment, chatbot), window, window.before)
        contents: Mapping[str, Any] = contents_of(found, texts=True)
    if as_json:
        print_json(contents)
        return
    for line in lines_of(contents):
        print_plain(plain(line))


def await_analysis(
    context: typer.Context,
    conversation: Annotated[str, typer.Argument(help="Id of the conversation: Confab's or your own.")],
    chatbot: OneChatbot = None,
    seconds: Annotated[int, typer.Option(min=0, max=3600, help="For how long to wait.")] = 60,
) -> None:
    """Wait until a conversation is analysed. Exit code 1: the analysis gave up; 2: it still waits."""
    from confab.storage.transcripts import Span

    with one_line_errors():
        deployment = context.obj.deployment()
        until = deployment.now() + timedelta(seconds=seconds)
        page = find_conversation(deployment, conversation, chatbot, Span(limit=1))
        while _waits(page) and deployment.now() < until:
            deployment.sleep(LOOK_EVERY)
            page = find_conversation(deployment, conversation, page.conversation.chatbot_id, Span(limit=1))
    row = page.conversation
    if _waits(page):
        print_note(f"The analysis still waits after {seconds} seconds.")
        raise typer.Exit(WAITING)
    if row.analysis_failed is not None:
        print_note(f"The analysis gave up: {row.analysis_failed}.")
        raise typer.Exit(FAILED)
    print_plain(f"{row.id}\t{row.outcome or ''}")


def _waits(page: AnalysisPage) -> bool:
    return page.conversation.pending_since is not None
