"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

Chatbot = Annotated[str, typer.Option("--chatbot", "-c", help="Id of the chatbot.")]
AnyChatbot = Annotated[str | None, typer.Option("--chatbot", "-c", help="Id of the chatbot.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with the names of the API.")]
