"""Klaviyo's conditions on a property of the profile.

After ProfilePropertyCondition of its OpenAPI description and "Understanding changes to how segment conditions evaluate
null or empty values" of its help: a property that is not set meets no condition on texts and booleans, negative ones
included. Dates are instants of UTC; a date without a time is its midnight ("Segmenting with dates reference").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.types import Trait
from mappings.types.dates import parse_instant
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.comparisons import Side
from segments.formats.nodes import all_of, negative, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.relative import days, lapse
from segments.formats.values import boolean, number, text, values
from segments.operators.shapes import keys, one_of, whole

NAMES: dict[str, str | None] = {
    "phone_number": "phone",
    "title": "job_title",
    "organization": "company.name",
    "created": "created_at",
    "updated": "updated_at",
    "locale": "language",
    "location['city']": "city",
    "location['country']": "country",
    "location['region']": "region",
    "location['zip']": "postal_code",
    "location['timezone']": "time_zone",
}
_OWN = re.compile(r"properties\['(.+)'\]")  # how a property of the account's own is written
_TEXT_DOUBT = "Klaviyo does not document whether upper and lower case differ; here they do not"
_MISSING_DOUBT = "Klaviyo does not document whether profiles without the property are meant; here they are not"
_EMPTY_DOUBT = "a property that is set to nothing is set there and missing here"
START_DOUBT = "Klaviyo does not document whether the instant itself counts; here it does not"
_LEAP_DOUBT = "here 29 February has its anniversary on 28 February in other years, for which Klaviyo has no rule"

JSON = Mapping[str, Any]
UNITS = ("day", "hour", "week")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of a field."""

    reading: Reading
    field: Field
    given: JSON

    def values(self) -> list[Any]:
        """The filter's value, or its values, as the field has them. Raises Refused."""
        raw = self.given["value"]
        return values(raw if isinstance(raw, list) else [raw], self.field, self.reading.account, at="/value")

    def unknown(self) -> Refused:
        """The filter's operator cannot be said here."""
        detail = f"{self.given.get('type')} has no operator {self.given.get('operator')!r:.200} that could be said here"
        return Refused("unknown_operator", detail, at="/operator")


def profile_property(reading: Reading, one: dict[str, Any]) -> Meaning:
    """The meaning of a profile-property condition. Raises Refused."""
    given = keys(one, required=("type", "property", "filter"))
    name, asked = given["property"], given["filter"]
    try:
        own = _OWN.fullmatch(name) if isinstance(name, str) else None
        field = reading.field(own[1] if own else name)
    except Refused as refused:
        raise refused.within("property") from None
    kind = asked.get("type") if isinstance(asked, dict) else None
    translate = _FILTERS.get(kind) if isinstance(kind, str) else None
    if translate is None:
        raise Refused("wrong_type", "expected a filter {type, operator, value}", at="/filter")
    try:
        return translate(Filter(reading, field, asked))
    except Refused as refused:
        raise refused.within("filter") from None


_PARTS = {"contains": "contains", "starts-with": "beginsWith", "ends-with": "endsWith"}
_NO_PARTS = {
    "not-contains": "doesNotContain",
    "not-starts-with": "doesNotBeginWith",
    "not-ends-with": "doesNotEndWith",
}


def _string(asked: Filter) -> Meaning:
    keys(asked.given, required=("operator", "value"), optional=("type",))
    alike = asked.reading.account.text_alike or asked.field.type.trait is not Trait.TEXT
    match asked.given["operator"]:
        case "equals" | "in":
            node = asking.is_any(asked.field, asked.values())
        case "not-equals" | "not-in":
            node = asking.is_none(asked.field, asked.values(), missing=False)
        case str() as operator if operator in _PARTS:
            node = asking.any_part(asked.field, _PARTS[operator], [text(asked.given["value"], at="/value")])
        case str() as operator if operator in _NO_PARTS:
            needles = [text(asked.given["value"], at="/value")]
            node = asking.no_part(asked.field, _NO_PARTS[operator], needles, missing=False)
        case _:
            raise asked.unknown()
    return Meaning(node, () if alike else (_TEXT_DOUBT,))


COMPARED = {"greater-than": ">", "greater-than-or-equal": ">=", "less-than": "<", "less-than-or-equal": "<="}


def _numeric(asked: Filter) -> Meaning:
    keys(asked.given, required=("operator", "value"), optional=("type",))
    wanted = number(asked.given["value"], at="/value")
    match asked.given["operator"]:
        case "equals":
            return Meaning(rule(asked.field, "=", wanted))
        case "not-equals":
            return Meaning(negative(asked.field, "!=", wanted, missing=False), (_MISSING_DOUBT,))
        case str() as operator if operator in COMPARED:
            return Meaning(rule(asked.field, COMPARED[operator], wanted))
        case _:
            raise asked.unknown()


def _boolean(asked: Filter) -> Meaning:
    keys(asked.given, required=("operator", "value"), optional=("type",))
    one_of(asked.given["operator"], ("equals",), "/operator")
    return Meaning(rule(asked.field, "=", boolean(asked.given["value"], at="/value")))


def _list(asked: Filter) -> Meaning:
    keys(asked.given, required=("operator", "value"), optional=("type",))
    match asked.given["operator"]:
        case "contains":
            return Meaning(asking.is_any(asked.field, asked.values()))
        case "not-contains":
            return Meaning(asking.is_none(asked.field, asked.values(), missing=False), (_MISSING_DOUBT,))
        case _:
            raise asked.unknown()


def _existence(asked: Filter) -> Meaning:
    keys(asked.given, required=("operator",), optional=("type",))
    operator = one_of(asked.given["operator"], ("is-set", "not-set"), "/operator")
    return Meaning(rule(asked.field, "notNull" if operator == "is-set" else "null"), (_EMPTY_DOUBT,))


# -- dates


def instant(asked: JSON, key: str) -> datetime:
    """An instant of a filter. Raises Refused."""
    try:
        return parse_instant(asked.get(key))
    except ValueError as error:
        raise Refused("wrong_type", str(error), at=f"/{key}") from None


def quantity(asked: JSON) -> tuple[int, str]:
    """The amount of time of a relative filter. Raises Refused."""
    unit = one_of(asked.get("unit"), UNITS, "/unit")
    return whole(asked.get("quantity"), low=1, high=36_500, at="/quantity"), unit


def _date(asked: Filter) -> Meaning:
    given, field = asked.given, asked.field
    keys(given, required=("operator",), optional=("type", "date", "start", "end", "unit", "quantity", "value"))
    if field.type.trait is not Trait.DATE:
        raise Refused("wrong_type", f"{field.name} is no date")
    match given["operator"]:
        case "before":
            return Meaning(asking.beside(field, Side.BEFORE, instant(given, "date")))
        case "after":
            return Meaning(asking.beside(field, Side.AFTER, instant(given, "date")), (START_DOUBT,))
        case "between-static":
            low = asking.beside(field, Side.AFTER, instant(given, "start"))
            return Meaning(all_of([low, asking.beside(field, Side.BEFORE, instant(given, "end"))]), (START_DOUBT,))
        case "in-the-last" | "in-the-next" | "at-least":
            return _relative(asked.reading, field, given)
        case "anniversary" | "anniversary-next":
            return _anniversary(asked)
        case _:
            raise asked.unknown()


def _anniversary(asked: Filter) -> Meaning:
    amount = (1, "day") if asked.given["operator"] == "anniversary" else quantity(asked.given)
    node = rule(asked.field, "anniversaryWithinNext", lapse(*amount))
    return Meaning(node, (_LEAP_DOUBT, *_utc(asked.reading)))


def _relative(reading: Reading, field: Field, asked: JSON) -> Meaning:
    count, unit = quantity(asked)
    if field.type is types.DATE:
        if unit == "hour":
            raise Refused("unsupported", f"{field.label} has days: say the hours in days", at="/unit")
        return Meaning(_days(field, asked["operator"], count * (7 if unit == "week" else 1)), _utc(reading))
    match asked["operator"]:
        case "in-the-last":
            return Meaning(rule(field, "withinLast", lapse(count, unit)))
        case "in-the-next":
            return Meaning(rule(field, "withinNext", lapse(count, unit)))
        case _:
            return Meaning(rule(field, "moreThanAgo", lapse(count, unit)))


def _days(field: Field, operator: str, count: int) -> dict[str, Any]:
    """A day is its midnight there, which is before now: today lies in the last days, and not in the next."""
    match operator:
        case "in-the-last":
            return days(field, 1 - count, 1)
        case "in-the-next":
            return days(field, 1, count + 1)
        case _:
            return days(field, None, 1 - count)


def _utc(reading: Reading) -> tuple[str, ...]:
    own = reading.catalogue.time_zone
    return () if str(own) == "UTC" else (f"today begins at midnight in UTC there, in {own} here",)


_FILTERS: dict[str, Callable[[Filter], Meaning]] = {
    "string": _string,
    "numeric": _numeric,
    "boolean": _boolean,
    "list": _list,
    "existence": _existence,
    "date": _date,
}
