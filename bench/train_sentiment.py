"""Trains the shipped sentiment layer, and measures the way it is trained.

Needs, beyond Confab itself (bench-only, never at run time):
    numpy==2.4.6
    scipy==1.17.1
    scikit-learn==1.9.1

Usage:
    python bench/train_sentiment.py RATINGS.tsv [RATINGS.tsv ...] --out layers/.../builtin/data/sentiment.bin
    python bench/train_sentiment.py RATINGS.tsv [RATINGS.tsv ...] --measure

Each file is in the form that ``confab.analysis.evaluation.read_ratings`` reads. Nothing of their text is stored:
the file holds one number per hash bucket, and only for features that several dialogues share.
"""

from __future__ import annotations

import argparse
import math
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import Ridge

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "layers" / "confab" / "python"))

from confab.analysis.builtin import BuiltinAnalyzer  # noqa: E402
from confab.analysis.builtin.model import BITS, MASK, Model, pack  # noqa: E402
from confab.analysis.builtin.phrases import Phrases  # noqa: E402
from confab.analysis.builtin.reading import walk  # noqa: E402
from confab.analysis.builtin.replies import REPLY_CUES, Reply  # noqa: E402
from confab.analysis.builtin.sentiment import SentimentReader  # noqa: E402
from confab.analysis.evaluation import Dialogue, cross_validate, evaluate, read_ratings  # noqa: E402

STRENGTH = 20.0
SHARED_BY = 3
UNIT = 1 / 8192


class Trainer:
    """Trains a model on dialogues; features of a dialogue are worked out once."""

    def __init__(self, strength: float = STRENGTH) -> None:
        self._strength = strength
        self._reader = SentimentReader(None)
        self._phrases = Phrases(REPLY_CUES)
        self._cache: dict[int, list[tuple[list[int], list[float], float]]] = {}

    def model(self, *sources: Sequence[Dialogue]) -> Model:
        """A model trained on dialogues of one or several sources, each measured from its own usual rating."""
        parts = [self._rows(source) for source in sources]
        rows = sparse.vstack([features for features, _ in parts]).tocsr()
        targets = np.concatenate([ratings - ratings.mean() for _, ratings in parts])
        ridge = Ridge(alpha=self._strength, solver="sparse_cg", tol=1e-4, fit_intercept=True)
        ridge.fit(rows, targets)
        steps = np.clip(np.rint(ridge.coef_ / UNIT), -32767, 32767).astype(int)
        steps[self._rare([dialogue for source in sources for dialogue in source])] = 0
        digest = zlib.crc32(steps.tobytes())
        return Model(steps.tolist(), UNIT, float(ridge.intercept_), f"{digest:08x}")

    def analyzer(self, *sources: Sequence[Dialogue]) -> BuiltinAnalyzer:
        """An analyzer with a model trained on these sources."""
        return BuiltinAnalyzer(model=self.model(*sources))

    def _turns(self, dialogue: Dialogue) -> list[tuple[list[int], list[float], float]]:
        known = self._cache.get(id(dialogue))
        if known is not None:
            return known
        turns = []
        for _, message, parsed, seen in walk(dialogue.messages, self._phrases):
            if isinstance(seen, Reply) or message.key not in dialogue.ratings:
                continue
            groups = self._reader.features(parsed, seen).groups
            places = [feature & MASK for group in groups for feature in group]
            shares = [1 / math.sqrt(len(group)) for group in groups for _ in group]
            turns.append((places, shares, dialogue.ratings[message.key]))
        self._cache[id(dialogue)] = turns
        return turns

    def _rows(self, dialogues: Sequence[Dialogue]) -> tuple[sparse.csr_matrix, np.ndarray]:
        places: list[int] = []
        shares: list[float] = []
        ends = [0]
        targets: list[float] = []
        for dialogue in dialogues:
            for at, weight, rating in self._turns(dialogue):
                places += at
                shares += weight
                ends.append(len(places))
                targets.append(rating)
        shape = (len(targets), 1 << BITS)
        return sparse.csr_matrix((np.array(shares), places, ends), shape=shape), np.array(targets)

    def _rare(self, dialogues: Sequence[Dialogue]) -> np.ndarray:
        """Buckets that fewer than ``SHARED_BY`` dialogues use: names, numbers, what only one person said."""
        seen = np.zeros(1 << BITS, dtype=int)
        for dialogue in dialogues:
            used = {place for at, _, _ in self._turns(dialogue) for place in at}
            seen[list(used)] += 1
        return seen < SHARED_BY


def say(line: str) -> None:
    """Print a line at once, as a measurement takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measure(files: dict[str, list[Dialogue]], trainer: Trainer) -> None:
    """Print cross-validated figures of each file, then of each file by a model that never saw its kind."""
    for name, dialogues in files.items():
        others = [rest for other, rest in files.items() if other != name]
        alone = cross_validate(trainer.analyzer, dialogues)
        say(f"{name}: cross-validated  spearman {alone.spearman:.3f}  auc {alone.auc:.3f}  turns {alone.turns}")
        if not others:
            continue
        joint = cross_validate(lambda kept, rest=others: trainer.analyzer(kept, *rest), dialogues)
        say(f"{name}: cross-validated, with the others  spearman {joint.spearman:.3f}  auc {joint.auc:.3f}")
        foreign = evaluate(trainer.analyzer(*others), dialogues)
        say(f"{name}: trained on the others only  spearman {foreign.spearman:.3f}  auc {foreign.auc:.3f}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--strength", type=float, default=STRENGTH)
    arguments = parser.parse_args()
    files = {path.stem: read_ratings(path.read_text(encoding="utf-8").splitlines()) for path in arguments.ratings}
    trainer = Trainer(arguments.strength)
    if arguments.measure:
        measure(files, trainer)
    if arguments.out is not None:
        model = trainer.model(*files.values())
        arguments.out.write_bytes(pack(model))
        say(f"{arguments.out}: {arguments.out.stat().st_size} bytes, version {model.version}")


if __name__ == "__main__":
    main()
