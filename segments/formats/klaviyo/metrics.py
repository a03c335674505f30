"""Klaviyo's conditions on a metric: how often an event happened, or for how much, within a timeframe.

After SegmentsProfileMetricCondition of its OpenAPI description. Profiles that never did it have done it 0 times.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mappings.fields import Field
from mappings.types.dates import write_instant
from segments.errors import Refused
from segments.formats.klaviyo.properties import START_DOUBT, UNITS, instant, quantity
from segments.formats.nodes import Node, all_of, none_of, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.relative import lapse
from segments.formats.values import number
from segments.operators.shapes import keys, one_of, whole

_CENT = 0.01  # amounts here have two decimals, so more than x is at least x + 0.01
_TICK = timedelta(milliseconds=1)

JSON = Mapping[str, Any]


def metric(reading: Reading, one: dict[str, Any]) -> Meaning:
    """The meaning of a profile-metric condition. Raises Refused."""
    required = ("type", "metric_id", "measurement", "measurement_filter", "timeframe_filter")
    given = keys(one, required=required, optional=("metric_filters",))
    if given.get("metric_filters"):
        remedy = "declare a behaviour that is narrowed by them and map the metric to that"
        raise Refused(
            "unsupported", f"properties of events are not asked about in a tree: {remedy}", at="/metric_filters"
        )
    behaviour = reading.behaviour(given["metric_id"])
    measured = keys(given["measurement_filter"], required=("operator", "value"), optional=("type",))
    timeframe = given["timeframe_filter"]
    if not isinstance(timeframe, dict):
        raise Refused("wrong_type", "expected a filter of dates", at="/timeframe_filter")
    counted = one_of(given["measurement"], ("count", "sum"), "/measurement") == "count"
    try:
        if timeframe.get("operator") == "at-least":
            return Meaning(_long_ago(reading, behaviour, measured, timeframe, counted=counted))
        window, doubts = _window(timeframe)
    except Refused as refused:
        raise refused.within("timeframe_filter") from None
    said = _count(behaviour, measured, window) if counted else _sum(behaviour, measured, window)
    return Meaning(said, doubts)


def _window(timeframe: JSON) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The window as part of a rule's value, and why it may not be exact."""
    match timeframe.get("operator"):
        case "alltime":
            return {}, ()
        case "in-the-last":
            return {"window": {"last": lapse(*quantity(timeframe))}}, ()
        case "after":
            return {"window": {"after": write_instant(instant(timeframe, "date") + _TICK)}}, (START_DOUBT,)
        case "before":
            return {"window": {"before": write_instant(instant(timeframe, "date"))}}, ()
        case "between-static":
            start, end = (instant(timeframe, key) for key in ("start", "end"))
            return {"window": {"from": write_instant(start + _TICK), "to": write_instant(end)}}, (START_DOUBT,)
        case "between" if timeframe.get("start") == 0:
            unit = one_of(timeframe.get("unit"), UNITS, "/unit")
            return {"window": {"last": lapse(whole(timeframe.get("end"), low=1, high=36_500), unit)}}, ()
        case other:
            detail = f"a window {other!r:.200} cannot be said here: say it by dates, or as the last days"
            raise Refused("unsupported", detail)


def _long_ago(reading: Reading, behaviour: Field, measured: JSON, timeframe: JSON, *, counted: bool) -> Node:
    """At least so long ago: of windows that end then, only "at all" or "never" can be said, by the first time."""
    first = reading.standing(f"{behaviour.name}.first_at")
    did = rule(first, "moreThanAgo", lapse(*quantity(timeframe)))
    match measured["operator"], measured["value"]:
        case ("greater-than-or-equal", 1) | ("greater-than", 0) | ("not-equals", 0) if counted:
            return did
        case ("equals", 0) | ("less-than", 1) | ("less-than-or-equal", 0) if counted:
            return none_of(did)
        case _:
            raise Refused("unsupported", "of a time that long ago, only at least once or never can be said")


_TIMES = {"equals": "exactly", "greater-than": "more_than", "less-than-or-equal": "at_most"}
_FROM_ONE = {"greater-than-or-equal": "at_least", "less-than": "less_than"}


def _count(behaviour: Field, measured: JSON, window: dict[str, Any]) -> Node:
    operator, at = str(measured["operator"]), "/measurement_filter/value"
    low = 1 if operator in _FROM_ONE else 0  # at least 0 times is everybody, less than 0 nobody
    times = whole(measured["value"], low=low, high=511, at=at)
    if operator == "not-equals":
        return none_of(rule(behaviour, "happened", {"times": {"exactly": times}} | window))
    name = (_TIMES | _FROM_ONE).get(operator)
    if name is None:
        raise Refused("unknown_operator", f"there is no operator {operator!r:.200}", at="/measurement_filter/operator")
    return rule(behaviour, "happened", {"times": {name: times}} | window)


def _sum(behaviour: Field, measured: JSON, window: dict[str, Any]) -> Node:
    amount = number(measured["value"], at="/measurement_filter/value")
    if round(amount, 2) != amount:
        raise Refused("wrong_type", "amounts here have at most two decimals", at="/measurement_filter/value")
    next_one = round(amount + _CENT, 2)

    def reached(low: float) -> Node:
        return rule(behaviour, "amounted", {"at_least": low} | window)

    def below(high: float) -> Node:
        return rule(behaviour, "amounted", {"less_than": high} | window)

    match measured["operator"]:
        case "greater-than-or-equal":
            return reached(amount)
        case "greater-than":
            return reached(next_one)
        case "less-than":
            return below(amount)
        case "less-than-or-equal":
            return below(next_one)
        case "equals":
            return all_of([reached(amount), below(next_one)]) if amount else below(next_one)
        case "not-equals":
            return none_of(all_of([reached(amount), below(next_one)])) if amount else reached(next_one)
        case other:
            raise Refused("unknown_operator", f"there is no operator {other!r:.200}", at="/measurement_filter/operator")
