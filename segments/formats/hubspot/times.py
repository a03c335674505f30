"""HubSpot's operations on dates: before or after a point, between two points.

A field of days is compared by the midnight that begins each day, and so everything about it can be said. Instants are
compared here with now and not with the midnight before it; what HubSpot counts from TODAY is then said by a stretch
that lies within the one that is meant (or around it, where its complement is asked for), so nobody is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.types import Trait
from segments.errors import Refused
from segments.formats.comparisons import Side, beside
from segments.formats.hubspot.operation import COMMON, Operation
from segments.formats.hubspot.points import Absolute, Point, Relative, point
from segments.formats.nodes import Node, all_of, complement, known, missing_too, none_of, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.relative import days, lapse
from segments.operators.shapes import keys, one_of

_ALSO = ("propertyParser", "type")
_BOUNDS = ("lowerBoundTimePoint", "upperBoundTimePoint")
_BEHAVIOURS = ("lowerBoundEndpointBehavior", "upperBoundEndpointBehavior")
_MIDNIGHT_DOUBT = (
    "HubSpot counts from midnight, here it is counted from now: some contacts of the last day are left out"
)

JSON = Mapping[str, Any]


def time_point(asked: Operation) -> Meaning:
    """IS_BEFORE or IS_AFTER a point. Raises Refused."""
    _check(asked.field, keys(asked.given, required=("timePoint",), optional=(*COMMON, *_ALSO, "endpointBehavior")))
    after = one_of(asked.operator, ("IS_BEFORE", "IS_AFTER"), "/operator") == "IS_AFTER"
    included = inclusive(asked.given, "endpointBehavior", otherwise=False)
    match point(asked.given, "timePoint"):
        case Absolute(at):
            meaning = Meaning(beside(asked.field, side(after=after, included=included), at))
        case Relative() as relative if asked.field.type is types.DATE:
            meaning = Meaning(_half(asked.field, relative, after, included), _zone_doubt(asked.reading, relative))
        case relative:
            meaning = _half_of_instants(asked.field, relative, after, narrow=not asked.reading.inverted)
    return Meaning(missing_too(asked.field, meaning.node, wanted=asked.missing), meaning.doubts)


def time_ranged(asked: Operation) -> Meaning:
    """IS_BETWEEN or IS_NOT_BETWEEN two points. Raises Refused."""
    _check(asked.field, keys(asked.given, required=_BOUNDS, optional=(*COMMON, *_ALSO, *_BEHAVIOURS)))
    between = one_of(asked.operator, ("IS_BETWEEN", "IS_NOT_BETWEEN"), "/operator") == "IS_BETWEEN"
    low, high = (point(asked.given, key) for key in _BOUNDS)
    low_in, high_in = (inclusive(asked.given, key, otherwise=True) for key in _BEHAVIOURS)
    match low, high:
        case Absolute(start), Absolute(stop):
            meaning = Meaning(_stretch(asked.field, start, low_in, stop, high_in))
        case Relative(), Relative() if asked.field.type is types.DATE:
            first, last = _first(low, low_in), _last(high, high_in)
            meaning = Meaning(days(asked.field, first, max(first, last)), _zone_doubt(asked.reading, low, high))
        case Relative(), Relative():
            meaning = _stretch_of_instants(asked.field, low, high, narrow=between is not asked.reading.inverted)
        case _:
            raise Refused("unsupported", "one bound is a date and the other counts from today: say both the same way")
    node = (
        missing_too(asked.field, meaning.node, wanted=asked.missing)
        if between
        else complement(asked.field, meaning.node, missing=asked.missing)
    )
    return Meaning(node, meaning.doubts)


def _check(field: Field, operation: JSON) -> None:
    if field.type.trait is not Trait.DATE:
        raise Refused("wrong_type", f"{field.name} is no date")
    if operation.get("propertyParser", "VALUE") != "VALUE":
        raise Refused("unsupported", "when a property was last changed is not kept here", at="/propertyParser")


def inclusive(operation: JSON, key: str, *, otherwise: bool) -> bool:
    """Whether a bound belongs to what is asked for; HubSpot's own defaults differ by operation."""
    if operation.get(key) is None:
        return otherwise
    return one_of(operation[key], ("INCLUSIVE", "EXCLUSIVE"), f"/{key}") == "INCLUSIVE"


def side(*, after: bool, included: bool) -> Side:
    """Where dates lie."""
    if after:
        return Side.FROM if included else Side.AFTER
    return Side.UNTIL if included else Side.BEFORE


def _stretch(field: Field, start: datetime, low_in: bool, stop: datetime, high_in: bool) -> Node:
    if start > stop:
        raise Refused("reversed_bounds", "the lower bound stands behind the upper one: exchange them")
    low = beside(field, side(after=True, included=low_in), start)
    return all_of([low, beside(field, side(after=False, included=high_in), stop)])


# -- fields of days: a day d stands at its midnight


def _first(low: Point, included: bool) -> int:
    """The first day behind the bound. Now is later than the midnight that began today."""
    assert isinstance(low, Relative)
    return low.days if included and not low.from_now else low.days + 1


def _last(high: Point, included: bool) -> int:
    """The first day that is not before the bound any more."""
    assert isinstance(high, Relative)
    return high.days + 1 if included or high.from_now else high.days


def _half(field: Field, relative: Relative, after: bool, included: bool) -> Node:
    if after:
        return days(field, _first(relative, included), None)
    return days(field, None, _last(relative, included))


def _zone_doubt(reading: Reading, *points: Point) -> tuple[str, ...]:
    own = str(reading.catalogue.time_zone)
    others = {str(one.zone) for one in points if isinstance(one, Relative)} - {own}
    return tuple(f"today begins at midnight in {other} there, in {own} here" for other in sorted(others))


# -- fields of instants


def _half_of_instants(field: Field, relative: Relative, after: bool, *, narrow: bool) -> Meaning:
    ago = -relative.days
    if ago < 1:
        raise Refused("unsupported", "instants can be compared with days ago only: say a range that ends there")
    # The midnight n days ago lies between n and n + 1 days before now.
    count = ago if relative.from_now or narrow is after else ago + 1
    older = rule(field, "moreThanAgo", lapse(count))
    node = known(field, none_of(older)) if after else older
    return Meaning(node, () if relative.from_now else (_MIDNIGHT_DOUBT,))


def _stretch_of_instants(field: Field, low: Point, high: Point, *, narrow: bool) -> Meaning:
    assert isinstance(low, Relative)
    assert isinstance(high, Relative)
    if low.days < 0 and high == Relative(0, True, high.zone):
        count = -low.days + (0 if narrow or low.from_now else 1)
        return Meaning(rule(field, "withinLast", lapse(count)), () if low.from_now else (_MIDNIGHT_DOUBT,))
    if low == Relative(0, True, low.zone) and high.days > 0:
        count = high.days - (1 if narrow and not high.from_now else 0)
        if count:
            return Meaning(rule(field, "withinNext", lapse(count)), () if high.from_now else (_MIDNIGHT_DOUBT,))
    raise Refused("unsupported", "only ranges that end or begin now can be said of instants: the last or next days")
