"""The operator's commands for scores and corrections."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from confab_cli.options import AsJson
from confab_cli.output import one_line_errors, print_json, print_list, print_note, print_plain, print_table
from confab_cli.reached import OneChatbot, chosen_chatbot, operator

if TYPE_CHECKING:
    from confab.deployment import Deployment
    from confab.domain.scores import Score
    from confab.storage.score_lists import ListedScore

Days = Annotated[int, typer.Option("--days", min=1, max=365, help="How many days up to today.")]
_SHOWN: Final = 100


def register(app: typer.Typer) -> None:
    """Add the command ``scores``."""
    scores = typer.Typer(no_args_is_help=True, help="Scores, and corrections of the analysis.")
    for name, command in (
        ("list", list_scores),
        ("add", add_score),
        ("remove", remove_score),
        ("figures", figures),
        ("agreement", agreement),
        ("corrections", corrections),
    ):
        scores.command(name)(command)
    app.add_typer(scores, name="scores")


def list_scores(
    context: typer.Context,
    chatbot: OneChatbot = None,
    conversation: Annotated[str | None, typer.Option(help="Only of this conversation, by either of its ids.")] = None,
    name: Annotated[str | None, typer.Option(help="Only of this name.")] = None,
    source: Annotated[str | None, typer.Option(help="end_user, human, api or evaluator.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List scores, the newest first."""
    from confab.dialects.scores.building import score_answer
    from confab.storage.score_lists import ScoreFilter

    with one_line_errors():
        deployment = context.obj.deployment()
        found = _pages(deployment, chatbot, ScoreFilter(name=name, source=source), conversation, limit)
        print_list(
            found,
            COLUMNS,
            lambda each: dict(score_answer(each.score, each.place, read_only=each.read_only)),
            as_json=as_json,
        )


def _pages(
    deployment: Deployment, chatbot: str | None, wanted: Any, conversation: str | None, limit: int
) -> list[ListedScore]:
    from confab.scores import wiring

    bot = chosen_chatbot(deployment, chatbot)
    key = replace(operator(bot.workspace_id), chatbot_id=bot.id)
    read, found, position = wiring.read_scores(deployment), list[Any](), None
    while len(found) < limit:
        page = read.page(
            key, wanted, limit=min(_SHOWN, limit - len(found)), conversation_id=conversation, position=position
        )
        found += page.scores
        if page.position is None:
            break
        position = page.position
    return found


COLUMNS: Final[Mapping[str, Callable[[ListedScore], str]]] = {
    "id": attrgetter("score.id"),
    "name": attrgetter("score.name"),
    "value": lambda each: str(each.score.value),
    "source": attrgetter("score.source"),
    "conversation": lambda each: each.place[1],
    "given": lambda each: f"{each.score.created_at:%Y-%m-%d %H:%M}",
}


def add_score(
    context: typer.Context,
    conversation: Annotated[str, typer.Argument(help="Id of the conversation: Confab's or your own.")],
    value: Annotated[str, typer.Argument(help="A number, true or false, or a word.")],
    name: Annotated[str | None, typer.Option(help="What is scored; may be left out with --finding.")] = None,
    chatbot: OneChatbot = None,
    message: Annotated[str | None, typer.Option(help="Id of the message; none for the conversation.")] = None,
    finding: Annotated[str | None, typer.Option(help="What of the analysis it corrects.")] = None,
    author: Annotated[str | None, typer.Option(help="Who gives it.")] = None,
    comment: Annotated[str | None, typer.Option(help="Why.")] = None,
    score_id: Annotated[str | None, typer.Option("--id", help="The same id again is the same score.")] = None,
) -> None:
    """Give a score, or with --finding a correction, and print its id."""
    from confab.dialects.scores.models import ScoreBody
    from confab.platform.request_body import parse
    from confab.scores import wiring

    try:
        meant = json.loads(value)
    except ValueError:
        meant = value
    body: dict[str, Any] = {
        "conversationId": conversation,
        "value": meant if isinstance(meant, bool | int | float) else value,
    }
    body |= {
        "name": name,
        "messageId": message,
        "finding": finding,
        "author": author,
        "comment": comment,
        "id": score_id,
    }
    with one_line_errors():
        deployment = context.obj.installation().deployment()
        bot = chosen_chatbot(deployment, chatbot)
        key = replace(operator(bot.workspace_id), chatbot_id=bot.id)
        checked = parse(ScoreBody, {field: sent for field, sent in body.items() if sent is not None})
        print_plain(wiring.give_scores(deployment)(key, checked.request(None, None)).score.id)


def remove_score(
    context: typer.Context,
    score_id: Annotated[str, typer.Argument(help="Id of the score.")],
    chatbot: OneChatbot = None,
) -> None:
    """Take a score back."""
    from confab.scores import wiring

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        wiring.give_scores(deployment).take_back([chosen_chatbot(deployment, chatbot).id], score_id)


def figures(context: typer.Context, chatbot: OneChatbot = None, days: Days = 30, as_json: AsJson = False) -> None:
    """Print the figures of scores by name."""
    from confab.dialects.scores.building import figures_answer
    from confab.scores import wiring
    from confab.scores.read import last_days

    with one_line_errors():
        deployment = context.obj.deployment()
        first, last = last_days(deployment.now(), days)
        found = wiring.read_scores(deployment).figures(chosen_chatbot(deployment, chatbot).id, first, last)
    if as_json:
        print_json(figures_answer(first, last, found))
        return
    rows = [
        [each.name, each.data_type, str(each.count), "" if each.mean is None else f"{each.mean:.2f}"] for each in found
    ]
    print_table(["name", "type", "scores", "mean"], rows)


def agreement(context: typer.Context, chatbot: OneChatbot = None, days: Days = 30, as_json: AsJson = False) -> None:
    """Print how far people agree with the analysis."""
    from confab.dialects.scores.building import agreement_answer
    from confab.scores import wiring
    from confab.scores.read import last_days

    with one_line_errors():
        deployment = context.obj.deployment()
        first, last = last_days(deployment.now(), days)
        found = wiring.read_scores(deployment).agreement(chosen_chatbot(deployment, chatbot).id, first, last)
        answer = agreement_answer(first, last, found)
    if as_json:
        print_json(answer)
        return
    rows = [
        [
            each["on"],
            each["finding"],
            str(each["judged"]["count"]),
            _number(each["judged"]["share"]),
            _number(each["judged"]["kappa"]),
            str(each["reviewed"]["count"]),
        ]
        for each in answer["findings"]
    ]
    print_table(["on", "finding", "corrections", "share", "kappa", "two people"], rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def corrections(context: typer.Context, chatbot: OneChatbot = None) -> None:
    """Print corrected conversations as JSON Lines, with their texts: what confab evaluate --corrections reads."""
    from confab.storage import wiring as storage_wiring
    from confab.storage.score_lists import ScoreFilter
    from confab.storage.transcripts import Span

    with one_line_errors():
        deployment = context.obj.deployment()
        listed = _pages(deployment, chatbot, ScoreFilter(source="human"), None, _MAX_CORRECTIONS)
        places = list(dict.fromkeys(each.place for each in listed if each.score.finding is not None))
        for place in places:
            stored = storage_wiring.partitions(deployment).read(place, Span())
            if not stored.readable:
                continue
            at = {message.key: number for number, message in enumerate(stored.messages)}
            said = [{"role": message.role, "content": message.content} for message in stored.messages]
            line = {"conversationId": place[1], "messages": said, "corrections": list(_labels(stored.scores, at))}
            print_plain(json.dumps(line, ensure_ascii=False))
        print_note(f"{len(places)} conversations.")


_MAX_CORRECTIONS: Final = 10_000


def _labels(scores: list[Score], at: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for score in scores:
        if score.finding is not None and (score.message_key is None or score.message_key in at):
            message = None if score.message_key is None else at[score.message_key]
            yield {"message": message, "finding": score.finding, "value": score.value}
