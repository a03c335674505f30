"""Days counted from today, for fields of days. Days are numbered: today is 0, yesterday -1."""

from __future__ import annotations

from mappings.fields import Field
from segments.formats.nodes import Node, all_of, any_of, known, none_of, rule


def lapse(count: int, unit: str = "day") -> dict[str, object]:
    """An amount of time."""
    return {"n": count, "unit": unit}


def days(field: Field, low: int | None, high: int | None) -> Node:
    """The day is one of low, low + 1, ..., high - 1; None is no bound, but not both."""
    if low is not None and high is not None:
        return _stretch(field, low, high)
    if high is not None:
        return _before(field, high)
    assert low is not None
    return known(field, none_of(_before(field, low)))


def _stretch(field: Field, low: int, high: int) -> Node:
    """[low, high), as few rules as can say it."""
    if low == 0:
        return rule(field, "withinNext", lapse(high))
    if high == 0:
        return rule(field, "withinLast", lapse(-low))
    if low < 0 < high:
        return any_of([rule(field, "withinLast", lapse(-low)), rule(field, "withinNext", lapse(high))])
    if high < 0:
        return all_of([rule(field, "withinLast", lapse(-low)), rule(field, "notWithinLast", lapse(-high))])
    return all_of([rule(field, "withinNext", lapse(high)), none_of(rule(field, "withinNext", lapse(low)))])


def _before(field: Field, high: int) -> Node:
    """(-infinity, high)"""
    if high < 0:
        return rule(field, "moreThanAgo", lapse(-high))
    past = [rule(field, "moreThanAgo", lapse(1)), rule(field, "withinLast", lapse(1))]
    return any_of([*past, rule(field, "withinNext", lapse(high))] if high else past)
