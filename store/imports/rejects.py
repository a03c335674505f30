"""Lines that were not imported, kept beside the file with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from segments.errors import Problem
from store.imports.errors import ImportFileError
from store.imports.lines import Line

FIRST = 5  # told on the terminal as well


class Rejects:
    """Writes FILE.rejects.jsonl; there is no such file when no line was rejected."""

    def __init__(self, imported: Path) -> None:
        self.path = imported.with_name(f"{imported.name}.rejects.jsonl")
        self.count = 0
        self.first: list[str] = []
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)  # of an earlier import
        except OSError as error:
            raise ImportFileError(f"{self.path} cannot be replaced: {error.strerror}", "copy the file") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, line: Line, problems: Iterable[Problem]) -> None:
        """One more line."""
        told = [f"{problem.pointer}: {problem.detail}" for problem in problems]
        self.count += 1
        if len(self.first) < FIRST:
            self.first.append(f"line {line.number}: {'; '.join(told)}")
        if self._stream is None:
            self._stream = self._opened()
        record = {"line": line.number, "problems": told, "written": line.written.decode(errors="backslashreplace")}
        self._stream.write(orjson.dumps(record) + b"\n")

    def _opened(self) -> IO[bytes]:
        try:
            return self.path.open("wb")
        except OSError as error:
            raise ImportFileError(
                f"{self.path} cannot be written: {error.strerror}", "copy the file to a folder of yours"
            ) from error
