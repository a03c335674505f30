"""CSV: a header of names, then a contact a line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from store.imports.errors import ImportFileError
from store.imports.lines import Line
from store.imports.names import slug

Item = dict[str, Any]
Put = Callable[[Item, str], None]

_DELIMITERS = ",;\t"
_EXTERNAL_ID = ("external_id", "id")


def read(written: Iterator[bytes]) -> Iterator[Line]:
    """The contacts of a CSV file. An empty cell says nothing: what the contact has stays.

    Raises:
        ImportFileError: the header does not name the columns, or none of them is the external id.
    """
    lines = _Decoded(written)
    first = next(lines, "")
    lines.take()
    delimiter = max(_DELIMITERS, key=first.count)
    puts = _columns(next(csv.reader([first], delimiter=delimiter), []))
    rows = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(rows.line_num + 1, lines.take(), None, f"this is no CSV: {error}")
            continue
        if taken := lines.take().strip(b"\r\n"):
            yield _line(rows.line_num + 1, taken, puts, cells)


class _Decoded(Iterator[str]):
    """Lines as text; remembers them until they are taken."""

    def __init__(self, written: Iterator[bytes]) -> None:
        self._written = written
        self._since: list[bytes] = []

    def __next__(self) -> str:
        line = next(self._written)
        self._since.append(line)
        # What is not UTF-8 becomes half surrogates here, which `_line` refuses: one bad line is one bad line.
        return line.decode(errors="surrogateescape")

    def take(self) -> bytes:
        taken = b"".join(self._since)
        self._since.clear()
        return taken


def _line(number: int, written: bytes, puts: Sequence[Put], cells: Sequence[str]) -> Line:
    if len(cells) != len(puts):
        return Line(number, written, None, f"{len(cells)} cells where the header has {len(puts)}")
    if any("\ud800" <= character <= "\udfff" for cell in cells if not cell.isascii() for character in cell):
        return Line(number, written, None, "this is not UTF-8")
    item: Item = {}
    for put, cell in zip(puts, cells, strict=True):
        if cell:
            put(item, cell)
    return Line(number, written, item)


def _columns(header: Sequence[str]) -> list[Put]:
    names = [name.strip() for name in header]
    if twice := sorted(name for name, times in Counter(names).items() if times > 1):
        raise ImportFileError(f"the header has {', '.join(map(repr, twice))} more than once", "name each column once")
    if "" in names:
        raise ImportFileError("the header has a column without a name", "name each column in the first line")
    if not any(slug(name) in _EXTERNAL_ID for name in names):
        raise ImportFileError("no column is called external_id", "name the column that tells contacts apart so")
    return [_column(name) for name in names]


def _column(name: str) -> Put:
    """Where a column's cells go in the item of a contact."""
    key = slug(name)
    first, _, rest = name.partition(".")
    match (first.lower(), rest):
        case ("company", ""):
            return _under("company", "name")
        case ("company" | "channels" as part, key_of_part):
            return _under(part, key_of_part)
    if key in _EXTERNAL_ID:
        return _as("external_id", lambda cell: cell)
    if key == "tags":
        return _as("tags", lambda cell: [tag for tag in map(str.strip, cell.split(";")) if tag])
    if key in ("owner", "team"):
        return _as(key, lambda cell: cell)
    return _under("properties", name)


def _as(key: str, read_cell: Callable[[str], object]) -> Put:
    def put(item: Item, cell: str) -> None:
        item[key] = read_cell(cell)

    return put


def _under(part: str, name: str) -> Put:
    def put(item: Item, cell: str) -> None:
        item.setdefault(part, {})[name] = cell

    return put
