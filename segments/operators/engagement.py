"""Behaviours: how often in a window, and for how much.

"At least k times since T" is "the k-th newest event is at or after T". In a window that ended at B before the present,
some r events came later: then the (r + 1)-th newest lies before B and the (r + k)-th at or after A, for the r of each
contact; the query tries every r up to the highest that any contact has, which `Audience` asks the index for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mappings import timelines
from mappings.fields import Field
from mappings.timelines import MAX_RANK, MAX_SECONDS, pack_event
from segments.clauses import NOTHING, Clause, all_of, any_of, none_of
from segments.errors import Refused
from segments.limits import Limits
from segments.moment import Moment
from segments.operators.access import Document, code_of
from segments.operators.base import ClosedWindow, Operator, Ranks
from segments.operators.operands import NumberOperand
from segments.operators.shapes import Shape, keys
from segments.operators.windows import (
    EVER,
    ONCE,
    Seconds,
    Times,
    Window,
    load_times,
    load_window,
    times_schema,
    window_schema,
)
from segments.operators.wording import subject


@dataclass(frozen=True, slots=True)
class Occurrence:
    """So many times within the window."""

    times: Times
    window: Window


class OccurrenceShape(Shape[Occurrence]):
    """{"times": ..., "window": ...}, both optional: at least once, ever."""

    takes: tuple[str, ...] = ("times", "window")

    def load(self, raw: object, field: Field, limits: Limits) -> Occurrence:
        given = keys({} if raw in (None, "") else raw, optional=self.takes)
        times = _load("times", given, load_times) if "times" in given else ONCE
        window = _load("window", given, load_window) if "window" in given else EVER
        return Occurrence(times, window)

    def dump(self, value: Occurrence, field: Field) -> dict[str, Any]:
        times = {} if value.times == ONCE else {"times": value.times.dump()}
        window = {} if value.window == EVER else {"window": value.window.dump()}
        return times | window

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        parts = {"times": times_schema(), "window": window_schema()}
        return {
            "type": "object",
            "properties": {key: parts[key] for key in self.takes},
            "additionalProperties": False,
        }

    def words(self, field: Field, value: Occurrence) -> str:
        return f"{value.times} {value.window}"


class WindowShape(OccurrenceShape):
    """{"window": ...} alone."""

    takes = ("window",)

    def words(self, field: Field, value: Occurrence) -> str:
        return str(value.window)


def _load(key: str, given: Any, load: Any) -> Any:
    try:
        return load(given[key])
    except Refused as refused:
        raise refused.within(key) from None


class Happened(Operator[Occurrence]):
    """The contact did it so many times within the window."""

    name = "happened"
    phrase = "happened"
    shape = OccurrenceShape()

    def sentence(self, field: Field, value: Occurrence) -> str:
        return _never(field, value) if value.times.high == 0 else super().sentence(field, value)

    def denial(self, phrase: str, field: Field, value: Occurrence) -> str:
        return _never(field, value)

    def clause(self, field: Field, value: Occurrence, moment: Moment, ranks: Ranks) -> Clause:
        window = value.window.seconds(moment)
        if value.times.high is None:
            return _at_least(field, value.times.low, window, ranks)
        parts = []
        if value.times.low:
            parts.append(_at_least(field, value.times.low, window, ranks))
        # Contacts that never did it have done it at most k times.
        parts.append(none_of(_at_least(field, value.times.high + 1, window, ranks)))
        return all_of(parts)

    def holds(self, field: Field, value: Occurrence, document: Document, moment: Moment) -> bool:
        window = value.window.seconds(moment)
        times = timelines.times(document, code_of(field))
        if window.high is not None and window.low < window.high and len(times) == MAX_RANK:
            deepest = value.times.low if value.times.high is None else value.times.high + 1
            _check_depth(sum(second >= window.high for second in times), deepest)
        return value.times.hold(sum(_within(window, second) for second in times))

    def closed_windows(self, field: Field, value: Occurrence, moment: Moment) -> frozenset[ClosedWindow]:
        window = value.window.seconds(moment)
        return frozenset() if window.high is None else frozenset({_closed(field, window.high)})


class HappenedOnce(Happened):
    """The contact did it within the window."""

    shape = WindowShape()


def _never(field: Field, value: Occurrence) -> str:
    """It did not happen within the window."""
    window = value.window
    if window == EVER:
        return f"{subject(field)} never happened"
    verb = "has not happened" if window.is_since else "did not happen"
    return f"{subject(field)} {verb} {window}"


def _closed(field: Field, before: int) -> ClosedWindow:
    return ClosedWindow(code_of(field), before)


def _at_least(field: Field, k: int, window: Seconds, ranks: Ranks) -> Clause:
    if window.high is None:
        return _rank_between(field, k, window.low, MAX_SECONDS)
    if window.low >= window.high:
        return NOTHING
    later = ranks[_closed(field, window.high)]
    _check_depth(later, k)
    return any_of(_after_events(field, r, k, window.low, window.high) for r in range(later + 1))


def _check_depth(later: int, k: int) -> None:
    if later + k > MAX_RANK:
        raise Refused(
            "window_too_deep",
            f"some contact has {later} of these events after the window; only the newest {MAX_RANK} are kept by time: "
            "ask for fewer, or for a window that ends later",
        )


def _after_events(field: Field, r: int, k: int, low: int, high: int) -> Clause:
    if k == 1:
        return _rank_between(field, r + 1, low, high - 1)
    newest = _rank_between(field, r + 1, low, high - 1)
    oldest = _rank_between(field, r + k, low, high - 1)
    return all_of([newest, oldest])


def _rank_between(field: Field, rank: int, low: int, high: int) -> Clause:
    if low > high:
        return NOTHING
    bounds = {"gte": pack_event(code_of(field), rank, low), "lte": pack_event(code_of(field), rank, high)}
    return {"range": {field.path: bounds}}


def _within(window: Seconds, second: int) -> bool:
    return second >= window.low and (window.high is None or second < window.high)


# -- amounts


@dataclass(frozen=True, slots=True)
class Spending:
    """An amount in minor units, at least (or less than) that much, within an open-ended window."""

    minor: int
    less: bool
    window: Window


class SpendingShape(Shape[Spending]):
    """{"at_least": 100, "window": ...} or {"less_than": 100, ...}; the window has no end."""

    _number = NumberOperand()

    def load(self, raw: object, field: Field, limits: Limits) -> Spending:
        given = keys(raw, optional=("at_least", "less_than", "window"))
        bounds = [key for key in ("at_least", "less_than") if key in given]
        if len(bounds) != 1:
            raise Refused("wrong_type", "expected either at_least or less_than", allowed=("at_least", "less_than"))
        window = _load("window", given, load_window) if "window" in given else EVER
        if window.stop is not None:
            raise Refused("unsupported", "sums are kept up to the present: use {last} or {after}", at="/window")
        [key] = bounds
        return Spending(_load(key, given, self._minor), key == "less_than", window)

    def _minor(self, raw: object) -> int:
        amount = self._number.load(raw)
        minor = round(Fraction(amount) * 100)
        # Of an amount that a client added up (0.1 + 0.2), the last binary digits may be off.
        if not math.isclose(amount, minor / 100, rel_tol=1e-15) or not 1 <= minor <= timelines.MAX_AMOUNT:
            most = timelines.MAX_AMOUNT / 100
            raise Refused("wrong_type", f"expected an amount from 0.01 to {most:,.2f} with at most two decimals")
        return minor

    def dump(self, value: Spending, field: Field) -> dict[str, Any]:
        window = {} if value.window == EVER else {"window": value.window.dump()}
        amount = self._number.dump(value.minor / 100)
        return {"less_than" if value.less else "at_least": amount} | window

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        amount = {"type": "number", "minimum": 0.01}  # at most two decimals; multipleOf would fail on binary fractions
        return {
            "type": "object",
            "properties": {"at_least": amount, "less_than": amount, "window": window_schema(ended=False)},
            "oneOf": [{"required": ["at_least"]}, {"required": ["less_than"]}],
            "additionalProperties": False,
        }

    def words(self, field: Field, value: Spending) -> str:
        bound = "less than" if value.less else "at least"
        return f"{bound} {value.minor / 100:,.2f} {value.window}"


class Amounted(Operator[Spending]):
    """The amounts of the contact's events within the window come to so much."""

    name = "amounted"
    phrase = "amounted to"
    shape = SpendingShape()

    def check(self, field: Field, value: Spending) -> None:
        if field.signed:
            raise Refused(
                "unsupported", f"some amounts of {field.label} are negative: ask for {field.name}.total instead"
            )

    def clause(self, field: Field, value: Spending, moment: Moment, ranks: Ranks) -> Clause:
        low = self._since(value, moment)
        bounds = {
            "gte": timelines.pack_spent_from(code_of(field), low),
            "lte": timelines.pack_spent_to(code_of(field), value.minor),
            "relation": "within",
        }
        reached: Clause = {"range": {"amounts": bounds}}
        return none_of(reached) if value.less else reached

    def holds(self, field: Field, value: Spending, document: Document, moment: Moment) -> bool:
        low = self._since(value, moment)
        sums = [minor for second, minor in timelines.spendings(document, code_of(field)) if second >= low]
        reached = max(sums, default=0) >= value.minor
        return reached is not value.less

    def _since(self, value: Spending, moment: Moment) -> int:
        if moment.closed:
            raise Refused(
                "unsupported", "sums are kept up to the present: they cannot be asked for as of an earlier time"
            )
        return value.window.seconds(moment).low
