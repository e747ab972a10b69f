"""A long conversation: what is said in it, its analysis, and whether it is counted exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from confab.analysis import recount_wiring
from confab.analysis.analyzer import Past
from confab.analysis.builtin import BuiltinAnalyzer
from confab.domain.identity import conversation_id
from confab.domain.message import Message
from confab.domain.results import Analysis

from tests.support.deployment import Tenant
from tests.support.world import World
from verify.consistency import findings
from verify.table import scan

BUILTIN = BuiltinAnalyzer()
NAME = "long"


class Death(BaseException):
    """What ends a process."""


@dataclass
class Judge:
    """The built-in analyzer, which notes what it judges and what it is shown."""

    judged: Counter[str] = field(default_factory=Counter)
    shown: list[int] = field(default_factory=list)

    def analyse(self, transcript: Sequence[Message], judge: Collection[str], past: Past | None = None) -> Analysis:
        self.judged.update(f"{message.key} {message.content}" for message in transcript if message.key in judge)
        self.shown.append(len(transcript))
        return BUILTIN.analyse(transcript, judge, past)


@dataclass
class Talk:
    """A long conversation."""

    world: World
    tenant: Tenant
    judge: Judge = field(default_factory=Judge)
    said: int = 0

    @property
    def place(self) -> tuple[str, str]:
        return self.tenant.id, conversation_id(self.tenant.id, NAME)

    def say(self, *texts: str, role: str = "user") -> dict[str, Any]:
        messages = [{"id": f"m{self.said + at}", "role": role, "content": text} for at, text in enumerate(texts)]
        self.said += len(texts)
        self.world.clock.advance(seconds=1)  # type: ignore[union-attr]
        return self.send(messages)

    def send(self, messages: Sequence[dict[str, Any]]) -> dict[str, Any]:
        body = {"conversationId": NAME, "messages": messages, "user": {"id": "ann"}, "organization": {"id": "acme"}}
        answer: dict[str, Any] = self.world.capture_directly(self.tenant, body)
        return answer

    def analyse(self) -> None:
        self.world.analyse_with(self.judge)(*self.place)

    def items(self, prefix: str) -> list[dict[str, Any]]:
        return [item for item in self.world.items(*self.place) if item["sk"].startswith(prefix)]

    def is_sound(self, messages: int | None = None) -> None:
        """Whether every message counts once, and every text was judged once."""
        assert self.world.statistics(self.tenant.id)["TOTAL"]["messages"] == (messages or self.said)
        recounted = recount_wiring.recount(self.world.deployment)(self.tenant.id)
        assert (recounted.exact, recounted.waiting) == (True, 0)
        assert findings(scan(self.world.dynamodb, self.world.deployment.settings.table)) == []
        assert set(self.judge.judged.values()) == {1}
