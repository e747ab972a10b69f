"""Input of the trained layer: hashed words of a user's turn and of the answer before it, and its acts."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple
from zlib import crc32

USER_WORDS: Final = 60
REPLY_WORDS: Final = 50
CACHED_WORDS: Final = 16_384
_START: Final = b"^"

# A feature's hash is that of its kind, then of its words: the hash of a longer one continues that of its beginning.
_WORD, _PAIR, _ANSWER, _ACT = (crc32(kind) for kind in (b"u:", b"b:", b"a:", b"d:"))


class Seen(NamedTuple):
    """The features of one turn.

    Attributes:
        groups: hashes of features, each once; a group's members share a weight of one over the root of their number.
            The first group holds the words of the turn, the second its pairs of neighbours.
        words: the words of the turn, as they were hashed.
    """

    groups: Sequence[Collection[int]]
    words: Sequence[bytes]

    def words_named(self, at: int) -> str:
        """The word behind a member of the first group."""
        return list(dict.fromkeys(self.words))[at].decode()

    def pairs_named(self, at: int) -> str:
        """The words behind a member of the second group."""
        return b" ".join(list(dict.fromkeys(zip([_START, *self.words], self.words, strict=False)))[at]).decode()


def turn_features(user: Sequence[str], reply: Sequence[str], acts: Iterable[str], questioned: bool, asks: bool) -> Seen:
    """The features of one turn.

    Args:
        user: words of the user's message.
        reply: words of the assistant's message before it, empty at the start of a conversation.
        acts: names of dialogue acts of the turn (see ``sentiment``).
        questioned: whether the reply asks something.
        asks: whether the user asks something.
    """
    words = list(map(_coded, [*_ends(user, USER_WORDS), "?" if asks else "."]))
    answer = map(_coded, [*(reply[-REPLY_WORDS:] or ["<start>"]), "?" if questioned else "."])
    after = [b" " + word for word in words]
    opened = [_START, *words]
    groups = (
        map(crc32, words, repeat(_WORD)),
        map(crc32, after, map(crc32, opened, repeat(_PAIR))),
        map(crc32, answer, repeat(_ANSWER)),
        map(crc32, map(_coded, acts), repeat(_ACT)),
    )
    return Seen([dict.fromkeys(group) for group in groups], words)


@functools.lru_cache(maxsize=CACHED_WORDS)
def _coded(word: str) -> bytes:
    """What is hashed of a word; all numbers are one."""
    return b"#" if word[0].isdigit() else word.encode("utf-8", "replace")


def _ends(words: Sequence[str], limit: int) -> Sequence[str]:
    if len(words) <= limit:
        return words
    return [*words[: limit // 2], *words[-limit // 2 :]]
