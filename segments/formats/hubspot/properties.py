"""HubSpot's PROPERTY filters: one operation on one property.

`includeObjectsWithNoValueSet` (false unless it is said) tells whether records without a value pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mappings.types import Trait
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.hubspot.operation import COMMON, Operation
from segments.formats.hubspot.times import time_point, time_ranged
from segments.formats.nodes import Node, complement, missing_too, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.values import boolean, number, text, values
from segments.operators.shapes import keys

TEXT_DOUBT = "HubSpot does not document whether upper and lower case differ; here they do not"
_BOUNDS_DOUBT = "HubSpot does not document whether the bounds belong to the range; here they do"


def property_filter(reading: Reading, one: dict[str, Any]) -> Meaning:
    """The meaning of a PROPERTY filter. Raises Refused."""
    given = keys(one, required=("filterType", "property", "operation"), optional=("frameworkFilterId",))
    operation = given["operation"]
    if not isinstance(operation, dict) or not isinstance(operation.get("operator"), str):
        raise Refused("wrong_type", "expected an operation {operationType, operator, ...}", at="/operation")
    try:
        field = reading.field(given["property"])
    except Refused as refused:
        raise refused.within("property") from None
    try:
        missing = boolean(operation.get("includeObjectsWithNoValueSet", False))
        return _meaning(Operation(reading, field, operation, missing))
    except Refused as refused:
        raise refused.within("operation") from None


def _meaning(asked: Operation) -> Meaning:
    kind = asked.given.get("operationType")
    if asked.operator.startswith(("HAS_EVER_", "HAS_NEVER_")):
        raise Refused("unsupported", "earlier values of a property are not kept here", at="/operator")
    translate = _OPERATIONS.get(kind) if isinstance(kind, str) else None
    if translate is None:
        remedy = "save the list again in HubSpot, which then writes TIME_POINT or TIME_RANGED"
        raise Refused("unsupported", f"the operation {kind!r:.200} is not understood: {remedy}", at="/operationType")
    return translate(asked)


def _all_property(asked: Operation) -> Meaning:
    keys(asked.given, optional=COMMON)
    match asked.operator:
        case "IS_KNOWN" if not asked.missing:
            return Meaning(rule(asked.field, "notNull"))
        case "IS_UNKNOWN":
            return Meaning(rule(asked.field, "null"))
        case _:
            raise asked.unknown()


def _bool(asked: Operation) -> Meaning:
    keys(asked.given, required=("value",), optional=COMMON)
    wanted = [boolean(asked.given["value"], at="/value")]
    match asked.operator:
        case "IS_EQUAL_TO":
            return Meaning(asking.is_any(asked.field, wanted, missing=asked.missing))
        case "IS_NOT_EQUAL_TO":
            return Meaning(asking.is_none(asked.field, wanted, missing=asked.missing))
        case _:
            raise asked.unknown()


_NUMBERS = {
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}


def _number(asked: Operation) -> Meaning:
    keys(asked.given, required=("value",), optional=COMMON)
    wanted = number(asked.given["value"], at="/value")
    match asked.operator:
        case "IS_EQUAL_TO":
            return Meaning(asking.is_any(asked.field, [wanted], missing=asked.missing))
        case "IS_NOT_EQUAL_TO":
            return Meaning(asking.is_none(asked.field, [wanted], missing=asked.missing))
        case operator if operator in _NUMBERS:
            return Meaning(
                missing_too(asked.field, rule(asked.field, _NUMBERS[operator], wanted), wanted=asked.missing)
            )
        case _:
            raise asked.unknown()


def _number_ranged(asked: Operation) -> Meaning:
    keys(asked.given, required=("lowerBound", "upperBound"), optional=COMMON)
    bounds = [number(asked.given[key], at=f"/{key}") for key in ("lowerBound", "upperBound")]
    between = rule(asked.field, "between", bounds)
    match asked.operator:
        case "IS_BETWEEN":
            return Meaning(missing_too(asked.field, between, wanted=asked.missing), (_BOUNDS_DOUBT,))
        case "IS_NOT_BETWEEN":
            return Meaning(complement(asked.field, between, missing=asked.missing), (_BOUNDS_DOUBT,))
        case _:
            raise asked.unknown()


Question = Callable[..., Node]
_CHOICES: dict[str, Question] = {
    "IS_ANY_OF": asking.is_any,
    "IS_NONE_OF": asking.is_none,
    "IS_EXACTLY": asking.is_exactly,
    "IS_NOT_EXACTLY": asking.is_not_exactly,
    "CONTAINS_ALL": asking.has_all,
    "DOES_NOT_CONTAIN_ALL": asking.lacks_some,
}


def _enumeration(asked: Operation) -> Meaning:
    keys(asked.given, required=("values",), optional=COMMON)
    chosen = values(asked.given["values"], asked.field, asked.reading.account)
    question = _CHOICES.get(asked.operator)
    if question is None:
        raise asked.unknown()
    return Meaning(question(asked.field, chosen, missing=asked.missing))


_PARTS = {"CONTAINS": "contains", "STARTS_WITH": "beginsWith", "ENDS_WITH": "endsWith"}


def _texts(asked: Operation) -> Meaning:
    keys(asked.given, optional=(*COMMON, "value", "values"))
    raw = asked.given["values"] if "values" in asked.given else [asked.given.get("value")]
    doubts = () if asked.reading.account.text_alike or asked.field.type.trait is not Trait.TEXT else (TEXT_DOUBT,)
    match asked.operator:
        case "IS_EQUAL_TO":
            return Meaning(
                asking.is_any(asked.field, values(raw, asked.field, asked.reading.account), missing=asked.missing),
                doubts,
            )
        case "IS_NOT_EQUAL_TO":
            return Meaning(
                asking.is_none(asked.field, values(raw, asked.field, asked.reading.account), missing=asked.missing),
                doubts,
            )
        case "DOES_NOT_CONTAIN":
            return Meaning(asking.no_part(asked.field, "doesNotContain", _needles(raw), missing=asked.missing), doubts)
        case operator if operator in _PARTS:
            return Meaning(asking.any_part(asked.field, _PARTS[operator], _needles(raw), missing=asked.missing), doubts)
        case _:
            raise asked.unknown()


def _needles(raw: object) -> list[str]:
    if not isinstance(raw, list) or not raw:
        raise Refused("wrong_type", "expected a list of at least one text", at="/values")
    return [text(item, at=f"/values/{place}") for place, item in enumerate(raw)]


_OPERATIONS: dict[str, Callable[[Operation], Meaning]] = {
    "ALL_PROPERTY": _all_property,
    "BOOL": _bool,
    "NUMBER": _number,
    "NUMBER_RANGED": _number_ranged,
    "ENUMERATION": _enumeration,
    "MULTISTRING": _texts,
    "STRING": _texts,
    "TIME_POINT": time_point,
    "TIME_RANGED": time_ranged,
}
