"""How fast the built-in analysis is: messages a second on one core, and what it adds to a start.

Usage:
    python -m bench.analyze [CONVERSATIONS.jsonl]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

from confab.analysis.builtin import BuiltinAnalyzer
from confab.domain.message import ASSISTANT, TICK, USER, Message
from rich.console import Console
from rich.table import Table

from tests.support.sources import ROOT

SAMPLES = ROOT / "samples" / "conversations.jsonl"
LENGTH = 500
TURNS = 6
CONVERSATIONS = 100
ROUNDS = 21
STARTS = 21
SPEED_FLOOR = 1_500
START_LIMIT_MS = 60

ANALYZER = "from confab.analysis.builtin import BuiltinAnalyzer; BuiltinAnalyzer()"
FUNCTION = "import aws_lambda_powertools.utilities.batch, confab.deployment"


def main() -> None:
    """Measure and print."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    with file.open(encoding="utf-8") as lines:
        conversations = [_turns(json.loads(line)) for line in lines]
    console = Console(width=150)
    console.print(_speed(file.name, conversations))
    console.print(_start())


def _turns(conversation: Mapping[str, Sequence[Mapping[str, str]]]) -> list[tuple[str, str]]:
    return [
        (message["role"], message["content"])
        for message in conversation["messages"]
        if message["role"] in (USER, ASSISTANT)
    ]


def _joined(conversations: Sequence[Sequence[tuple[str, str]]]) -> Iterator[list[tuple[str, str]]]:
    """Conversations of ``TURNS`` messages of ``LENGTH`` characters, made of what users and assistants say in others."""
    said = {
        role: cycle([text for turns in conversations for speaker, text in turns if speaker == role and text])
        for role in (USER, ASSISTANT)
    }
    for _ in range(CONVERSATIONS):
        yield [(role, _long(said[role])) for role in islice(cycle((USER, ASSISTANT)), TURNS)]


def _long(texts: Iterator[str]) -> str:
    text = next(texts)
    while len(text) < LENGTH:
        text += f" {next(texts)}"
    return text[:LENGTH]


def _transcript(turns: Sequence[tuple[str, str]]) -> list[Message]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Message(key=f"m:{place}", role=role, content=text, created_at=start + TICK * place, stored_at=start)
        for place, (role, text) in enumerate(turns)
    ]


def _speed(name: str, conversations: Sequence[Sequence[tuple[str, str]]]) -> Table:
    """Messages a second of CPU time, over rounds, as neighbours on the machine slow single ones down."""
    analyzer = BuiltinAnalyzer()
    table = Table(f"analysis of {name}", "characters", "messages", "a second (median)", "best", "worst")
    for shape, talks in (("as they are", conversations), (f"joined to {LENGTH}", list(_joined(conversations)))):
        transcripts = [_transcript(turns) for turns in talks]
        lengths = [len(message.content) for transcript in transcripts for message in transcript]
        speeds = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for transcript in transcripts:
                analyzer.analyse(transcript, frozenset([message.key for message in transcript]))
            speeds.append(len(lengths) / (time.process_time() - start))
        figures = (f"{figure:,.0f}" for figure in (statistics.median(speeds), max(speeds), min(speeds)))
        table.add_row(shape, f"{statistics.mean(lengths):.0f}", f"{len(lengths):,}", *figures)
    table.caption = f"both roles judged, CPU time on one core; floor {SPEED_FLOOR:,} at {LENGTH} characters"
    return table


def _start() -> Table:
    """What importing and constructing adds to a process, from layers as they are deployed (compiled)."""
    table = Table("start", "CPU ms (median)", "analysis adds")
    with tempfile.TemporaryDirectory() as folder:
        layers = Path(folder) / "layers"
        builder = [sys.executable, "-m", "local.build_layers", "--output", str(layers)]
        subprocess.run(builder, cwd=ROOT, check=True, capture_output=True)
        paths = os.pathsep.join(str(path / "python") for path in sorted(layers.iterdir()))
        environment = {**os.environ, "PYTHONPATH": paths}
        programs = {"empty Python": "", "function": FUNCTION}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for _ in range(STARTS):
            for name, program in programs.items():
                bare = _milliseconds(program, environment)
                times[name].append((bare, _milliseconds(f"{program}\n{ANALYZER}", environment) - bare))
    for name, pairs in times.items():
        bare, added = (statistics.median(column) for column in zip(*pairs, strict=True))
        table.add_row(name, f"{bare:.0f}", f"{added:.0f}")
    table.caption = f"limit {START_LIMIT_MS} ms over the bare function"
    return table


def _milliseconds(program: str, environment: Mapping[str, str]) -> float:
    """CPU time of one process, user and system."""
    before = os.times()
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used * 1000


if __name__ == "__main__":
    main()
