"""What the trained layer sees of a user's turn: hashed words of the turn and of the answer before it, and its acts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

USER_WORDS: Final = 60
REPLY_WORDS: Final = 50
_NUMBER: Final = "#"


def turn_features(
    user: Sequence[str], reply: Sequence[str], acts: Iterable[str], questioned: bool, asks: bool
) -> list[list[str]]:
    """The features of one turn, in groups; a group's members share a weight of one over the root of their number.

    Args:
        user: words of the user's message.
        reply: words of the assistant's message before it, empty at the start of a conversation.
        acts: names of dialogue acts of the turn (see ``sentiment``).
        questioned: whether the reply asks something.
        asks: whether the user asks something.
    """
    turn = _plain(_ends(user, USER_WORDS))
    turn.append("?" if asks else ".")
    answer = _plain(reply[-REPLY_WORDS:]) or ["<start>"]
    answer.append("?" if questioned else ".")
    opened = ["^", *turn]
    return [
        _unique("u", turn),
        _unique("b", map(" ".join, zip(opened, turn, strict=False))),
        _unique("t", map(" ".join, zip(opened, turn, turn[1:], strict=False))),
        _unique("a", answer),
        _unique("d", acts),
    ]


def _unique(kind: str, names: Iterable[str]) -> list[str]:
    return [f"{kind}:{name}" for name in dict.fromkeys(names)]


def _plain(words: Sequence[str]) -> list[str]:
    return [_NUMBER if word[0].isdigit() else word for word in words]


def _ends(words: Sequence[str], limit: int) -> Sequence[str]:
    if len(words) <= limit:
        return words
    return [*words[: limit // 2], *words[-limit // 2 :]]
