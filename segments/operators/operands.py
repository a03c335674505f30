"""One value of a rule, by the field's type: how it is read, written, described and named in a JSON Schema."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from mappings import types
from mappings.fields import Field, Option
from mappings.text import cut, fold
from mappings.types.dates import parse_day, parse_instant, write_instant
from mappings.types.texts import clean
from segments.errors import Refused, shown
from segments.operators.wording import named, quoted

T = TypeVar("T")

_SHOWN = 20  # options named in an error
_WHOLE = re.compile(r"[+-]?[0-9]{1,400}")  # more digits than a double can have
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

# Patterns of the JSON Schemas. A pattern cannot count the days of a month: 2026-02-30 fits and is refused.
_TEXT = {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}
_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_INSTANT = f"{_DAY}[Tt ]{_CLOCK}{_OFFSET}"


class Operand(ABC, Generic[T]):
    """Reads one value; `T` is what operators get. `item` is the pattern of one in a comma-joined list."""

    item: ClassVar[str] = r"\s*([^,\\\s\u0000]|\\,|\\(?!,))([^,\\\u0000]|\\,|\\(?!,))*"

    @abstractmethod
    def load(self, raw: object) -> T:
        """The value of what a client wrote. Raises Refused."""

    @abstractmethod
    def dump(self, value: T) -> Any:
        """The value as a saved tree keeps it."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """JSON Schema of what `load` accepts."""

    @abstractmethod
    def words(self, value: T) -> str:
        """The value in a sentence."""

    def split(self, text: str) -> object:
        """An item of a comma-joined list, as a client would have written it alone."""
        return text


class TextOperand(Operand[str]):
    """A text."""

    def load(self, raw: object) -> str:
        return _text(raw)

    def dump(self, value: str) -> str:
        return value

    def schema(self) -> dict[str, Any]:
        return dict(_TEXT)

    def words(self, value: str) -> str:
        return quoted(value)


class OptionOperand(Operand[Option]):
    """One of the field's options, by name or by id; any text where the field has no list of options."""

    def __init__(self, field: Field) -> None:
        self.options = field.options
        self.label = field.label

    @cached_property
    def _by_key(self) -> dict[int | str, list[Option]]:
        found: dict[int | str, list[Option]] = {}
        for option in self.options or ():
            found.setdefault(fold(option.label), []).append(option)
            if isinstance(option.id, int):
                found[option.id] = [option]
        return found

    def load(self, raw: object) -> Option:
        if self.options is None:
            text = _text(raw)
            return Option(text, text)
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)  # JSON has one kind of number: 7.0 is 7
        found: list[Option] = []
        if isinstance(raw, str | int) and not isinstance(raw, bool):
            found = self._by_key.get(fold(raw) if isinstance(raw, str) else raw, [])
        if not found:
            allowed = tuple(option.label for option in self.options[:_SHOWN])
            raise Refused("unknown_option", f"{self.label} has no option {shown(raw)}", allowed=allowed)
        return self._only(found, raw)

    def _only(self, found: list[Option], raw: object) -> Option:
        """The one of several options of a name that is spelt so; options without a number are then the same value."""
        exact = [option for option in found if option.label == raw] or found
        if len(exact) > 1 and isinstance(exact[0].id, int):
            ids = tuple(str(option.id) for option in exact)
            detail = f"{self.label} has several options {shown(raw)}: name the one that is meant by its id"
            raise Refused("ambiguous_option", detail, allowed=ids)
        return exact[0]

    def dump(self, value: Option) -> int | str:
        return value.id

    def schema(self) -> dict[str, Any]:
        if self.options is None or all(isinstance(option.id, str) for option in self.options):
            return dict(_TEXT)
        return _TEXT | {"type": ["string", "integer"]}

    def words(self, value: Option) -> str:
        return named(value.label)


class NumberOperand(Operand[float]):
    """A finite number."""

    item = rf"\s*{_DECIMAL.pattern}\s*"

    def load(self, raw: object) -> float:
        try:
            number = types.NUMBER.load(raw)
        except ValueError as error:
            raise Refused("wrong_type", str(error)) from None
        if number is None:
            raise Refused("wrong_type", "expected a number")
        if number != raw:
            raise Refused("wrong_type", "a whole number this large is not exact: integers are, up to 2^53")
        return float(number)

    def dump(self, value: float) -> int | float:
        return int(value) if value.is_integer() and abs(value) <= 2**53 else value

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}

    def words(self, value: float) -> str:
        if value.is_integer() and abs(value) <= 2**53:
            return f"{value:,.0f}"
        return f"{value:,.15g}" if abs(value) < 1e15 else repr(value)

    def split(self, text: str) -> object:
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text


class BooleanOperand(Operand[bool]):
    """True or false."""

    def load(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise Refused("wrong_type", "expected true or false")
        return raw

    def dump(self, value: bool) -> bool:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def words(self, value: bool) -> str:
        return "true" if value else "false"


class DayOperand(Operand[date]):
    """A calendar day."""

    item = rf"\s*{_DAY}\s*"

    def load(self, raw: object) -> date:
        try:
            return parse_day(raw)
        except ValueError as error:
            raise Refused("wrong_type", str(error)) from None

    def dump(self, value: date) -> str:
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}

    def words(self, value: date) -> str:
        return f"{value.day} {value:%B} {value.year}"


class InstantOperand(Operand[date]):
    """A calendar day (in the organisation's zone), or an instant with an offset, kept to the millisecond."""

    item = rf"\s*({_DAY}|{_INSTANT})\s*"
    _day = DayOperand()

    def load(self, raw: object) -> date:
        try:
            if isinstance(raw, str) and len(raw) > len("2026-11-24"):
                instant = parse_instant(raw)
                return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
            return parse_day(raw)
        except ValueError as error:
            expected = 'expected a day like "2026-11-24" or an instant like "2026-11-24T08:30:00Z"'
            raise Refused("wrong_type", f"{expected} ({error})") from None

    def dump(self, value: date) -> str:
        return write_instant(value) if isinstance(value, datetime) else value.isoformat()

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self._day.schema(), {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT}$"}]}

    def words(self, value: date) -> str:
        if not isinstance(value, datetime):
            return self._day.words(value)
        precision = "milliseconds" if value.microsecond else "seconds" if value.second else "minutes"
        return f"{self._day.words(value)}, {value.time().isoformat(precision)} UTC"


def operand(field: Field) -> Operand[Any]:
    """The operand of the field's type."""
    match field.type.name:
        case "choice" | "set" | "multi-choice" | "reference":
            return OptionOperand(field)
        case "number":
            return NumberOperand()
        case "boolean":
            return BooleanOperand()
        case "date":
            return DayOperand()
        case "datetime":
            return InstantOperand()
        case "text":
            return TextOperand()
        case other:
            raise TypeError(f"a {other} field is not compared with single values")


def _text(raw: object) -> str:
    try:
        text = clean(raw)
    except ValueError as error:
        raise Refused("wrong_type", str(error)) from None
    if text is None:
        raise Refused("wrong_type", "expected a text that is not empty; to ask for missing values use null or notNull")
    return text


def comparable(value: Any) -> Any:
    """A text or option as documents are compared with it: folded text, or an id."""
    if isinstance(value, Option):
        value = value.id
    return fold(cut(value)) if isinstance(value, str) else value
