"""Files of JSON lines or CSV, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from store.imports import csv_lines
from store.imports.errors import ImportFileError
from store.imports.lines import Line, read_json

Progress = Callable[[int], object]
"""Called with the bytes of the file, as it is on disk, that were read since the last call."""

_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error)


class File:
    """A file of contacts, which can be read from its beginning more than once."""

    def __init__(self, path: Path) -> None:
        """Raises ImportFileError when it cannot be read."""
        self.path = path
        # CSV has nothing but texts: what is a number has to be recognised.
        self.is_csv = path.name.lower().removesuffix(".gz").endswith(".csv")
        try:
            self.size = path.stat().st_size
            with path.open("rb") as start:
                self._is_gzip = start.read(2) == _GZIP
        except OSError as error:
            raise ImportFileError(f"{path} cannot be read: {error.strerror}", "check the path") from error

    def lines(self, progress: Progress = lambda _: None) -> Iterator[Line]:
        """Its lines with something in them, in order; raises ImportFileError where the file breaks off."""
        written = self._written(progress)
        if self.is_csv:
            yield from csv_lines.read(written)
        else:
            yield from (read_json(number, one) for number, one in enumerate(written, 1) if one.strip())

    def _written(self, progress: Progress) -> Iterator[bytes]:
        with self.path.open("rb") as packed:
            unpacked = gzip.GzipFile(fileobj=packed) if self._is_gzip else packed
            seen = 0
            try:
                for number, line in enumerate(unpacked):
                    yield line if number else line.removeprefix(_BYTE_ORDER_MARK)
                    if (place := packed.tell()) != seen:
                        progress(place - seen)
                        seen = place
            except _BROKEN as error:
                raise ImportFileError(f"{self.path} is broken or ends too early: {error}", "fetch it again") from error
