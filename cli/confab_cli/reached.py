"""What the operator reaches: every chatbot of the deployment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer
from confab.admin import wiring as admin_wiring
from confab.domain.chatbot import Chatbot
from confab.platform.credentials import EVERY_CHATBOT, READ, ApiKey
from confab.platform.errors import InvalidRequest, NotFound
from confab.reading import wiring as reading_wiring

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.reading.conversation_analysis import AnalysisPage
    from confab.storage.transcripts import Span

NAMED: Final = 10
AMBIGUOUS: Final = "Several chatbots have a conversation of this id: name one with --chatbot."
OneChatbot = Annotated[
    str | None,
    typer.Option(
        "--chatbot",
        "-c",
        envvar="CONFAB_CHATBOT_ID",
        help="Id of the chatbot; may be left out where there is only one.",
    ),
]


def chosen_chatbot(deployment: Deployment, chatbot_id: str | None) -> Chatbot:
    """The chatbot that is named, or the only one that there is.

    Raises:
        InvalidRequest: none is named, and there are several.
        NotFound: there is no such chatbot, or none at all.
    """
    if chatbot_id is not None:
        return admin_wiring.configure(deployment).chatbot(None, chatbot_id)
    found = list(_chatbots(deployment))
    if not found:
        raise NotFound("There is no chatbot yet; make one: confab chatbot create.")
    if len(found) > 1:
        named = ", ".join(f"{bot.id} ({bot.name})" for bot in found[:NAMED])
        raise InvalidRequest(f"Name the chatbot with --chatbot: {named}{', …' if len(found) > NAMED else ''}")
    return found[0]


def find_conversation(deployment: Deployment, named: str, chatbot_id: str | None, span: Span) -> AnalysisPage:
    """A conversation by Confab's id or the caller's own, with the results of a part of it.

    Args:
        chatbot_id: the chatbot that has it; None for whichever has.

    Raises:
        InvalidRequest: several chatbots have a conversation of this id.
        NotFound: there is no such conversation.
    """
    read = reading_wiring.conversation_analysis(deployment)
    if chatbot_id is not None:
        chatbot = chosen_chatbot(deployment, chatbot_id)
        return read(operator(chatbot.workspace_id), named, span, chatbot.id)
    found: list[AnalysisPage] = []
    for workspace, _ in admin_wiring.administration(deployment).workspaces():
        try:
            found.append(read(operator(workspace), named, span))
        except NotFound:
            continue
        except InvalidRequest:
            raise InvalidRequest(AMBIGUOUS) from None
    if not found:
        raise NotFound("There is no such conversation.")
    if len(found) > 1:
        raise InvalidRequest(AMBIGUOUS)
    return found[0]


def operator(workspace_id: str) -> ApiKey:
    """What the operator may read of a workspace, in the form of a key; there is no such key."""
    return ApiKey(
        id="",
        hash="",
        prefix="",
        name="confab",
        workspace_id=workspace_id,
        chatbot_id=EVERY_CHATBOT,
        permissions=(READ,),
        created_at=datetime.min.replace(tzinfo=UTC),
    )


def _chatbots(deployment: Deployment) -> Iterator[Chatbot]:
    administration = admin_wiring.administration(deployment)
    for workspace, _ in administration.workspaces():
        yield from administration.chatbots(workspace)
