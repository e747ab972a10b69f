"""`make demo`: replay the sample conversations into the running service and show what was analysed."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from confab.domain.labels import LABELS, label_of
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from local import samples
from local.instance import Instance, read_json
from local.settings import Settings, StackError, from_environ

_CLIENTS = 4
_ATTEMPTS = 8
_PATIENCE_SECONDS = 120.0
_SHOWN = 3
_COLOURS = dict(zip(LABELS, ("bright_green", "green", "white", "yellow", "red"), strict=True))


@dataclass(frozen=True)
class Finding:
    """One analysed message of a user."""

    score: float
    conversation: str
    content: str
    reasoning: str


@dataclass
class Replay:
    """What the service said to the captures."""

    ids: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    warnings: set[str] = field(default_factory=set)


class Service:
    """The service as its clients see it: two keys and four paths."""

    def __init__(self, demo: dict[str, Any]) -> None:
        self._http = httpx.Client(base_url=demo["baseUrl"], timeout=60.0, trust_env=False)
        self._keys = {"POST": demo["apiKey"], "GET": demo["adminKey"]}

    def capture(self, body: dict[str, Any]) -> dict[str, Any]:
        """Capture one conversation."""
        return self._call("POST", "/api/v1/capture", json=body)

    def transcript(self, conversation_id: str) -> dict[str, Any]:
        """One conversation with its messages and their analysis."""
        return self._call("GET", f"/api/v1/conversations/{conversation_id}")

    def count(self) -> int:
        """How many conversations there are."""
        return int(self._call("GET", "/api/v1/conversations", params={"limit": "1"})["total"])

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {self._keys[method]}"}
        for attempt in range(_ATTEMPTS):
            response = self._http.request(method, path, headers=headers, **arguments)
            if response.status_code not in {429, 503}:
                break
            # The service says when to come back; a capture may be sent again without being stored again.
            time.sleep(float(response.headers.get("retry-after", 0.2 * 2**attempt)))
        if response.status_code != 200:
            raise StackError(f"{method} {path} was answered with {response.status_code}: {response.text[:300]}")
        answer: dict[str, Any] = response.json()
        return answer


def main() -> int:
    """Replay, wait and report; the exit code."""
    console = Console()
    try:
        settings = from_environ(os.environ)
        service = _connect(settings)
        replay = _replay(console, service, samples.load(settings.root / "samples" / "conversations.jsonl"))
        transcripts = _await_analysis(console, service, replay.ids)
        _report(console, replay, transcripts, service.count())
    except StackError as error:
        console.print(f"confab: {error}", style="red", soft_wrap=True, highlight=False)
        return 1
    except httpx.HTTPError as error:
        console.print(f"confab: the service stopped answering ({error})", style="red", soft_wrap=True)
        return 1
    return 0


def _connect(settings: Settings) -> Service:
    instance = Instance(settings.state)
    if not instance.running() or not instance.record().get("ready"):
        raise StackError("nothing runs here yet: start `make run` in another terminal first")
    return Service(read_json(settings.demo_file))


def _replay(console: Console, service: Service, found: Sequence[dict[str, Any]]) -> Replay:
    now = datetime.now(UTC)
    replay = Replay()
    with _bar(console) as bar, ThreadPoolExecutor(_CLIENTS) as pool:
        task = bar.add_task("sending conversations", total=len(found))
        for answer in pool.map(lambda sample: service.capture(samples.capture_body(sample, now)), found):
            replay.ids.append(answer["conversationId"])
            replay.verdicts.update(result["status"] for result in answer.get("results", []))
            replay.warnings.update(answer.get("warnings", []))
            bar.advance(task)
    return replay


def _await_analysis(console: Console, service: Service, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Poll until no conversation waits for its analysis."""
    done: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with _bar(console) as bar, ThreadPoolExecutor(_CLIENTS) as pool:
        task = bar.add_task("analysing conversations", total=len(ids))
        while len(done) < len(ids):
            waiting = [one for one in ids if one not in done]
            for transcript in pool.map(service.transcript, waiting):
                if not transcript["analysis_pending"]:
                    done[transcript["id"]] = transcript
                    bar.update(task, completed=len(done))
            if time.monotonic() > deadline:
                raise StackError(f"{len(ids) - len(done)} conversations still wait for their analysis")
            time.sleep(0.3)
    return [done[one] for one in ids]


def _report(console: Console, replay: Replay, transcripts: Sequence[dict[str, Any]], total: int) -> None:
    findings = sorted(_findings(transcripts), key=lambda finding: finding.score)
    messages = sum(len(transcript["messages"]) for transcript in transcripts)
    stored, again = replay.verdicts["stored"], replay.verdicts["duplicate"]
    console.print(f"\n{len(transcripts)} conversations, {messages} messages ({total} conversations in all).")
    console.print(
        f"{stored} messages were stored"
        + (f"; {again} were there already and were not stored again." if again else ".")
        + (f" {replay.verdicts['conflict']} differed from what was stored." if replay.verdicts["conflict"] else "")
    )
    for warning in sorted(replay.warnings):
        console.print(f"warning: {warning}", style="dim")
    console.print(_distribution(findings))
    console.print(_extremes("Most negative", findings[:_SHOWN]))
    console.print(_extremes("Most positive", findings[::-1][:_SHOWN]))


def _findings(transcripts: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for transcript in transcripts:
        for message in transcript["messages"]:
            for sentiment in message.get("user_sentiments", []):
                yield Finding(
                    sentiment["score"],
                    transcript["external_conversation_id"],
                    message["content"],
                    sentiment["reasoning"],
                )


def _distribution(findings: Sequence[Finding]) -> Table:
    counts = Counter(label_of(finding.score) for finding in findings)
    table = Table(title="Sentiment of the users' messages", title_justify="left")
    table.add_column("label")
    table.add_column("messages", justify="right")
    table.add_column("")
    most = max(counts.values(), default=1)
    for label in LABELS:
        table.add_row(label, str(counts[label]), Text("█" * round(30 * counts[label] / most), _COLOURS[label]))
    return table


def _extremes(title: str, findings: Sequence[Finding]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    table.add_column("score", justify="right")
    table.add_column("conversation", no_wrap=True)
    table.add_column("message", ratio=3)
    table.add_column("why", ratio=2)
    for finding in findings:
        colour = _COLOURS[label_of(finding.score)]
        # Texts of users may hold square brackets, which Rich would read as markup.
        row = (finding.conversation, finding.content, finding.reasoning)
        table.add_row(Text(f"{finding.score:+.2f}", colour), *(Text(text) for text in row))
    return table


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console)


if __name__ == "__main__":
    sys.exit(main())
