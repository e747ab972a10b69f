"""``python -m verify.contention``: two clients send the next two turns of one conversation at once, over and over.

Every turn says the same short texts and nothing has an id, so only the alignment knows what is new. All of it goes
through the front door of a local stack of its own. Nothing may be lost or doubled, and every answer must be true.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier
from typing import Any, Final

import httpx
from confab.domain.identity import conversation_id

from local.settings import REGION
from tests.e2e.stack import LocalStack
from tests.support.engine import CREDENTIALS
from verify.consistency import findings
from verify.load.run import RunningStack, http_client, rested
from verify.table import scan

CAPTURE: Final = "/api/v1/capture"
TRACK: Final = "/v1/track"
TURN: Final = (("user", "ok"), ("assistant", "Next step."))
BEFORE: Final = 2
"""Turns that are there before the two clients speak at once."""
TRIES: Final = 20
FINDINGS_SHOWN: Final = 20


@dataclass(slots=True)
class Seen:
    """What came of a run.

    Attributes:
        answers: by status.
        wrong: what does not hold, one line each.
    """

    conversations: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Contention:
    """Two clients and the conversations that they share.

    Args:
        http: a client for each of the two.
    """

    def __init__(self, http: Sequence[httpx.Client], chatbot_id: str) -> None:
        self._http = http
        self._chatbot_id = chatbot_id
        self.seen = Seen()

    def round(self, number: int, conversations: int) -> None:
        """Begin conversations, let both clients speak at once in each, and compare what can be read."""
        path = TRACK if number % 2 else CAPTURE
        with ThreadPoolExecutor(len(self._http)) as pool:
            for name in (f"{number}-{each}" for each in range(conversations)):
                self._told(0, path, name, BEFORE)
                together = Barrier(len(self._http))

                def speak(client: int, name: str = name, together: Barrier = together) -> int | None:
                    together.wait()
                    return self._told(client, path, name, BEFORE + 1 + client)

                stored = list(pool.map(speak, range(len(self._http))))
                self._compare(name, stored)

    def _told(self, client: int, path: str, name: str, turns: int) -> int | None:
        """Send the transcript up to a turn until it is acknowledged; how much is new, where the answer says so."""
        messages = [{"role": role, "content": text} for role, text in TURN * turns]
        tries = 0
        while tries < TRIES:
            answer = self._http[client].post(path, json={"conversationId": name, "messages": messages})
            self.seen.answers[answer.status_code] += 1
            tries += 1
            if answer.is_success:
                # A try that was refused may have stored something.
                return _new(answer.json()) if tries == 1 else None
            time.sleep(0.05)
        self.seen.wrong.append(f"{name}: {turns} turns were not acknowledged: {answer.status_code} {answer.text[:200]}")
        return None

    def _compare(self, name: str, stored: Sequence[int | None]) -> None:
        self.seen.conversations += 1
        place = conversation_id(self._chatbot_id, name)
        there = [
            message["content"] for message in self._http[0].get(f"/api/v1/conversations/{place}").json()["messages"]
        ]
        wanted = [text for _, text in TURN * (BEFORE + len(self._http))]
        if there != wanted:
            self.seen.wrong.append(f"{name}: {len(there)} messages of {len(wanted)} are there, answered {stored}")
        elif None not in stored and sum(filter(None, stored)) != len(TURN) * len(self._http):
            self.seen.wrong.append(f"{name}: answered with {stored} new messages")


def _new(answer: dict[str, Any]) -> int | None:
    """How many messages an answer says are new."""
    stored = answer.get("messagesStored")
    return None if stored is None else int(stored)


def main() -> int:
    """Run, report, and return the exit code."""
    parser = argparse.ArgumentParser(description="Two clients send turns 3 and 4 of the same conversations at once.")
    parser.add_argument("--conversations", type=int, default=50, help="in each round")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    os.environ.update(CREDENTIALS, AWS_DEFAULT_REGION=REGION)
    with TemporaryDirectory(prefix="confab-contention-") as directory:
        stack = LocalStack(Path(directory) / "state")
        stack.start()
        try:
            seen = _run(RunningStack(stack), options.rounds, options.conversations)
        finally:
            stack.stop()
    for line in seen.wrong[:FINDINGS_SHOWN]:
        sys.stdout.write(f"WRONG {line}\n")
    answers = ", ".join(f"{status} {count}" for status, count in sorted(seen.answers.items()))
    sys.stdout.write(f"{seen.conversations} conversations, answers: {answers}; {len(seen.wrong)} are wrong\n")
    return int(bool(seen.wrong))


def _run(running: RunningStack, rounds: int, conversations: int) -> Seen:
    chatbot, key = running.chatbot()
    with http_client(running.base_url, key) as first, http_client(running.base_url, key) as second:
        contention = Contention([first, second], chatbot)
        for number in range(rounds):
            contention.round(number, conversations)
    seen = contention.seen
    if rested(running) is None:
        seen.wrong.append(f"{running.waiting()} still wait")
    seen.wrong += findings(scan(running.dynamodb, running.table_name, chatbot))
    return seen


if __name__ == "__main__":
    sys.exit(main())
