"""Questions that every format asks in words of its own, as nodes here.

`missing` says whether contacts without a value are meant too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.types import Trait
from mappings.types.dates import write_instant
from segments.formats.nodes import Node, all_of, any_of, complement, missing_too, negative, rule


def is_any(field: Field, values: Sequence[Any], *, missing: bool = False) -> Node:
    """The value is one of these; a set has one of them."""
    return missing_too(field, _is_any(field, values), wanted=missing)


def _is_any(field: Field, values: Sequence[Any]) -> Node:
    match field.type.trait:
        case Trait.SET:
            return rule(field, "containsAny", list(values))
        case Trait.TEXT | Trait.CHOICE | Trait.NUMBER if len(values) > 1:
            return rule(field, "in", list(values))
        case Trait.REFERENCE:
            return rule(field, "in", list(values))
        case _:
            return any_of([rule(field, "=", value) for value in values])


def is_none(field: Field, values: Sequence[Any], *, missing: bool) -> Node:
    """The value is none of these; a set has none of them."""
    match field.type.trait:
        case Trait.SET:
            return negative(field, "containsNone", list(values), missing=missing)
        case Trait.TEXT | Trait.CHOICE | Trait.NUMBER if len(values) > 1:
            return negative(field, "notIn", list(values), missing=missing)
        case Trait.REFERENCE:
            return rule(field, "notIn", list(values))
        case _:
            return all_of([negative(field, "!=", value, missing=missing) for value in values])


def has_all(field: Field, values: Sequence[Any], *, missing: bool = False) -> Node:
    """A set has all of these; what is not a set can only be one value."""
    if field.type.trait is Trait.SET:
        return missing_too(field, rule(field, "containsAll", list(values)), wanted=missing)
    return missing_too(field, all_of([rule(field, "=", value) for value in values]), wanted=missing)


def lacks_some(field: Field, values: Sequence[Any], *, missing: bool) -> Node:
    """A set has not all of these."""
    if field.type.trait is Trait.SET:
        return negative(field, "doesNotContainAll", list(values), missing=missing)
    return complement(field, has_all(field, values), missing=missing)


def is_exactly(field: Field, values: Sequence[Any], *, missing: bool = False) -> Node:
    """A set has these and nothing else; what is not a set is this one value."""
    if field.type.trait is Trait.SET:
        return missing_too(field, rule(field, "equals", list(values)), wanted=missing)
    return has_all(field, values, missing=missing)


def is_not_exactly(field: Field, values: Sequence[Any], *, missing: bool) -> Node:
    """A set has not just these."""
    return complement(field, is_exactly(field, values), missing=missing)


def any_part(field: Field, operator: str, needles: Sequence[str], *, missing: bool = False) -> Node:
    """The text contains (begins with, ends with) one of these."""
    return missing_too(field, any_of([rule(field, operator, needle) for needle in needles]), wanted=missing)


def no_part(field: Field, operator: str, needles: Sequence[str], *, missing: bool) -> Node:
    """The text contains (begins with, ends with) none of these; `operator` is the negative one."""
    return all_of([negative(field, operator, needle, missing=missing) for needle in needles])


# -- dates and instants


class Side(Enum):
    """On which side of a point a date lies, with or without the point itself."""

    BEFORE = "before"
    UNTIL = "onOrBefore"
    AFTER = "after"
    FROM = "onOrAfter"


def beside(field: Field, side: Side, point: datetime) -> Node:
    """The date lies on that side of the instant, to the millisecond.

    A field of days stands at the midnight that begins each of them, on the clock that `point` was read from.
    """
    if field.type is not types.DATE:
        return rule(field, side.value, write_instant(point))
    midnight = point.time() == datetime.min.time()
    if side is Side.FROM and not midnight:
        side = Side.AFTER
    if side is Side.BEFORE and not midnight:
        side = Side.UNTIL
    return rule(field, side.value, point.date().isoformat())


def on_day(field: Field, day: date, zone: Any, own_zone: Any) -> Node:
    """The date falls on the day as `zone` has it, for an organisation in `own_zone`."""
    if field.type is types.DATE or str(zone) == str(own_zone):
        return rule(field, "on", day.isoformat())
    return all_of(
        [
            beside(field, Side.FROM, midnight_of(day, zone)),
            beside(field, Side.BEFORE, midnight_of(day + timedelta(days=1), zone)),
        ]
    )


def midnight_of(day: date, zone: Any) -> datetime:
    """The instant that begins the day in the zone."""
    return datetime.combine(day, datetime.min.time(), zone)
