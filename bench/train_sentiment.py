"""Trains the shipped sentiment layer and the estimate of satisfaction, and measures the way they are trained.

Usage:
    python -m bench.train_sentiment RATINGS.tsv [RATINGS.tsv ...] --out layers/.../builtin/data/sentiment.bin
    python -m bench.train_sentiment RATINGS.tsv [RATINGS.tsv ...] --measure

Each file is in the form that ``confab.analysis.evaluation.read_ratings`` reads. Nothing of their text is stored:
the file holds one number per hash bucket, and only for features that several dialogues share; the estimate has a weight
for each of its few features, in satisfaction.json in the same folder.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from confab.analysis.builtin.model import pack
from confab.analysis.builtin.training import STRENGTH, Trainer
from confab.analysis.evaluation import Dialogue, Figures, cross_validate, evaluate, read_ratings


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ratings", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--strength", type=float, default=STRENGTH)
    arguments = parser.parse_args()
    files = {path.stem: read_ratings(path.read_text(encoding="utf-8").split("\n")) for path in arguments.ratings}
    trainer = Trainer(arguments.strength)
    if arguments.measure:
        _measure(files, trainer)
    if arguments.out is not None:
        model = trainer.model(*files.values())
        arguments.out.write_bytes(pack(model))
        _say(f"{arguments.out}: {arguments.out.stat().st_size} bytes, version {model.version}")
        estimate = arguments.out.with_name("satisfaction.json")
        estimate.write_text(json.dumps(trainer.satisfaction(*files.values()).stored, indent=1) + "\n", encoding="utf-8")


def _measure(files: Mapping[str, Sequence[Dialogue]], trainer: Trainer) -> None:
    """Print cross-validated figures of each file, then of each file by a model that never saw its kind."""
    for name, dialogues in files.items():
        others = [rest for other, rest in files.items() if other != name]
        _tell(name, "cross-validated", cross_validate(trainer.analyzer, dialogues))
        if others:
            _tell(name, "trained on the others only", evaluate(trainer.analyzer(*others), dialogues))


def _tell(name: str, how: str, found: Figures) -> None:
    _say(f"{name}: {how}  score: spearman {found.spearman:.4f} auc {found.auc:.4f}  turns {found.turns}")
    _say(f"  satisfaction: spearman {found.satisfaction_spearman:.4f} auc {found.satisfaction_auc:.4f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
