"""Where a document keeps a field, for both readers: clauses of the index, and Python on a document.

Plain fields have a path of their own; those of a behaviour share a packed field, told apart by their code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mappings import timelines, types
from mappings.fields import Field, Packing
from mappings.text import fold
from mappings.types.dates import END_OF_INSTANTS, FIRST_INSTANT, parse_day, parse_instant, write_instant
from segments.clauses import NOTHING, Clause, any_of, none_of
from segments.moment import instant_at, milliseconds

Document = Mapping[str, Any]

_MINOR_UNITS = 100
_WHOLE_RANGE = {
    Packing.WHOLE: (-(2**63), 2**63 - 1),
    Packing.COUNT: (0, 2**32 - 1),
    Packing.AMOUNT: (-timelines.OFFSET, timelines.MAX_AMOUNT),
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """A stretch of numbers; None is no bound. `low_open` and `high_open` leave the bound itself out."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def hold(self, number: float) -> bool:
        """Whether the number lies between the bounds."""
        if self.low is not None and not (number > self.low if self.low_open else number >= self.low):
            return False
        return self.high is None or (number < self.high if self.high_open else number <= self.high)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of days or milliseconds (see moment.py); None is no bound."""

    low: int | None = None
    high: int | None = None

    def hold(self, point: int) -> bool:
        """Whether the point lies in the span."""
        return (self.low is None or point >= self.low) and (self.high is None or point < self.high)


# -- presence


def exists(field: Field) -> Clause:
    """The contact has a value."""
    if field.packing is Packing.COUNT:
        return {"match_all": {}}
    if field.code is None:
        return {"exists": {"field": field.path}}
    return _known(field, field.code)


def _known(field: Field, code: int) -> Clause:
    return _packed_range(field, timelines.pack_number(code, 0), timelines.pack_number(code + 1, 0) - 1)


def has(field: Field, document: Document) -> bool:
    """The document has a value."""
    if field.type is types.BEHAVIOUR:
        return bool(timelines.times(document, code_of(field)))
    return read(field, document) is not None


# -- reading


def read(field: Field, document: Document) -> Any:
    """The value in the document, ready to be compared: folded text, ids, numbers, whole days or milliseconds.

    Sets come as a frozenset; None is missing.
    """
    if field.packing not in (None, Packing.WHOLE):
        return _unpacked(field, document)
    value: Any = document
    for step in field.path.split("."):
        value = value.get(step) if value is not None else None
    return None if value is None or value == [] else _comparable(field, value)


def _comparable(field: Field, value: Any) -> Any:
    match field.type.name:
        case "date":
            return parse_day(value).toordinal()
        case "datetime":
            return milliseconds(parse_instant(value))
        case "set" | "multi-choice":
            return frozenset(map(_folded, value))
        case _:
            return _folded(value)


def _folded(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _unpacked(field: Field, document: Document) -> Any:
    code = code_of(field)
    match field.packing:
        case Packing.COUNT:
            return timelines.number(document, field.path, code) or 0
        case Packing.AMOUNT:
            minor = timelines.amount(document, field.path, code)
            return None if minor is None else minor / _MINOR_UNITS
        case Packing.FIRST:
            first = timelines.number(document, field.path, code)
            return None if first is None else first * 1000
        case _:
            times = timelines.times(document, code)
            return times[0] * 1000 if times else None


def code_of(field: Field) -> int:
    """The code of the behaviour that the field belongs to."""
    if field.code is None:
        raise TypeError(f"{field.name} belongs to no behaviour")
    return field.code


# -- clauses on numbers and dates


def in_bounds(field: Field, bounds: Bounds) -> Clause:
    """The number lies between the bounds."""
    if field.packing is not None:
        return _whole_in_bounds(field, field.packing, bounds)
    ends: dict[str, float] = {}
    if bounds.low is not None:
        ends["gt" if bounds.low_open else "gte"] = bounds.low
    if bounds.high is not None:
        ends["lt" if bounds.high_open else "lte"] = bounds.high
    return {"range": {field.path: ends}}


def _whole_in_bounds(field: Field, packing: Packing, bounds: Bounds) -> Clause:
    low, high = _WHOLE_RANGE[packing]
    if bounds.low is not None:
        exact = _exact(bounds.low, packing)
        low = max(low, math.floor(exact) + 1 if bounds.low_open else math.ceil(exact))
    if bounds.high is not None:
        exact = _exact(bounds.high, packing)
        high = min(high, math.ceil(exact) - 1 if bounds.high_open else math.floor(exact))
    if low > high:
        return NOTHING
    clause = _packed_range(field, _packed(field, packing, low), _packed(field, packing, high))
    return _or_never(field, clause) if packing is Packing.COUNT and low == 0 else clause


def is_one_of(field: Field, packing: Packing, numbers: Iterable[float]) -> Clause:
    """The number, of a field that holds whole ones, is one of these."""
    low, high = _WHOLE_RANGE[packing]
    exact = {_exact(number, packing) for number in numbers}
    wanted = sorted(int(number) for number in exact if number.denominator == 1 and low <= number <= high)
    if not wanted:
        return NOTHING
    packed = [_packed(field, packing, number) for number in wanted]
    clause: Clause = {"term": {field.path: packed[0]}} if len(packed) == 1 else {"terms": {field.path: packed}}
    return _or_never(field, clause) if packing is Packing.COUNT and wanted[0] == 0 else clause


def _or_never(field: Field, clause: Clause) -> Clause:
    # A contact that never did it has done it 0 times, and has no entry.
    return any_of([clause, none_of(_known(field, code_of(field)))])


def _packed(field: Field, packing: Packing, number: int) -> int:
    match packing:
        case Packing.WHOLE:
            return number
        case Packing.AMOUNT:
            return timelines.pack_amount(code_of(field), number)
        case _:
            return timelines.pack_number(code_of(field), number)


def _exact(number: float, packing: Packing) -> Fraction:
    # The decimal that was written, not the binary neighbour that stands for it: 19.99 is 1,999 cents.
    return Fraction(Decimal(repr(number))) * (_MINOR_UNITS if packing is Packing.AMOUNT else 1)


def in_span(field: Field, span: Span) -> Clause:
    """The day or instant lies in the span."""
    if field.packing in (Packing.FIRST, Packing.LAST):
        return _second_in_span(field, span)
    axis = _DAYS if field.type is types.DATE else _MILLISECONDS
    if span.low is not None and span.low > axis.last:
        return NOTHING
    return {"range": {field.path: axis.low(span.low) | axis.high(span.high)}}


@dataclass(frozen=True, slots=True)
class _Axis:
    """How points of an axis are written in a query, which knows no point outside the calendar."""

    first: int
    last: int
    write: Callable[[int], str]

    def low(self, point: int | None) -> dict[str, str]:
        return {} if point is None else {"gte": self.write(max(point, self.first))}

    def high(self, point: int | None) -> dict[str, str]:
        if point is None:
            return {}
        return {"lte": self.write(self.last)} if point > self.last else {"lt": self.write(max(point, self.first))}


_DAYS = _Axis(date.min.toordinal(), date.max.toordinal(), lambda point: date.fromordinal(point).isoformat())
_MILLISECONDS = _Axis(
    milliseconds(FIRST_INSTANT), milliseconds(END_OF_INSTANTS), lambda point: write_instant(instant_at(point))
)


def _second_in_span(field: Field, span: Span) -> Clause:
    code = code_of(field)
    low = 0 if span.low is None else max(0, -(-span.low // 1000))
    high = 2**32 if span.high is None else min(max(0, -(-span.high // 1000)), 2**32)
    if low >= high:
        return NOTHING
    if field.packing is Packing.LAST:
        return _packed_range(field, timelines.pack_event(code, 1, low), timelines.pack_event(code, 1, high - 1))
    return _packed_range(field, timelines.pack_number(code, low), timelines.pack_number(code, high - 1))


def _packed_range(field: Field, low: int, high: int) -> Clause:
    return {"range": {field.path: {"gte": low, "lte": high}}}
