"""`make demo`: replay the sample conversations into the running service and show what was analysed."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from confab_cli.target import LOCAL_ENVIRONMENT
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from local import demo_chatbot, samples
from local.demo_report import Figures, report
from local.instance import Instance, read_json
from local.settings import Settings, StackError, from_environ

_CLIENTS = 4
_ATTEMPTS = 8
_PATIENCE_SECONDS = 120.0
_TOPICS = 8


@dataclass
class Replay:
    """What the service said to the captures."""

    ids: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    warnings: set[str] = field(default_factory=set)


class Service:
    """The service as its clients see it: two keys and some paths."""

    def __init__(self, demo: dict[str, Any]) -> None:
        self._http = httpx.Client(base_url=demo["baseUrl"], timeout=60.0, trust_env=False)
        self._chatbot = demo["chatbotId"]
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

    def figures(self) -> Figures:
        """What the service has counted."""
        asked = {"chatbotId": self._chatbot}
        return Figures(
            topics=self._call("GET", "/v1/insights/topics", params={**asked, "limit": str(_TOPICS)}),
            outcomes=self._call("GET", "/v1/insights/outcomes", params=asked),
            flags=self._call("GET", "/v1/insights/flags", params=asked),
        )

    def has_dashboard(self) -> bool:
        """Whether the dashboard is served."""
        return self._http.get("/dashboard").status_code == 200

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
        demo = _connect(settings)
        service = Service(demo)
        replay = _replay(console, service, samples.load(settings.root / "samples" / "conversations.jsonl"))
        transcripts = _await_analysis(console, service, replay.ids)
        _report(console, replay, transcripts, service)
        _say_where_to_go_on(console, settings, demo, service)
    except StackError as error:
        console.print(f"confab: {error}", style="red", soft_wrap=True, highlight=False)
        return 1
    except httpx.HTTPError as error:
        console.print(f"confab: the service stopped answering ({error})", style="red", soft_wrap=True)
        return 1
    return 0


def _connect(settings: Settings) -> dict[str, str]:
    """The keys and ids of the demo that runs."""
    instance = Instance(settings.state)
    if not instance.running() or not instance.record().get("ready"):
        raise StackError("nothing runs here yet: start `make run` in another terminal first")
    return read_json(settings.demo_file)


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


def _report(console: Console, replay: Replay, transcripts: Sequence[dict[str, Any]], service: Service) -> None:
    messages = sum(len(transcript["messages"]) for transcript in transcripts)
    stored, again = replay.verdicts["stored"], replay.verdicts["duplicate"]
    console.print(f"\n{len(transcripts)} conversations, {messages} messages ({service.count()} conversations in all).")
    console.print(
        f"{stored} messages were stored"
        + (f"; {again} were there already and were not stored again." if again else ".")
        + (f" {replay.verdicts['conflict']} differed from what was stored." if replay.verdicts["conflict"] else "")
    )
    for warning in sorted(replay.warnings):
        console.print(f"warning: {warning}", style="dim")
    report(console, transcripts, service.figures())


def _say_where_to_go_on(console: Console, settings: Settings, demo: dict[str, str], service: Service) -> None:
    console.print("\nGo on with `confab topics`, `confab show <id>`, `confab list --flag churn_risk`.", highlight=False)
    if settings.dashboard and service.has_dashboard():
        record = Instance(settings.state).record()
        # The local engine takes any credentials, but some.
        os.environ.update(LOCAL_ENVIRONMENT)
        link = demo_chatbot.sign_in_link(demo, record["endpoint"], record["table"])
        console.print(f"Dashboard, signed in by this link once:\n{link}", highlight=False, soft_wrap=True)
    else:
        console.print(f"The service runs at {demo['baseUrl']}, without its dashboard.", highlight=False)


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console)


if __name__ == "__main__":
    sys.exit(main())
