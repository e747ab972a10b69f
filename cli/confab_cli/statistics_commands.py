"""The operator's commands for what the statistics rest on: count them again, and judge conversations again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer
from confab.erasure import conversation_wiring

from confab_cli.facts_commands import compare_copies
from confab_cli.filter_options import day_after
from confab_cli.options import AsJson, Chatbot
from confab_cli.output import one_line_errors, print_json, print_note, print_table, progress
from confab_cli.plain_types import read_day

if TYPE_CHECKING:
    from confab.analysis.bedrock.spending import Ledger
    from confab.analysis.reanalyse import Comparison, Proposal, Reanalyse
    from confab.analysis.recount import Recount

NANO: Final = 1_000_000_000
RETRIES: Final = 6
RETRY_SECONDS: Final = 2.0
Since = Annotated[
    datetime | None, typer.Option("--from", parser=read_day, help="Only with their last activity from this UTC day on.")
]
Until = Annotated[
    datetime | None, typer.Option("--to", parser=read_day, help="Only with their last activity up to this UTC day.")
]

Result = TypeVar("Result")


def register(app: typer.Typer) -> None:
    """Add the commands ``recount`` and ``reanalyze``."""
    app.command("recount")(recount)
    app.command("reanalyze")(reanalyze)


def recount(
    context: typer.Context,
    chatbot: Chatbot,
    correct: Annotated[bool, typer.Option("--correct", "--mend", help="Correct what differs.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Compare the copies for queries, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build a chatbot's statistics again from its conversations, and show where the stored ones differ.

    Exit code 1 when they differ and were not corrected.
    """
    from confab.analysis import recount_wiring

    with one_line_errors():
        counting = recount_wiring.recount(context.obj.installation().deployment())
        with progress("Counting", counting.total(chatbot)) as step:
            found = counting(chatbot, lambda: step(1))
        _print_recount(found, as_json=as_json)
        if not found.exact and correct:
            counting.mend(chatbot, found)
            print_note("Corrected. What stands in conversations is counted again by the consumer within a minute.")
        elif not found.exact:
            print_note("Nothing was changed; --correct corrects it.")
        copied = not facts or compare_copies(context.obj.installation(), chatbot, correct=correct)
        if not (found.exact or correct) or not copied:
            raise typer.Exit(1)


def _print_recount(found: Recount, *, as_json: bool) -> None:
    print_note(f"{found.conversations} conversations read; {found.waiting} of them wait for their analysis.")
    for conversation in found.stale:
        print_note(f"The conversation {conversation} counts otherwise than its messages say.")
    columns = ("statistic", "counter", "stored", "recounted")
    rows = [
        (difference.statistic, name, difference.stored[name], difference.recounted[name])
        for difference in found.differences
        for name in difference.stored
    ]
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif rows:
        print_table(columns, rows)
    if found.exact:
        print_note("The statistics are exact.")


def reanalyze(
    context: typer.Context,
    chatbot: Chatbot,
    since: Since = None,
    until: Until = None,
    budget: Annotated[float | None, typer.Option(min=0, help="Stop judging when so many US dollars are spent.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Switch without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare only.")] = False,
) -> None:
    """Judge a chatbot's conversations again with its analyzer, compare, and then switch to the new results.

    Nothing is changed before the comparison is confirmed.
    """
    # Other commands start a tenth of a second earlier without the analyzer.
    from confab.analysis import recount_wiring
    from confab.analysis import wiring as analysis_wiring

    with one_line_errors():
        deployment = context.obj.installation().deployment()
        meter = Meter(analysis_wiring.budgets(deployment))
        analyzers = analysis_wiring.analyzers(deployment, ledger=meter, report=lambda *_: None)
        work = recount_wiring.reanalyse(deployment, analyzers, conversation_wiring.erase(deployment))
        chosen = list(work.conversations(chatbot, since, day_after(until)))
        comparison, proposals, left = _propose(work, chatbot, chosen, meter, budget)
        _print_comparison(comparison, meter, left)
        if dry_run or not proposals or not (yes or typer.confirm(f"Switch {len(proposals)} conversations?", err=True)):
            print_note("Nothing was changed.")
            return
        with progress("Switching", len(proposals)) as step:
            judged = 0
            for proposal in proposals:
                judged += _patiently(partial(work.switch, chatbot, proposal))
                step(1)
        print_note(f"{judged} messages have their new results.")


class Meter:
    """A ledger that also knows what was spent through it.

    Args:
        ledger: where it is counted (``analysis.budgets.BudgetStore``).
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.spent = 0

    def add(self, chatbot_id: str, day: date, *, spent: int, calls: int = 0, tokens: int = 0) -> int:
        """Count, and return what the day had cost before; billionths of a dollar."""
        self.spent += spent
        return self._ledger.add(chatbot_id, day, spent=spent, calls=calls, tokens=tokens)


def _propose(
    work: Reanalyse, chatbot: str, chosen: list[str], meter: Meter, budget: float | None
) -> tuple[Comparison, list[Proposal], int]:
    """New results for conversations as long as the budget holds; how they compare, and how many were left out."""
    from confab.analysis.reanalyse import Comparison

    comparison, dearest = Comparison(), 0
    proposals: list[Proposal] = []
    with progress("Judging", len(chosen)) as step:
        for number, conversation in enumerate(chosen):
            before = meter.spent
            if budget is not None and before + dearest > budget * NANO:
                return comparison, proposals, len(chosen) - number
            proposal = _patiently(partial(work.propose, chatbot, conversation, comparison))
            dearest = max(dearest, meter.spent - before)
            if proposal is not None:
                proposals.append(proposal)
            step(1)
    return comparison, proposals, 0


def _print_comparison(found: Comparison, meter: Meter, left: int) -> None:
    mean = found.shift / found.messages if found.messages else 0.0
    rows: list[tuple[str, str, str]] = [
        ("compared", "conversations", str(found.conversations)),
        ("compared", "user messages", str(found.messages)),
        ("compared", "had no result yet", str(found.unjudged)),
        ("sentiment", "mean change", f"{mean:+.3f}"),
    ]
    rows += [("label", f"{old} -> {new}", str(n)) for (old, new), n in found.relabelled.most_common()]
    rows += [("outcome", f"{old} -> {new}", str(n)) for (old, new), n in found.outcomes.most_common()]
    for name, changes in (("flag", found.flags), ("topic", found.topics)):
        moved = sorted(((n, each) for each, n in changes.items() if n), key=lambda row: (-abs(row[0]), row[1]))
        rows += [(name, each, f"{n:+d}") for n, each in moved]
    rows += [("judged by", judge, str(n)) for judge, n in found.judged_by.most_common()]
    rows.append(("cost", "US dollars", f"{meter.spent / NANO:.6f}"))
    print_table(("what", "change", "number"), rows)
    if left:
        print_note(f"The budget is used up: {left} conversations were not judged and stay as they are.")


def _patiently(work: Callable[[], Result]) -> Result:
    """The result of work that an analyzer may put off."""
    from confab.platform.errors import AnalysisRetry, Unavailable

    for attempt in range(RETRIES):
        try:
            return work()
        except AnalysisRetry as retry:
            reason = str(retry)
            time.sleep(RETRY_SECONDS * 2**attempt)
    raise Unavailable(f"The analyzer does not answer ({reason}); nothing more was changed.")
