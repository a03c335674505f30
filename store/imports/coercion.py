"""Values as a file holds them, made to fit the type of their field where that loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from mappings.types import FieldType

BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}

Localise = Callable[[object], object]

_LOCAL = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")
_WHOLE = re.compile(r"[+-]?\d{1,15}")


def localiser(zone: ZoneInfo) -> Localise:
    """Gives a day or time without an offset the organisation's; anything else stays as it is."""

    def localise(raw: object) -> object:
        if not isinstance(raw, str) or not _LOCAL.fullmatch(raw):
            return raw
        try:
            return datetime.fromisoformat(raw).replace(tzinfo=zone).isoformat()
        except ValueError:  # no day of the calendar: the type says so
            return raw

    return localise


def coercion(zone: ZoneInfo) -> Callable[[FieldType, object], object]:
    """How an import reads values; what it cannot make sense of is left to the type, which refuses it."""
    readers: dict[str, Callable[[object], object]] = {
        "text": as_text,
        "choice": as_text,
        "number": _number,
        "boolean": _boolean,
        "datetime": localiser(zone),
        "multi-choice": _list,
    }

    def coerce(kind: FieldType, raw: object) -> object:
        return readers[kind.name](raw) if kind.name in readers else raw

    return coerce


def as_text(raw: object) -> object:
    """Numbers and truth values as they are written in JSON; anything else as it is."""
    return orjson.dumps(raw).decode() if isinstance(raw, bool | int | float) else raw


def _number(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return int(raw) if _WHOLE.fullmatch(raw) else float(raw)
    except ValueError:
        return raw


def _boolean(raw: object) -> object:
    return BOOLEANS.get(raw.strip().lower(), raw) if isinstance(raw, str) else raw


def _list(raw: object) -> object:
    if isinstance(raw, str):
        return [part for part in map(str.strip, raw.split(";")) if part]
    return list(map(as_text, raw)) if isinstance(raw, list) else raw
