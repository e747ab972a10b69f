"""An import under way: what was read is stored side by side, faults are kept by their lines, and it may go on later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from confab.importing.detect import read
from confab.importing.files import File
from confab.importing.pieces import Fault, Options, Piece, Unreadable
from confab.importing.store import StorePieces, Tally
from confab.platform.errors import ConfabError, NotFound, Unavailable

SIDE_BY_SIDE: Final = 8
"""Pieces that are stored at a time; no two of one conversation."""
MAX_FAULTS: Final = 100
"""How many faults are kept; all are counted."""


@dataclass(slots=True)
class Progress:
    """How far an import is.

    Attributes:
        done: pieces and faults of the file that were dealt with.
        tally: what became of them.
        faults: the first ones.
        faulty: how many faults there were.
        ended: whether the whole file was read.
    """

    done: int = 0
    tally: Tally = field(default_factory=Tally)
    faults: list[Fault] = field(default_factory=list)
    faulty: int = 0
    ended: bool = False

    def refuse(self, fault: Fault) -> None:
        """Note a fault."""
        self.faulty += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)


class ImportFile:
    """Stores the conversations of a file, each message once: it may be stopped at any time and begun again.

    Args:
        store: stores pieces.
    """

    def __init__(self, store: StorePieces) -> None:
        self._store = store

    def __call__(
        self,
        chatbot_id: str,
        file: File,
        options: Options,
        progress: Progress,
        *,
        dry: bool = False,
        has_time: Callable[[], bool] = lambda: True,
    ) -> Iterator[Progress]:
        """Store what is left of a file; gives the progress each time that something was stored.

        Args:
            progress: of what was done before; it is moved on.
            dry: only say what would be stored.
            has_time: whether there is time for more; when not, it stops.

        Raises:
            Unreadable: the file as a whole cannot be taken; what was stored of it stays.
            Unavailable: the table did not answer; what was stored stays, and is not in the progress yet.
        """
        found = read(file, options)
        for _ in range(progress.done):
            next(found, None)
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:

            def stored(piece: Piece) -> Tally | Fault:
                return self._stored(chatbot_id, replace(piece, analyse=options.analyse), dry=dry)

            for batch in _batches(found):
                pieces = [each for each in batch if isinstance(each, Piece)]
                outcomes = iter(list(pool.map(stored, pieces)))
                for each in batch:
                    outcome = next(outcomes) if isinstance(each, Piece) else each
                    if isinstance(outcome, Tally):
                        progress.tally.add(outcome)
                    else:
                        progress.refuse(outcome)
                progress.done += len(batch)
                yield progress
                if not has_time():
                    return
        progress.ended = True
        yield progress

    def _stored(self, chatbot_id: str, piece: Piece, *, dry: bool) -> Tally | Fault:
        try:
            return self._store(chatbot_id, piece, dry=dry)
        except (Unavailable, NotFound):
            raise
        except ConfabError as error:
            return Fault(piece.line, error.message)


def _batches(found: Iterator[Piece | Fault]) -> Iterator[Sequence[Piece | Fault]]:
    """What is found in runs that may be stored side by side, in the file's order."""
    batch: list[Piece | Fault] = []
    names: set[str | None] = set()
    while True:
        try:
            each = next(found, None)
        except Unreadable:
            # What came before stays: it was read.
            yield batch
            raise
        name = (each.external_id or each.conversation_id) if isinstance(each, Piece) else None
        if each is None or len(batch) == SIDE_BY_SIDE or (name is not None and name in names):
            if batch:
                yield batch
            batch, names = [], set()
        if each is None:
            return
        batch.append(each)
        names.add(name)
