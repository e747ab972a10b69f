"""The operator's commands for dead letters: what the consumers gave up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from confab_cli.options import AsJson
from confab_cli.output import one_line_errors, print_json, print_list, print_note, print_plain, print_table, span

if TYPE_CHECKING:
    from confab_cli.dead_letters import DeadLetter, DeadLetters, Diagnosis

MAX_LETTERS: Final = 1000


class Queue(StrEnum):
    """The queues that have dead letters."""

    ANALYSIS = "analysis"
    DELIVERY = "delivery"


QueueName = Annotated[Queue, typer.Argument(help="Whose dead letters.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids of the letters, as `list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="All of the queue, up to the limit.")]
Limit = Annotated[int, typer.Option(help="How many letters are looked at.", min=1, max=100_000)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def register(app: typer.Typer) -> None:
    """Add the command ``dlq``."""
    letters = typer.Typer(no_args_is_help=True, help="Dead letters: work that the consumers gave up.")
    letters.command("list")(list_letters)
    letters.command("show")(show_letter)
    letters.command("redrive")(redrive)
    letters.command("discard")(discard)
    app.add_typer(letters, name="dlq")


def list_letters(
    context: typer.Context,
    queue: Annotated[Queue | None, typer.Argument(help="Whose dead letters; all when left out.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the dead letters with the reason why each came there."""
    listed: list[tuple[DeadLetter, Diagnosis]] = []
    for name in [queue] if queue else list(Queue):
        with _dead_letters(context, name) as letters, letters.held(limit) as found:
            listed += [(letter, letters.diagnose(letter)) for letter in found]
    if listed or as_json:
        print_list(listed, COLUMNS, _answer, as_json=as_json)
    else:
        print_note("There are no dead letters.")


def show_letter(
    context: typer.Context,
    letter_id: Annotated[str, typer.Argument(help="Id of the letter, as `list` shows it.")],
    limit: Limit = MAX_LETTERS,
    as_json: AsJson = False,
) -> None:
    """Show one dead letter: what the consumer was told, why it gave up, and how things stand now."""
    for name in Queue:
        with _dead_letters(context, name) as letters, letters.held(limit) as found:
            letter = next((each for each in found if each.id == letter_id), None)
            if letter is not None:
                answer = _answer((letter, letters.diagnose(letter)))
                if as_json:
                    print_json(answer)
                else:
                    print_table(("field", "value"), list(answer.items()))
                return
    _not_found([letter_id])


def redrive(
    context: typer.Context,
    queue: QueueName,
    ids: Ids = None,
    everything: All = False,
    dry_run: DryRun = False,
    limit: Limit = MAX_LETTERS,
) -> None:
    """Give dead letters back to their queue, to be tried again. Fix the reason first."""
    with _dead_letters(context, queue) as letters:
        done = _each(letters, ids, everything, limit, lambda letter: _redrive_one(letters, letter, dry_run))
    print_note(f"{done} would be given back." if dry_run else f"{done} given back.")


def discard(
    context: typer.Context,
    queue: QueueName,
    ids: Ids = None,
    everything: All = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    limit: Limit = MAX_LETTERS,
) -> None:
    """Remove dead letters for good. Messages and conversations stay as they are."""
    if not (yes or dry_run):
        typer.confirm(f"Remove {'all dead letters' if everything else 'these dead letters'} for good?", abort=True)
    with _dead_letters(context, queue) as letters:
        done = _each(letters, ids, everything, limit, lambda letter: _discard_one(letters, letter, dry_run))
    print_note(f"{done} would be removed." if dry_run else f"{done} removed.")


def _redrive_one(letters: DeadLetters, letter: DeadLetter, dry_run: bool) -> bool:
    if not letter.work:
        print_note(f"{letter.id} is not a message of Confab and stays; `confab dlq discard` removes it.")
        return False
    if not dry_run:
        letters.redrive(letter)
    return True


def _discard_one(letters: DeadLetters, letter: DeadLetter, dry_run: bool) -> bool:
    if not dry_run:
        letters.discard(letter)
    return True


def _each(
    letters: DeadLetters, ids: Sequence[str] | None, everything: bool, limit: int, act: Callable[[DeadLetter], bool]
) -> int:
    """Act on the letters that were asked for, one by one, and print the id of each; how many it were."""
    if bool(ids) == everything:
        raise typer.BadParameter("give ids, or --all")
    wanted, done = set(ids or ()), 0
    with letters.held(limit) as found:
        for letter in found:
            if (everything or letter.id in wanted) and act(letter):
                print_plain(letter.id)
                done += 1
            wanted.discard(letter.id)
            if not (everything or wanted):
                break
    if wanted:
        _not_found(sorted(wanted))
    return done


def _not_found(ids: Sequence[str]) -> None:
    for each in ids:
        print_note(f"{each} is not there, or somebody else looks at it: try again in five minutes.")
    raise typer.Exit(1)


def _answer(listed: tuple[DeadLetter, Diagnosis]) -> dict[str, str | int]:
    letter, diagnosis = listed
    return {
        "id": letter.id,
        "queue": letter.queue,
        "sentAt": letter.sent_at.isoformat(timespec="seconds"),
        "received": letter.receives,
        **letter.work,
        "state": diagnosis.state,
        "reason": diagnosis.reason,
    }


COLUMNS: Final[Mapping[str, Callable[[tuple[DeadLetter, Diagnosis]], str]]] = {
    "queue": lambda listed: listed[0].queue,
    "id": lambda listed: listed[0].id,
    "age": lambda listed: span(datetime.now(UTC) - listed[0].sent_at),
    "received": lambda listed: str(listed[0].receives),
    "state": lambda listed: listed[1].state,
    "reason": lambda listed: listed[1].reason,
    "conversation": lambda listed: listed[0].place[1],
    "about": lambda listed: listed[0].subject,
}


@contextmanager
def _dead_letters(context: typer.Context, queue: str) -> Iterator[DeadLetters]:
    """The dead letters of a queue of the chosen deployment."""
    from confab_cli.dead_letters import DeadLetters

    with one_line_errors():
        yield DeadLetters(context.obj.installation(), queue)
