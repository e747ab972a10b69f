"""The formats of exports by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confab.dialects.export import cells, csv_rows, json_lines, manifest_lines, openai_lines
from confab.domain.chatbot import Chatbot
from confab.reading.export import Format


def _nothing(_: Chatbot) -> str:
    return ""


FORMATS: Final[Mapping[str, Format]] = {
    "csv": Format(cells.CONTENT_TYPE, "csv", csv_rows.header, csv_rows.lines),
    "jsonl": Format(json_lines.CONTENT_TYPE, "jsonl", _nothing, json_lines.lines),
    "manifest": Format(json_lines.CONTENT_TYPE, "jsonl", _nothing, manifest_lines.lines),
    "openai": Format(json_lines.CONTENT_TYPE, "jsonl", _nothing, openai_lines.lines),
}
