"""The operator's command that shows one conversation: its transcript with what was found in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.padding import Padding
from rich.text import Text

from confab_cli.moods import mood, name_of_topic
from confab_cli.options import AsJson
from confab_cli.output import minute, one_line_errors, out, print_json, print_plain
from confab_cli.reached import OneChatbot, find_conversation, operator
from confab_cli.tables import plain

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.domain.conversation import Conversation
    from confab.domain.message import Message
    from confab.reading.conversation_analysis import AnalysisPage

AT_A_TIME: Final = 200
INDENT: Final = 2
WENT_WRONG: Final = "<< went wrong here"


def show(
    context: typer.Context,
    conversation: Annotated[str, typer.Argument(help="Id of the conversation: Confab's or your own.")],
    chatbot: OneChatbot = None,
    as_json: AsJson = False,
) -> None:
    """Show a conversation: transcript, mood, flags, outcome, and where it went wrong first."""
    from confab.storage.transcripts import Span

    with one_line_errors():
        deployment = context.obj.deployment()
        page = find_conversation(deployment, conversation, chatbot, Span(limit=AT_A_TIME))
        if as_json:
            print_json(_document(deployment, page.conversation))
            return
        _print_head(page)
        for following in _pages(deployment, page):
            for message in following.messages:
                _print_message(following, message)


def _pages(deployment: Deployment, page: AnalysisPage) -> Iterator[AnalysisPage]:
    """All pages of a conversation, of which the first was read."""
    from confab.storage.transcripts import Span, order_of

    yield page
    while page.more and page.messages:
        row = page.conversation
        span = Span(after=order_of(page.messages[-1]), limit=AT_A_TIME)
        page = find_conversation(deployment, row.id, row.chatbot_id, span)
        yield page


def _print_head(page: AnalysisPage) -> None:
    row = page.conversation
    bad = page.first_bad
    for name, value in (
        ("conversation", row.id if row.external_id is None else f"{row.external_id} ({row.id})"),
        ("chatbot", row.chatbot_id),
        ("user", _person(row, "user")),
        ("organization", _person(row, "organization")),
        ("channel", row.managed.get("channelName") or row.channel_id),
        ("began", minute(row.first_message_at or row.created_at)),
        ("messages", str(row.message_count)),
        ("mood", mood(row.sentiment)),
        ("trend", page.overall.trend),
        ("outcome", row.outcome),
        ("topics", ", ".join(name_of_topic(topic, page.topics) for topic in row.topics)),
        ("flags", ", ".join(row.flags)),
        ("headline", page.overall.headline),
        ("summary", page.overall.summary),
        ("whose turn", page.overall.state),
        ("first bad turn", None if bad is None else f"{bad.id}, {minute(bad.created_at)}"),
        ("judged by", _judge(page)),
    ):
        if value:
            _print(Text.assemble((f"{name:<16}", "bold"), _plain(value)))


def _judge(page: AnalysisPage) -> str:
    row, judge = page.conversation, page.judge
    if row.analysis_failed is not None:
        return f"nobody: {row.analysis_failed}"
    waiting = "waits for its analysis" if row.pending_since is not None else ""
    if judge is None:
        return waiting or "nobody yet"
    return ", ".join(filter(None, (judge.provider, judge.model, judge.version, judge.note, waiting)))


def _person(row: Conversation, group: str) -> str:
    known = row.attributes.get(group, {})
    return ", ".join(str(known[name]) for name in ("name", "email", "id", "plan") if known.get(name) is not None)


def _print_message(page: AnalysisPage, message: Message) -> None:
    result = page.message_results.get(message.key)
    line = Text.assemble((f"\n{message.created_at:%Y-%m-%d %H:%M:%S}  {plain(message.role)}", "bold"))
    if result is not None:
        said = (result.behaviour, result.outcome, ", ".join(result.flags))
        for part in (mood(result.score), *map(Text, filter(None, said))):
            if part.plain:
                line.append("  ").append(part)
    given = page.feedback.get(message.external_id or message.key.partition(":")[2], {})
    for kind, count in given.items():
        if count:
            line.append(f"  {plain(kind)} feedback" + (f" x {count}" if count > 1 else ""))
    if page.first_bad is not None and page.first_bad.key == message.key:
        line.append(f"  {WENT_WRONG}", style="red")
    _print(line)
    for text in message.content.splitlines():
        shown = Text(plain(text))
        if out.is_terminal:
            out.print(Padding(shown, (0, 0, 0, INDENT)), highlight=False)
        else:
            print_plain(" " * INDENT + shown.plain)


def _print(line: Text) -> None:
    out.print(line, soft_wrap=True, highlight=False)


def _plain(value: str | Text) -> Text:
    return value if isinstance(value, Text) else Text(plain(value))


def _document(deployment: Deployment, row: Conversation) -> dict[str, Any]:
    """The API's answers of the conversation and, below ``analysis``, of its analysis; whole, without cursors."""
    from confab.dialects.insights.conversation_analysis import analysis_answer
    from confab.dialects.openbat.reading import transcript_answer
    from confab.reading import wiring as reading_wiring
    from confab.storage.transcripts import Span, read_order

    chatbot = deployment.chatbots.get(row.chatbot_id)
    assert chatbot is not None
    key = operator(chatbot.workspace_id)

    def whole(read: Any, answer: Any, lists: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        position, first = None, True
        while first or position is not None:
            span = Span(after=None if position is None else read_order(position))
            page, position = answer(read(key, row.id, span, row.chatbot_id), span)
            found = page if first else {**found, **{name: [*found[name], *page[name]] for name in lists}}
            first = False
        return found

    transcript = whole(reading_wiring.conversations(deployment).transcript, transcript_answer, ("messages", "events"))
    analysis = whole(reading_wiring.conversation_analysis(deployment), analysis_answer, ("messages",))
    return {**transcript, "analysis": analysis}
