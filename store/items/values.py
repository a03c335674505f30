"""How values are read: by the type of their field, and amounts and instants of events."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from mappings.fields import Custom
from mappings.text import fold
from mappings.timelines import MAX_AMOUNT, MAX_SECONDS
from mappings.types.dates import parse_instant

Read = Callable[[object], Any]
"""A value as written -> as stored, None where it is missing; raises ValueError."""

MOST_TEXT = 100_000  # characters; the index finds by the first 32,766 bytes, people read less

_DIGITS = 2  # every currency is stored in hundredths, so that amounts compare
_CERTAIN = 0.49  # so far from a half, the error of a product of doubles (0.0003 at most here) decides nothing
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def of_custom(field: Custom) -> Read:
    """How values of a custom field are read; a field with options takes these, whatever their case."""
    if not field.options:
        return field.type.load
    options = {fold(option): option for option in field.options}

    def choose(text: str) -> str:
        if (option := options.get(fold(text.strip()))) is None:
            raise ValueError(f"{text!r} is none of the field's options")
        return option

    def read(raw: object) -> Any:
        loaded = field.type.load(raw)
        if isinstance(loaded, list):
            return [choose(text) for text in loaded]
        return None if loaded is None else choose(loaded)

    return read


def minor_units(raw: object) -> int:
    """An amount in hundredths; what is finer is rounded to the nearest, halves to the even one. Raises ValueError."""
    if type(raw) is float:
        cents = raw * 100
        if -MAX_AMOUNT < cents < MAX_AMOUNT and abs(cents - (nearest := round(cents))) < _CERTAIN:
            return nearest
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise ValueError(f"expected an amount, not {type(raw).__name__}")
    written = str(raw)
    if isinstance(raw, str) and not _NUMBER.fullmatch(raw):
        raise ValueError(f"{written[:40]!r} is no amount")
    try:
        cent = Decimal(written).scaleb(_DIGITS).quantize(Decimal(1), ROUND_HALF_EVEN)
        too_large = abs(cent) > MAX_AMOUNT
    except InvalidOperation:
        raise ValueError(f"{written[:40]!r} is no amount") from None
    if too_large:
        raise ValueError(f"an amount is at most {MAX_AMOUNT / 100:,.2f}")
    return int(cent)


def epoch_seconds(raw: object) -> int:
    """The epoch seconds of an RFC 3339 instant, fractions dropped; raises ValueError before 1970 and after 2106."""
    if type(raw) is str and len(raw) == 20 and raw[19] == "Z" and raw[10] == "T" and raw[7] == "-":
        seconds = int(datetime.fromisoformat(raw).timestamp())  # the usual form, read at once
    else:
        instant = parse_instant(raw).replace(microsecond=0)
        seconds = int((instant - _EPOCH).total_seconds())
    if not 0 <= seconds <= MAX_SECONDS:
        raise ValueError("events are dated from 1970 to 2106")
    return seconds


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
