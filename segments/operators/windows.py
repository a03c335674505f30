"""The window of a behaviour: since when, until when; and how many times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from mappings.timelines import MAX_RANK, MAX_SECONDS
from segments.errors import Refused
from segments.moment import Moment, Unit, seconds
from segments.operators.operands import InstantOperand
from segments.operators.shapes import Lapse, check_order, keys, lapse_schema, load_lapse, whole

T = TypeVar("T")

# An event may be dated this far ahead of the clock that wrote it; a window that ends later is open.
CLOCK_SKEW = timedelta(minutes=5)

_INSTANT = InstantOperand()
_FORMS = ("last", "from", "to", "after", "before")
END_OF_TIME = MAX_SECONDS + 1


@dataclass(frozen=True, slots=True)
class Seconds:
    """[low, high) in epoch seconds; `high` is None where the window is open-ended."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """[from, to), or the last months, days, ...; nothing set is ever."""

    last: Lapse | None = None
    start: date | None = None
    stop: date | None = None

    def seconds(self, moment: Moment) -> Seconds:
        """The window as it stands at the moment."""
        low = 0
        if self.last is not None:
            low = _clamped(seconds(moment.shifted(-self.last.n, self.last.unit)))
        elif self.start is not None:
            low = _clamped(seconds(_instant(self.start, moment)))
        return Seconds(low, self._high(moment))

    def _high(self, moment: Moment) -> int | None:
        stop = None if self.stop is None else _instant(self.stop, moment)
        if moment.closed:
            stop = moment.now if stop is None else min(stop, moment.now)
        elif stop is not None and stop > moment.now + CLOCK_SKEW:
            return None
        return None if stop is None else _clamped(seconds(stop))

    @property
    def is_since(self) -> bool:
        """Whether it has a beginning and no end of its own."""
        return self.start is not None and self.stop is None

    def __str__(self) -> str:
        """The window in a sentence; nothing where it is ever."""
        if self.last is not None:
            return f"in the last {self.last}"
        if self.start is not None and self.stop is not None:
            return f"from {_INSTANT.words(self.start)} up to but not including {_INSTANT.words(self.stop)}"
        if self.start is not None:
            return f"since {_INSTANT.words(self.start)}"
        return "" if self.stop is None else f"before {_INSTANT.words(self.stop)}"

    def dump(self) -> dict[str, Any]:
        """The window as a saved tree keeps it."""
        if self.last is not None:
            return {"last": {"n": self.last.n, "unit": str(self.last.unit)}}
        ends = {"from": self.start, "to": self.stop}
        if self.start is None or self.stop is None:
            ends = {"after": self.start, "before": self.stop}
        return {key: _INSTANT.dump(value) for key, value in ends.items() if value is not None}


EVER = Window()


def _instant(value: date, moment: Moment) -> datetime:
    return value if isinstance(value, datetime) else moment.start_of(value)


def _clamped(second: int) -> int:
    return min(max(second, 0), END_OF_TIME)


def load_window(raw: object) -> Window:
    """Read {last} or {from, to} or {after} or {before}. Raises Refused."""
    given = keys(raw, optional=_FORMS)
    match sorted(given):
        case ["last"]:
            return Window(last=_at("last", lambda: load_lapse(given["last"], tuple(Unit))))
        case ["from", "to"]:
            start, stop = _load_end(given, "from"), _load_end(given, "to")
            check_order(start, stop)
            if start == stop:
                raise Refused(
                    "reversed_bounds", "the window is empty: it ends where it begins, and its end is left out"
                )
            return Window(start=start, stop=stop)
        case ["after"]:
            return Window(start=_load_end(given, "after"))
        case ["before"]:
            return Window(stop=_load_end(given, "before"))
        case _:
            raise Refused("wrong_type", "expected {last}, {from, to}, {after} or {before}", allowed=_FORMS)


def _load_end(given: Mapping[str, object], key: str) -> date:
    return _at(key, lambda: _INSTANT.load(given[key]))


def _at(key: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except Refused as refused:
        raise refused.within(key) from None


def window_schema(*, ended: bool = True) -> dict[str, Any]:
    """JSON Schema of a window; those with an end of their own are left out where they are not `ended`."""

    def form(**properties: Any) -> dict[str, Any]:
        names = {key.rstrip("_"): value for key, value in properties.items()}
        return {"type": "object", "properties": names, "required": list(names), "additionalProperties": False}

    end = _INSTANT.schema()
    last = lapse_schema(tuple(Unit))
    closed = [form(from_=end, to=end), form(before=end)] if ended else []
    return {"anyOf": [form(last=last), form(after=end), *closed]}


# -- how many times


@dataclass(frozen=True, slots=True)
class Times:
    """At least `low` times and, unless that is None, at most `high`."""

    low: int
    high: int | None = None

    def hold(self, count: int) -> bool:
        """Whether so many times are within the bounds."""
        return count >= self.low and (self.high is None or count <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {_times(self.low)}"
        if self.low == self.high:
            return f"exactly {_times(self.low)}"
        return f"between {self.low} and {_times(self.high)}" if self.low else f"at most {_times(self.high)}"

    def dump(self) -> dict[str, Any]:
        """The bounds as a saved tree keeps them."""
        if self.high is None:
            return {"at_least": self.low}
        if self.low == self.high:
            return {"exactly": self.low}
        return {"between": [self.low, self.high]} if self.low else {"at_most": self.high}


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


ONCE = Times(1)

# What a client may write, with the bounds of its number: the 512th newest event is not kept by time.
_COUNTS: dict[str, tuple[int, int]] = {
    "at_least": (1, MAX_RANK),
    "more_than": (0, MAX_RANK - 1),
    "at_most": (0, MAX_RANK - 1),
    "less_than": (1, MAX_RANK),
    "exactly": (0, MAX_RANK - 1),
}


def load_times(raw: object) -> Times:
    """Read {at_least: 3}, {between: [2, 5]} and the like. Raises Refused."""
    given = keys(raw, optional=(*_COUNTS, "between"))
    if len(given) != 1:
        raise Refused("wrong_type", "expected exactly one of the keys", allowed=(*_COUNTS, "between"))
    [(key, number)] = given.items()
    if key == "between":
        return _load_between(number)
    low, high = _COUNTS[key]
    k = whole(number, low=low, high=high, at=f"/{key}")
    match key:
        case "at_least":
            return Times(k)
        case "more_than":
            return Times(k + 1)
        case "at_most":
            return Times(0, k)
        case "less_than":
            return Times(0, k - 1)
        case _:
            return Times(k, k)


def _load_between(raw: object) -> Times:
    if not isinstance(raw, list) or len(raw) != 2:
        raise Refused("wrong_type", "expected two numbers", at="/between")
    low = whole(raw[0], low=0, high=MAX_RANK - 1, at="/between/0")
    high = whole(raw[1], low=0, high=MAX_RANK - 1, at="/between/1")
    if low > high:
        raise Refused("reversed_bounds", "the lower bound stands behind the upper one: exchange them", at="/between")
    return Times(low, high)


def times_schema() -> dict[str, Any]:
    """JSON Schema of how many times."""
    numbers = {key: {"type": "integer", "minimum": low, "maximum": high} for key, (low, high) in _COUNTS.items()}
    bound = {"type": "integer", "minimum": 0, "maximum": MAX_RANK - 1}
    between = {"type": "array", "items": bound, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "properties": numbers | {"between": between},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }
