"""The trained layer: a linear model over hashed features, read from one small file."""

from __future__ import annotations

import math
import pkgutil
import sys
import zlib
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

from confab.analysis.builtin.features import Seen

BITS: Final = 17
MASK: Final = (1 << BITS) - 1
MODEL_FILE: Final = "data/sentiment.bin"
TRAINED_ON: Final = "SGD and CCPE of User Satisfaction Simulation"


class Model(NamedTuple):
    """A linear model of how satisfied a user's turn sounds.

    Attributes:
        weights: one whole number per bucket, in units of ``unit``.
        unit: rating points (on a scale of 1 to 5) that one step of a weight stands for.
        bias: rating of a turn without features, minus the usual rating.
        version: of the training, stored with results.
    """

    weights: Sequence[int]
    unit: float
    bias: float
    version: str

    def rate(self, seen: Seen) -> tuple[float, str]:
        """How far a turn is from the usual one, in rating points, and the words of the turn that moved it most."""
        weights = self.weights
        steps = [[weights[feature & MASK] for feature in group] for group in seen.groups]
        total = sum([sum(moved) / math.sqrt(len(moved)) for moved in steps if moved])
        return self.bias + total * self.unit, _telling(seen, steps)


def _telling(seen: Seen, steps: Sequence[list[int]]) -> str:
    """The word or pair of words with the most weight, "" when none has any; marks and numbers tell nothing."""
    best, words = 0.0, ""
    for names, moved in zip((seen.words_named, seen.pairs_named), steps, strict=False):
        while True:
            high, low = max(moved), min(moved)
            at = moved.index(high if high >= -low else low)
            strength = abs(moved[at]) / math.sqrt(len(moved))
            if strength <= best:
                break
            name = names(at)
            if name[-1].isalnum():
                best, words = strength, name
                break
            moved[at] = 0
    return words


class BadModel(ValueError):
    """The model file is missing or damaged."""


def load() -> Model:
    """Read the shipped model (see ``pack`` for its form)."""
    content = pkgutil.get_data(__package__ or "", MODEL_FILE)
    if content is None:
        raise BadModel(f"{MODEL_FILE} cannot be read")
    return unpack(content)


def unpack(content: bytes) -> Model:
    """A model out of the content of its file."""
    head, _, body = content.partition(b"\n")
    try:
        version, unit, bias = head.decode("ascii").split()
        weights = array("h")
        weights.frombytes(zlib.decompress(body))
    except (ValueError, zlib.error) as error:
        raise BadModel(f"{MODEL_FILE} is damaged: {error}") from None
    if len(weights) != 1 << BITS:
        raise BadModel(f"{MODEL_FILE} holds {len(weights)} weights, not {1 << BITS}")
    if sys.byteorder == "big":
        weights.byteswap()
    return Model(weights, float(unit), float(bias), version)


def pack(model: Model) -> bytes:
    """The content of a model file: a line of version, unit and bias, then zlib-packed 16-bit weights, little-endian."""
    body = array("h", model.weights)
    if sys.byteorder == "big":
        body.byteswap()
    return f"{model.version} {model.unit!r} {model.bias!r}\n".encode("ascii") + zlib.compress(body.tobytes(), 9)
