"""The operator's commands for analyzers: who judges a chatbot's conversations, and what it may cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from confab.admin import wiring as admin_wiring
from confab.domain.analyzer_settings import OUTPUTS, PROVIDERS
from confab.domain.model_prices import NANO, TIERS

from confab_cli.options import Chatbot
from confab_cli.output import one_line_errors, print_note, print_plain
from confab_cli.responder_commands import WARM

if TYPE_CHECKING:
    from confab.admin.analyzers import ChooseAnalyzer


def register(app: typer.Typer) -> None:
    """Add the command ``analyzer``."""
    analyzers = typer.Typer(no_args_is_help=True, help="Analyzers: who judges a chatbot's conversations.")
    analyzers.command("set")(set_analyzer)
    analyzers.command("show")(show_analyzer)
    app.add_typer(analyzers, name="analyzer")


def set_analyzer(
    context: typer.Context,
    chatbot: Chatbot,
    provider: Annotated[str | None, typer.Option(help=f"One of {', '.join(PROVIDERS)}.")] = None,
    model: Annotated[str | None, typer.Option(help="Bedrock model id, inference profile, or ARN of either.")] = None,
    region: Annotated[str | None, typer.Option(help="Where Bedrock is called.")] = None,
    tier: Annotated[str | None, typer.Option(help=f"Service tier: one of {', '.join(TIERS)}.")] = None,
    budget: Annotated[float | None, typer.Option(help="US dollars a UTC day.")] = None,
    input_price: Annotated[float | None, typer.Option(help="US dollars per million tokens of a request.")] = None,
    output_price: Annotated[float | None, typer.Option(help="US dollars per million tokens of an answer.")] = None,
    output: Annotated[str | None, typer.Option(help=f"How it gives JSON: one of {', '.join(OUTPUTS)}.")] = None,
) -> None:
    """Give a chatbot these analyzer settings instead of those it has and print them.

    What is left out is the deployment's to choose; without any option all of it is.
    """
    given: dict[str, Any] = {
        "provider": provider,
        "model": model,
        "region": region,
        "serviceTier": tier,
        "dailyBudgetUsd": budget,
        "output": output,
    }
    if input_price is not None or output_price is not None:
        given["prices"] = {"inputPerMillionUsd": input_price, "outputPerMillionUsd": output_price}
    with _choosing(context) as choose:
        settings = choose.put(chatbot, given)
    print_plain(json.dumps(settings.setting()))
    print_note(WARM)


def show_analyzer(context: typer.Context, chatbot: Chatbot) -> None:
    """Print a chatbot's analyzer settings, and what today's analyses by models have cost, as a line of JSON."""
    with _choosing(context) as choose:
        found = choose.show(chatbot)
    today = {"spentUsd": found.today.spent / NANO, "calls": found.today.calls, "tokens": found.today.tokens}
    print_plain(json.dumps({"analyzer": found.setting, "today": today}))


@contextmanager
def _choosing(context: typer.Context) -> Iterator[ChooseAnalyzer]:
    """The use cases on the chosen deployment."""
    with one_line_errors():
        yield admin_wiring.choose_analyzer(context.obj.deployment())
