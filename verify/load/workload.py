"""What clients do: real-looking conversations, told turn by turn in every dialect, some sent twice, some deleted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from confab.domain.identity import channel_conversation_id, conversation_id

from local import samples
from tests.support.real_data import care_conversations

SAMPLES: Final = Path(__file__).resolve().parents[2] / "samples" / "conversations.jsonl"
SENT_TWICE: Final = 0.1
DELETED: Final = 0.1
CHANNEL: Final = "site"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a conversation as it really was."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request of a client.

    Attributes:
        said: what it tells, by its place in the transcript.
        erases: whether it deletes the conversation.
        twice: whether the client sends it again although it was acknowledged.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    said: Mapping[int, str] = field(default_factory=dict)
    erases: bool = False
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """A conversation that a client tells.

    Attributes:
        id: as the service will call it.
        answered: whether a responder takes part, so that only what the client said is compared.
    """

    id: str
    steps: Sequence[Step]
    answered: bool = False


def material() -> list[list[Said]]:
    """Conversations to tell: the samples, and the real ones where they are beside the checkout."""
    found = [sample["messages"] for sample in samples.load(SAMPLES)]
    found += [conversation["messages"] for conversation in care_conversations()]
    return [[Said(message["role"], message["content"]) for message in messages] for messages in found]


class Workload:
    """An endless run of tellings for one client; the seed and the client's number decide all of it.

    Args:
        chatbot_id: whose conversations they are.
        run: keeps the ids of this run apart from those of others.
    """

    def __init__(self, chatbot_id: str, run: str, client: int, seed: int) -> None:
        self._chatbot_id = str(UUID(chatbot_id))
        self._name = f"{run}-{client}"
        self._random = random.Random(f"{seed}-{client}")
        self._material = material()

    def __iter__(self) -> Iterator[Telling]:
        number = 0
        while True:
            number += 1
            name = f"{self._name}-{number}"
            conversation = self._random.choice(self._material)
            kind = self._random.choice((self._captured, self._tracked, self._logged, self._handled))
            yield kind(name, conversation)

    def _captured(self, name: str, conversation: Sequence[Said]) -> Telling:
        """With ids and times, a turn or two at a time, some of what was sent before along with it."""
        began = datetime.now(UTC) - timedelta(hours=self._random.uniform(0, 48))
        steps = []
        for first, last in self._turns(len(conversation)):
            overlap = self._random.choice((0, 0, 1, 2))
            places = range(max(0, first - overlap), last)
            messages = [
                {
                    "id": f"m{place}",
                    "role": conversation[place].role,
                    "content": conversation[place].content,
                    "sentAt": (began + timedelta(seconds=10 * place)).isoformat(),
                }
                for place in places
            ]
            body = {"conversationId": name, "messages": messages, "user": {"id": name[-1], "name": "Ann"}}
            steps.append(self._step("/api/v1/capture", body, conversation, places))
        return self._told(name, steps)

    def _tracked(self, name: str, conversation: Sequence[Said]) -> Telling:
        """Without ids: the transcript as far as it has come."""
        steps = []
        for _, last in self._turns(len(conversation)):
            messages = [{"role": said.role, "content": said.content} for said in conversation[:last]]
            body = {"conversationId": name, "messages": messages}
            steps.append(self._step("/v1/track", body, conversation, range(last)))
        return self._told(name, steps)

    def _logged(self, name: str, conversation: Sequence[Said]) -> Telling:
        """The history whole, each time."""
        steps = []
        for _, last in self._turns(len(conversation)):
            messages = [
                {"id": f"{name}-{place}", "role": said.role, "content": said.content}
                for place, said in enumerate(conversation[:last])
            ]
            body = {"type": "openai", "id": name, "messages": messages, "properties": {"turns": last}}
            steps.append(self._step("/conversations", body, conversation, range(last)))
        if self._random.random() < DELETED:
            steps.append(Step(method="DELETE", path=f"/conversations/{name}", erases=True))
        return self._told(name, steps)

    def _handled(self, name: str, conversation: Sequence[Said]) -> Telling:
        """Through a channel: what the user says, answered by a responder at once or later."""
        path = f"/v1/chatbots/{self._chatbot_id}/conversations/handle"
        said = [message for message in conversation if message.role == "user"]
        steps = []
        for place, message in enumerate(said):
            body = {
                "channelId": CHANNEL,
                "channelName": "web",
                "providerId": name,
                "providerMessageId": f"in-{place}",
                "message": {"text": message.content},
                "async": self._random.random() < 0.5,
            }
            steps.append(self._step(path, body, said, [place]))
        return Telling(channel_conversation_id(self._chatbot_id, CHANNEL, name), steps, answered=True)

    def _told(self, name: str, steps: Sequence[Step]) -> Telling:
        return Telling(conversation_id(self._chatbot_id, name), steps)

    def _step(self, path: str, body: Mapping[str, Any], conversation: Sequence[Said], places: Sequence[int]) -> Step:
        said = {place: conversation[place].content for place in places}
        return Step(method="POST", path=path, body=body, said=said, twice=self._random.random() < SENT_TWICE)

    def _turns(self, length: int) -> Iterator[tuple[int, int]]:
        """Runs of one to three messages that make up a whole."""
        first = 0
        while first < length:
            last = min(length, first + self._random.randint(1, 3))
            yield first, last
            first = last
