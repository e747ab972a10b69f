"""The operator's commands that need no service: analyse conversations from a file, and measure the analyzer."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

if TYPE_CHECKING:
    from confab.analysis.analyzer import Analyzer
    from confab.analysis.evaluation import Dialogue, Figures

STDIN: Final = "-"
FOLDS: Final = 5
_BYTE_ORDER_MARK: Final = "\ufeff"


def register(app: typer.Typer) -> None:
    """Add the commands ``analyze`` and ``evaluate``."""
    app.command("analyze")(analyze_command)
    app.command("evaluate")(evaluate_command)


def analyze_command(
    file: Annotated[str, typer.Argument(help="JSON Lines, a conversation a line; - reads standard input.")],
) -> None:
    """Analyse conversations offline and print a JSON object for each line.

    A line is {"conversationId", "messages": [{"role", "content"}]}. A line that cannot be read is reported on standard
    error with its number, the others go on, and the exit code is 1.
    """
    from confab.analysis.builtin import BuiltinAnalyzer

    analyzer = BuiltinAnalyzer()
    bad = 0
    with _opened(file) as (source, size), _progress("Analysing", size) as (advance, emit):
        for number, line in enumerate(source, 1):
            if line.strip():
                try:
                    emit(_analyzed(line, number, analyzer))
                except ValueError as error:
                    bad += 1
                    typer.echo(f"line {number}: {error}", err=True)
            advance(len(line))
    if bad:
        raise typer.Exit(1)


def evaluate_command(
    file: Annotated[
        str,
        typer.Argument(
            help="Ratings (speaker, text, action, ratings; tabs) or, with --labels, JSON Lines; - is input."
        ),
    ],
    folds: Annotated[int, typer.Option(min=0, help="Parts of the cross-validation; 0 leaves it out.")] = FOLDS,
    labels: Annotated[
        Path | None, typer.Option(help="What a person read in the conversations of the file (bench/readings).")
    ] = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="The file has corrections, as confab scores corrections prints them.")
    ] = False,
) -> None:
    """Measure the built-in analyzer against what people said, and print the figures as JSON.

    Against satisfaction ratings: crossValidated: each dialogue is scored with a trained layer that is fitted again, on
    the other folds of this file only. shipped: the analyzer as it is installed; where the file is one that its layer
    was trained on, see trainedOn, this is no evidence of how it does elsewhere. satisfaction: the same figures of the
    estimate of satisfaction, the others being those of the score.

    Against labels: how many judgements of each kind agree with them.

    Against corrections: for each kind of finding how many there are, the share with which the analyzer agrees, Cohen's
    kappa, and how often it said what where a person said what. Topics are left out: their ids are a chatbot's own.
    """
    if corrections:
        typer.echo(json.dumps(_corrected(file)))
        return
    found = _rated(file, folds) if labels is None else _labelled(file, labels)
    typer.echo(json.dumps(found))


def _corrected(file: str) -> dict[str, object]:
    from confab.analysis.builtin import BuiltinAnalyzer
    from confab.analysis.corrected import BadCorrections, compare, read_corrected
    from confab.domain.corrections import agreement, kappa

    with _opened(file) as (source, _):
        try:
            talks = read_corrected(_text(line, number) for number, line in enumerate(source, 1))
        except BadCorrections as error:
            typer.echo(f"{file}: {error}", err=True)
            raise typer.Exit(1) from None
    with _progress("Measuring", len(talks)) as (advance, _):
        found = compare(BuiltinAnalyzer(), talks, advance)
    findings = [
        {
            "on": on,
            "finding": kind,
            "count": pairs.total(),
            "share": agreement(pairs),
            "kappa": kappa(pairs),
            "table": [{"first": one, "second": other, "count": n} for (one, other), n in sorted(pairs.items())],
        }
        for (on, kind), pairs in sorted(found.items())
    ]
    return {"conversations": len(talks), "findings": findings}


def _rated(file: str, folds: int) -> dict[str, object]:
    from confab.analysis.builtin import BuiltinAnalyzer
    from confab.analysis.builtin.model import TRAINED_ON
    from confab.analysis.evaluation import BadRatings, evaluate, read_ratings

    with _opened(file) as (source, _):
        try:
            dialogues = read_ratings(_text(line, number) for number, line in enumerate(source, 1))
        except BadRatings as error:
            typer.echo(f"{file}: {error}", err=True)
            raise typer.Exit(1) from None
    validated = folds if 2 <= folds <= len(dialogues) else 0
    with _progress("Measuring", len(dialogues) * (2 if validated else 1)) as (advance, _):
        shipped = evaluate(BuiltinAnalyzer(), dialogues, advance)
        crossed = _cross_validated(dialogues, validated, advance) if validated else None
    return {
        "dialogues": len(dialogues),
        "turns": shipped.turns,
        "dissatisfied": shipped.dissatisfied,
        "crossValidated": crossed and {"folds": validated, **_figures(crossed)},
        "shipped": {"trainedOn": TRAINED_ON, **_figures(shipped)},
    }


def _labelled(file: str, labels: Path) -> dict[str, object]:
    from confab.analysis.agreement import BadLabels, agreement, read_labels
    from confab.analysis.builtin import BuiltinAnalyzer
    from confab.analysis.report import transcript_of

    try:
        known = read_labels(labels.read_text(encoding="utf-8").split("\n"))
    except (OSError, BadLabels) as error:
        typer.echo(f"{labels}: {error}", err=True)
        raise typer.Exit(1) from None
    conversations = {}
    with _opened(file) as (source, _):
        for number, line in enumerate(source, 1):
            try:
                identity, transcript = transcript_of(json.loads(_text(line, number)))
            except ValueError as error:
                typer.echo(f"line {number}: {error}", err=True)
                raise typer.Exit(1) from None
            conversations[identity] = transcript
    found = agreement(BuiltinAnalyzer(), conversations, known)
    return {"conversations": len(known.keys() & conversations.keys()), "agreement": found.figures}


def _cross_validated(dialogues: Sequence[Dialogue], folds: int, advance: Callable[[int], None]) -> Figures:
    from confab.analysis.builtin.training import Trainer
    from confab.analysis.evaluation import cross_validate

    return cross_validate(Trainer().analyzer, dialogues, folds, advance)


def _figures(found: Figures) -> dict[str, object]:
    return {
        "spearman": _number(found.spearman),
        "auc": _number(found.auc),
        "satisfaction": {"spearman": _number(found.satisfaction_spearman), "auc": _number(found.satisfaction_auc)},
    }


def _analyzed(line: bytes, number: int, analyzer: Analyzer) -> str:
    """The report of one line, as JSON.

    Raises:
        ValueError: the line is not a conversation; the message says why.
    """
    from confab.analysis.report import report

    try:
        conversation = json.loads(_text(line, number))
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return json.dumps(report(conversation, analyzer))


def _text(line: bytes, number: int) -> str:
    """A line as text; bytes that are not UTF-8 become replacement characters."""
    text = line.decode("utf-8", "replace")
    return text.removeprefix(_BYTE_ORDER_MARK) if number == 1 else text


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """A file or standard input, with its size in bytes where that is known."""
    if file == STDIN:
        yield sys.stdin.buffer, None
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(file).open("rb"))
            size = Path(file).stat().st_size
        except OSError as error:
            typer.echo(f"{file}: {error.strerror or error}", err=True)
            raise typer.Exit(1) from None
        yield source, size


@contextmanager
def _progress(what: str, total: int | None) -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """How to report progress and how to print a result.

    On a terminal a bar is shown and the results follow it; in a pipe each result is printed at once, without a bar.
    """
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        yield lambda _: None, typer.echo
        return
    from rich.console import Console
    from rich.progress import Progress

    results: list[str] = []
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.advance(task, steps), results.append
    for result in results:
        typer.echo(result)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)
