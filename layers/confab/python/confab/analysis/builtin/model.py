"""The trained layer: a linear model over hashed features, read from one small file."""

from __future__ import annotations

import math
import pkgutil
import sys
import zlib
from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

BITS: Final = 17
MASK: Final = (1 << BITS) - 1
MODEL_FILE: Final = "data/sentiment.bin"


def bucket(feature: str) -> int:
    """The place of a feature among the weights."""
    return zlib.crc32(feature.encode("utf-8", "replace")) & MASK


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

    def rate(self, groups: Sequence[Sequence[str]]) -> tuple[float, str]:
        """How far a turn is from the usual one, in rating points, and the words of the turn that moved it most."""
        weights = self.weights
        crc = zlib.crc32
        total = 0.0
        strongest, reason = 0.0, ""
        for group in groups:
            if not group:
                continue
            share = 1.0 / math.sqrt(len(group))
            for feature in group:
                weight = weights[crc(feature.encode("utf-8", "replace")) & MASK]
                if not weight:
                    continue
                total += weight * share
                if abs(weight) * share > strongest and feature[0] in "ub" and feature[-1].isalnum():
                    strongest, reason = abs(weight) * share, feature[2:]
        return self.bias + total * self.unit, reason


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
