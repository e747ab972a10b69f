"""Files to import: plain ones and ZIP archives, read as streams with a bound on what they unpack to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from confab.importing.pieces import Unreadable

MAX_LINE: Final = 32_000_000
"""Bytes of a line."""
MAX_UNPACKED: Final = 20_000_000_000
"""Bytes that an archive unpacks to."""
MAX_RATIO: Final = 1_000
"""How much larger the content of an archive may be than the archive, beyond ``FREE`` bytes."""
FREE: Final = 100_000_000
MAX_ENTRIES: Final = 200_000
_MAGIC: Final = b"PK\x03\x04"


class Bounded(io.RawIOBase):
    """A stream that refuses to give more than so many bytes.

    Raises:
        Unreadable: there are more, or the archive is damaged.
    """

    def __init__(self, source: IO[bytes], most: int) -> None:
        super().__init__()
        self._source = source
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            chunk = self._source.read(len(buffer))
        except Exception as error:  # of zipfile and of each decompressor its own, which have no common root
            raise Unreadable(f"the archive is damaged: {type(error).__name__}") from None
        self._left -= len(chunk)
        if self._left < 0:
            raise Unreadable("the archive unpacks to far more than it has: it is not read")
        buffer[: len(chunk)] = chunk
        return len(chunk)


class File:
    """A file on this machine.

    Args:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._under: IO[bytes] | None = None
        try:
            with path.open("rb") as source:
                self.is_archive = source.read(4) == _MAGIC
            self._names = _names_in(path) if self.is_archive else []
        except OSError as error:
            raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from None

    @property
    def size(self) -> int:
        """Bytes of the file as it lies there."""
        return self.path.stat().st_size

    @property
    def position(self) -> int:
        """How many of its bytes were read, for whoever shows progress."""
        return 0 if self._under is None or self._under.closed else self._under.tell()

    def names(self) -> list[str]:
        """What an archive holds; nothing for a plain file."""
        return self._names

    @contextmanager
    def opened(self, name: str | None = None) -> Iterator[IO[bytes]]:
        """The file, or what an archive holds under a name, as a stream.

        Raises:
            Unreadable: there is no such file, or it is encrypted or damaged.
        """
        if name is None:
            with self.path.open("rb") as source:
                self._under = source
                yield source
            return
        with self.path.open("rb") as under, zipfile.ZipFile(under) as archive:
            self._under = under
            most = min(MAX_UNPACKED, FREE + self.size * MAX_RATIO)
            try:
                entry = archive.open(name)
            # It is not there, is encrypted, is packed in a way that nobody reads here, or is damaged.
            except (KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                raise Unreadable(f"{name} in the archive cannot be read: {error}") from None
            with entry, io.BufferedReader(Bounded(entry, most), 1 << 16) as stream:
                yield stream


def _names_in(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    # Damaged, of a later form than is read here, or with a directory whose figures are impossible.
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Unreadable(f"the archive cannot be read: {error}") from None
    if len(names) > MAX_ENTRIES:
        raise Unreadable(f"the archive has more than {MAX_ENTRIES:,} files")
    return names


def lines_of(source: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers, without blank ones; None for one that is too long."""
    number = 0
    while line := source.readline(MAX_LINE + 1):
        number += 1
        long = len(line) > MAX_LINE
        while long and not line.endswith(b"\n") and (line := source.readline(MAX_LINE)):
            pass
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if long:
            yield number, None
        elif line.strip():
            yield number, line
