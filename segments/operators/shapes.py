"""What the value of a rule looks like: nothing, one value, a list, two bounds, an amount of time, a period."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mappings import types
from mappings.fields import Field
from segments.errors import Refused, shown
from segments.limits import Limits
from segments.moment import Unit
from segments.operators.operands import operand
from segments.operators.wording import enumerated

V = TypeVar("V")

_SPOKEN = 10  # values named in a sentence
_COMMA = re.compile(r"(?<!\\),")  # react-querybuilder writes a comma within an item as \,
MAX_UNITS = 100_000  # of relative time; more than the calendar holds in months


class Shape(ABC, Generic[V]):
    """The form of an operator's value; the field's type fills it."""

    @abstractmethod
    def load(self, raw: object, field: Field, limits: Limits) -> V:
        """The value that a client wrote. Raises Refused."""

    @abstractmethod
    def dump(self, value: V, field: Field) -> Any:
        """The value as a saved tree keeps it."""

    @abstractmethod
    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        """JSON Schema of what `load` accepts."""

    @abstractmethod
    def words(self, field: Field, value: V) -> str:
        """The value in a sentence."""


class Nothing(Shape[None]):
    """No value; what a builder left there (null, "") is ignored."""

    def load(self, raw: object, field: Field, limits: Limits) -> None:
        if raw not in (None, "", []):
            raise Refused("wrong_type", "this operator takes no value")

    def dump(self, value: None, field: Field) -> None:
        return None

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return {"enum": [None, "", []]}

    def words(self, field: Field, value: None) -> str:
        return ""


class One(Shape[Any]):
    """One value."""

    def load(self, raw: object, field: Field, limits: Limits) -> Any:
        return operand(field).load(raw)

    def dump(self, value: Any, field: Field) -> Any:
        return operand(field).dump(value)

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return operand(field).schema()

    def words(self, field: Field, value: Any) -> str:
        return operand(field).words(value)


class Needle(One):
    """A text that is searched for within others."""

    def load(self, raw: object, field: Field, limits: Limits) -> Any:
        text = super().load(raw, field, limits)
        if len(text) > limits.needle:
            raise Refused(
                "too_long", f"the text has {len(text)} characters; at most {limits.needle} can be searched for"
            )
        return text

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return super().schema(field, limits) | {"maxLength": limits.needle}


class Many(Shape[tuple[Any, ...]]):
    """A list of at least one value, as an array or joined by commas; `joint` stands before the last in a sentence."""

    def __init__(self, joint: str = "or") -> None:
        self._joint = joint

    def load(self, raw: object, field: Field, limits: Limits) -> tuple[Any, ...]:
        items = split(raw, field)
        if not items:
            raise Refused("empty_list", "the list is empty: nobody could match; leave the rule out or name a value")
        if len(items) > limits.values:
            raise Refused("too_many_values", f"the list has {len(items)} values; at most {limits.values} are allowed")
        return tuple(load_each(items, field))

    def dump(self, value: tuple[Any, ...], field: Field) -> list[Any]:
        return list(map(operand(field).dump, value))

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        one = operand(field)
        array = {"type": "array", "items": one.schema(), "minItems": 1, "maxItems": limits.values}
        return {"anyOf": [array, {"type": "string", "pattern": f"^{one.item}(,{one.item})*$"}]}

    def words(self, field: Field, value: tuple[Any, ...]) -> str:
        items = tuple(dict.fromkeys(value))
        shown = [operand(field).words(item) for item in items[:_SPOKEN]]
        rest = len(items) - len(shown)
        if rest:
            shown.append(f"{rest:,} more")
        return enumerated(shown, self._joint)


class Pair(Shape[tuple[Any, Any]]):
    """Two bounds, both included, the lower first."""

    def load(self, raw: object, field: Field, limits: Limits) -> tuple[Any, Any]:
        items = split(raw, field)
        if len(items) != 2:
            raise Refused("wrong_type", f"expected two bounds, not {len(items)}")
        low, high = load_each(items, field)
        check_order(low, high)
        return low, high

    def dump(self, value: tuple[Any, Any], field: Field) -> list[Any]:
        return list(map(operand(field).dump, value))

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        one = operand(field)
        array = {"type": "array", "items": one.schema(), "minItems": 2, "maxItems": 2}
        return {"anyOf": [array, {"type": "string", "pattern": f"^{one.item},{one.item}$"}]}

    def words(self, field: Field, value: tuple[Any, Any]) -> str:
        low, high = map(operand(field).words, value)
        return f"{low} and {high}"


def check_order(low: Any, high: Any) -> None:
    """Refuse bounds in the wrong order: a day and an instant, whose order is a matter of the zone, if days apart."""
    if type(low) is not type(high):
        low, high = low.toordinal(), high.toordinal() + 1
    if low > high:
        raise Refused("reversed_bounds", "the lower bound stands behind the upper one: exchange them")


def split(raw: object, field: Field) -> list[object]:
    """The items of an array or of a comma-joined text."""
    if isinstance(raw, list):
        return raw
    if isinstance(raw, str):
        one = operand(field)
        items = _COMMA.split(raw) if raw.strip() else []
        return [one.split(item.strip().replace("\\,", ",")) for item in items]
    raise Refused("wrong_type", "expected a list")


def load_each(items: list[object], field: Field) -> Iterator[Any]:
    """The items read one by one; the place of the first that does not fit is told."""
    one = operand(field)
    for place, item in enumerate(items):
        try:
            yield one.load(item)
        except Refused as refused:
            raise refused.within(place) from None


@dataclass(frozen=True, slots=True)
class Lapse:
    """An amount of time: 3 months."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.unit}" if self.n == 1 else self.counted

    @property
    def counted(self) -> str:
        """With its number, also where that is 1."""
        return f"{self.n} {self.unit}" if self.n == 1 else f"{self.n:,} {self.unit}s"


class LapseShape(Shape[Lapse]):
    """{"n": 3, "unit": "month"}; days or more for a field that holds days."""

    def load(self, raw: object, field: Field, limits: Limits) -> Lapse:
        return load_lapse(raw, units_of(field))

    def dump(self, value: Lapse, field: Field) -> dict[str, Any]:
        return {"n": value.n, "unit": str(value.unit)}

    def schema(self, field: Field, limits: Limits) -> dict[str, Any]:
        return lapse_schema(units_of(field))

    def words(self, field: Field, value: Lapse) -> str:
        return str(value)


class CountedShape(LapseShape):
    """The same where a sentence needs the number: "longer ago than 1 month"."""

    def words(self, field: Field, value: Lapse) -> str:
        return value.counted


def units_of(field: Field) -> tuple[Unit, ...]:
    """The units that relative time on the field may be given in."""
    return tuple(unit for unit in Unit if field.type is not types.DATE or unit not in (Unit.MINUTE, Unit.HOUR))


def load_lapse(raw: object, units: tuple[Unit, ...]) -> Lapse:
    """Read an amount of time. Raises Refused."""
    given = keys(raw, required=("n", "unit"))
    return Lapse(
        whole(given["n"], low=1, high=MAX_UNITS, at="/n"),
        Unit(one_of(given["unit"], tuple(map(str, units)), at="/unit")),
    )


def lapse_schema(units: tuple[Unit, ...]) -> dict[str, Any]:
    """JSON Schema of an amount of time."""
    return {
        "type": "object",
        "properties": {
            "n": {"type": "integer", "minimum": 1, "maximum": MAX_UNITS},
            "unit": {"enum": [str(unit) for unit in units]},
        },
        "required": ["n", "unit"],
        "additionalProperties": False,
    }


# -- reading JSON objects: every key is known or refused


def keys(raw: object, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Mapping[str, Any]:
    """The object, once its keys are known to be allowed. Raises Refused."""
    allowed = (*required, *optional)
    if not isinstance(raw, dict):
        raise Refused("wrong_type", f"expected an object with {', '.join(allowed)}", allowed=allowed)
    for key in raw:
        if key not in allowed:
            raise Refused("unknown_key", f"{shown(key)} is not known here", at=f"/{escape(key)}", allowed=allowed)
    for key in required:
        if key not in raw:
            raise Refused("missing", f"{key} is missing", allowed=allowed)
    return raw


def whole(raw: object, *, low: int, high: int, at: str = "") -> int:
    """The whole number within the bounds. Raises Refused."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not low <= raw <= high:
        raise Refused("wrong_type", f"expected a whole number from {low:,} to {high:,}", at=at)
    return raw


def one_of(raw: object, allowed: tuple[str, ...], at: str = "") -> str:
    """The text, once it is known to be one of those allowed. Raises Refused."""
    if not isinstance(raw, str) or raw not in allowed:
        raise Refused("unknown_option", f"expected one of {', '.join(allowed)}", at=at, allowed=allowed)
    return raw


def escape(key: str) -> str:
    """A key as a step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")
