"""The operator's command that follows a chatbot: conversations as they are analysed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.text import Text

from confab_cli.moods import mood, name_of, name_of_topic
from confab_cli.output import one_line_errors, out, print_note, print_plain
from confab_cli.reached import OneChatbot, chosen_chatbot, operator
from confab_cli.tables import plain

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.domain.chatbot import Chatbot
    from confab.domain.conversation import Conversation
    from confab.domain.topics import Topic

LOOKED_AT: Final = 100
"""How many conversations of the list each look reads, the last active first."""


def tail(
    context: typer.Context,
    chatbot: OneChatbot = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, max=LOOKED_AT, help="How many to begin with.")] = 10,
    every: Annotated[float, typer.Option(min=0.5, max=3600, help="Seconds between two looks.")] = 2.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON Lines: a conversation each, with the names of the API.")
    ] = False,
) -> None:
    """Follow a chatbot: print each conversation when it was analysed, and again when more of it was; Ctrl-C ends it.

    It looks at the hundred conversations with the latest messages.
    """
    with one_line_errors(), suppress(KeyboardInterrupt):
        deployment = context.obj.deployment()
        follow = Follow(deployment, chosen_chatbot(deployment, chatbot))
        print_note("Ctrl-C ends it.")
        first = True
        while True:
            found = follow.look()
            for row in (found[-lines:] if lines else []) if first else found:
                _print(row, follow.topics() if row.topics else {}, as_json=as_json)
            sys.stdout.flush()
            first = False
            deployment.sleep(every)


class Follow:
    """Looks at a chatbot's list again and again, and tells what was analysed since it last looked.

    Args:
        deployment: where.
        chatbot: whose conversations.
    """

    def __init__(self, deployment: Deployment, chatbot: Chatbot) -> None:
        # Brings what only readers need.
        from confab.reading import wiring as reading_wiring

        self._reading = reading_wiring.conversations(deployment)
        self._deployment = deployment
        self._chatbot = chatbot
        self._key = operator(chatbot.workspace_id)
        self._known: dict[str, tuple[Any, ...]] = {}

    def look(self) -> list[Conversation]:
        """The conversations that were analysed since the last look, or at all; those active last come last."""
        page = self._reading.page(self._key, self._chatbot.id, page=1, limit=LOOKED_AT)
        return list(self._news(page.conversations))[::-1]

    def topics(self) -> dict[str, Topic]:
        """The chatbot's topics by id."""
        from confab.domain.topics import by_id
        from confab.storage import wiring as storage_wiring

        found = storage_wiring.topics(self._deployment).found(self._chatbot.id)
        return by_id(found, self._chatbot.topics)

    def _news(self, rows: Any) -> Iterator[Conversation]:
        for row in rows:
            if row.pending_since is not None:
                continue
            said = (row.message_count, row.sentiment, row.outcome, tuple(row.topics), tuple(row.flags))
            if self._known.get(row.id) != said:
                self._known[row.id] = said
                yield row


def _print(row: Conversation, topics: dict[str, Topic], *, as_json: bool) -> None:
    if as_json:
        from confab.dialects.insights.conversations import row_answer

        print_plain(json.dumps(row_answer(row, topics), ensure_ascii=False))
        return
    cells = [
        Text(f"{row.last_message_at or row.created_at:%Y-%m-%d %H:%M:%S}"),
        Text(plain(name_of(row))),
        mood(row.sentiment),
        Text(row.analysis_failed or row.outcome or ""),
        Text(plain(", ".join(name_of_topic(topic, topics) for topic in row.topics))),
        Text(", ".join(row.flags)),
        Text(plain(row.headline or "")),
    ]
    if out.is_terminal:
        out.print(Text("  ").join(cell for cell in cells if cell.plain), soft_wrap=True, highlight=False)
    else:
        print_plain("\t".join(cell.plain for cell in cells))
