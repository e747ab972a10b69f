"""The operator's commands that read: ``list`` and ``topics``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from confab_cli import filter_options as by
from confab_cli import show_command, tail_command
from confab_cli.moods import conversation_columns, mood, name_of
from confab_cli.options import AsJson
from confab_cli.output import one_line_errors, out, print_json, print_list, print_note, print_plain
from confab_cli.reached import OneChatbot, chosen_chatbot
from confab_cli.tables import plain

if TYPE_CHECKING:
    from confab.reading.ranking import TopicFigures
    from confab.reading.topics import Ranking

AT_A_TIME: Final = 100
MAX_LISTED: Final = 100_000


def register(app: typer.Typer) -> None:
    """Add the commands ``list``, ``show``, ``tail`` and ``topics``."""
    app.command("list")(list_conversations)
    app.command("show")(show_command.show)
    app.command("tail")(tail_command.tail)
    app.command("topics")(topics)


def list_conversations(
    context: typer.Context,
    chatbot: OneChatbot = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LISTED, help="How many at most.")] = 20,
    since: by.Since = None,
    until: by.Until = None,
    user: by.User = None,
    organization: by.Organization = None,
    channel: by.Channel = None,
    topic: by.Topic = None,
    flag: by.Flag = None,
    label: by.Label = None,
    outcome: by.Outcome = None,
    dialect: by.Dialect = None,
    text: by.Text = None,
    behaviour: by.Behaviour = None,
    reply: by.Reply = None,
    message_label: by.MessageLabel = None,
    feedback: by.Feedback = None,
    hours: by.Hour = None,
    score: by.Scored = None,
    score_value: by.ScoreValue = None,
    as_json: AsJson = False,
) -> None:
    """List analysed conversations that have all that is asked for, those that began last first."""
    filters = by.filters_of(
        since=since,
        until=until,
        user=user,
        organization=organization,
        channel=channel,
        topic=topic,
        flag=flag,
        label=label,
        outcome=outcome,
        dialect=dialect,
        text=text,
        behaviour=behaviour,
        reply=reply,
        message_label=message_label,
        feedback=feedback,
        hours=hours,
        score=score,
        score_value=score_value,
    )
    from confab.dialects.insights.conversations import row_answer
    from confab.reading import wiring as reading_wiring

    rows: list[Any] = []
    names: dict[str, Any] = {}
    position: str | None = None
    with one_line_errors():
        deployment = context.obj.deployment()
        meant, search = chosen_chatbot(deployment, chatbot), reading_wiring.search(deployment)
        while len(rows) < limit:
            page = search(meant, filters, position, min(AT_A_TIME, limit - len(rows)))
            rows += page.conversations
            names.update(page.topics)
            position = page.position
            if position is None:
                break
    print_list(rows, conversation_columns(names), lambda row: row_answer(row, names), as_json=as_json)
    if position is not None:
        print_note(f"There are more than these {len(rows)}; --limit shows more.")
    elif not rows:
        print_note("There is no such conversation, or none was analysed yet.")


def topics(
    context: typer.Context,
    chatbot: OneChatbot = None,
    weeks: Annotated[int, typer.Option(min=1, max=52, help="Of how many weeks, this one included.")] = 4,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List topics by opportunity: how many conversations better answers could win. --json prints the API's answer."""
    from confab.reading import wiring as reading_wiring

    with one_line_errors():
        deployment = context.obj.deployment()
        ranking = reading_wiring.topics(deployment)(chosen_chatbot(deployment, chatbot), weeks, limit)
    if as_json:
        from confab.dialects.insights.figures import topics_answer

        print_json(topics_answer(ranking))
        return
    _print_topics(ranking)


def _print_topics(ranking: Ranking) -> None:
    columns: dict[str, Callable[[TopicFigures], Any]] = dict(TOPIC_COLUMNS)
    samples = {each.topic.id: [name_of(row) for row in ranking.samples[each.topic.id]] for each in ranking.topics}
    if not out.is_terminal:
        columns["samples"] = lambda each: ", ".join(samples[each.topic.id])
    print_list(ranking.topics, columns, lambda each: {}, as_json=False)
    if out.is_terminal and any(samples.values()):
        print_plain("\nTo look at with `confab show`, the latest first:")
        for each in ranking.topics:
            if samples[each.topic.id]:
                print_plain(plain(f"{each.topic.name}: {', '.join(samples[each.topic.id])}"))
    if not ranking.topics:
        print_note("No topic came up in these weeks, or no conversation was analysed yet.")
    elif ranking.total > len(ranking.topics):
        print_note(f"{len(ranking.topics)} of {ranking.total} topics; --limit shows more.")


def _resolved(each: TopicFigures) -> str:
    from confab.domain.statistics import resolution_rate

    rate = resolution_rate(each.counters)
    return "" if rate is None else f"{rate:.0%}"


def _mood(each: TopicFigures) -> Any:
    from confab.dialects.figures import mean

    return mood(mean(each.counters))


TOPIC_COLUMNS: Final[Mapping[str, Callable[[TopicFigures], Any]]] = {
    "topic": lambda each: each.topic.name,
    "opportunity": lambda each: f"{each.opportunity:.1f}",
    "conversations": lambda each: each.counters.get("conversations", 0),
    "resolved": _resolved,
    "mood": _mood,
    "trend": lambda each: each.direction or "",
}
