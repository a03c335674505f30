"""The lines of a file: a contact each, or the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file as it was written, and the JSON object of a contact, or what is wrong with it."""

    number: int
    written: bytes
    item: dict[str, Any] | None
    fault: str = ""


def read_json(number: int, written: bytes) -> Line:
    """A line of a JSON lines file."""
    try:
        item = orjson.loads(written)
    except orjson.JSONDecodeError as error:
        return Line(number, written, None, f"this is no JSON: {error}")
    if not isinstance(item, dict):
        return Line(number, written, None, f"expected a JSON object, not {type(item).__name__}")
    return Line(number, written, item)
