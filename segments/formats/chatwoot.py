"""Chatwoot's contact filters as a tree.

After Chatwoot's public source (FilterService, Contacts::FilterService, FilterHelper, filter_keys.yml): the conditions
of a payload become one line of SQL, each followed by its `query_operator`. There are no groups, so AND binds closer
than OR. Texts are compared in lower case. Of several values only `contains` looks at more than the first.

`not_equal_to` on a custom attribute appends "OR attribute IS NULL" to the line. Behind the last condition that is
what it says, for the whole line; anywhere else it is an error there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any

from mappings import types
from mappings.fields import Catalogue, Field
from mappings.types import Trait
from mappings.types.dates import parse_day
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.account import UNKNOWN, Account
from segments.formats.comparisons import Side
from segments.formats.nodes import Node, complement, negative, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.relative import lapse
from segments.formats.report import Imported
from segments.formats.values import number, text, value
from segments.operators.shapes import keys, one_of, whole

NAMES: dict[str, str | None] = {
    "name": "full_name",
    "phone_number": "phone",
    "email": "email",
    "identifier": "external_id",
    "country_code": "country",
    "city": "city",
    "company": "company.name",
    "labels": "tags",
    "created_at": "created_at",
    "last_activity_at": None,  # also moved by what we send
    "blocked": None,
}
_EMPTY_DOUBT = "an empty text is a value there and missing here"
_UTC_DOUBT = "Chatwoot counts from midnight, UTC; here it is counted from now: those of the last day are left out"
_STARTS_DOUBT = "some versions of Chatwoot compare the whole number; here it begins with this"
_WILDCARDS = frozenset("%_\\")

Condition = Mapping[str, Any]


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a filter; `document` is its payload, or a request or saved filter that has one.

    With `exact`, what could only be approximated is refused.
    """
    reading = Reading(catalogue, account, exact, NAMES)
    payload, pointer = _payload(document)
    if not isinstance(payload, list) or not payload:
        reading.refuse(pointer, "expected a payload of at least one condition")
        return reading.finish(None)
    runs: list[list[Node | None]] = [[]]
    for place, one in enumerate(payload):
        last = place + 1 == len(payload)
        runs[-1].append(_condition(reading, one, f"{pointer}/{place}", last=last))
        if last and _appends(one):
            runs.append([_missing(reading, one, f"{pointer}/{place}")])
        elif not last and isinstance(one, dict) and str(one.get("query_operator")).upper() == "OR":
            runs.append([])
    return reading.finish(reading.group("or", [reading.group("and", run) for run in runs]))


def _condition(reading: Reading, one: object, pointer: str, *, last: bool) -> Node | None:
    return reading.leaf(pointer, lambda: _meaning(reading, one, last=last))


def _missing(reading: Reading, one: Condition, pointer: str) -> Node | None:
    return reading.leaf(pointer, lambda: Meaning(rule(reading.field(one["attribute_key"]), "null")))


def _payload(document: object) -> tuple[object, str]:
    match document:
        case {"query": {"payload": payload}}:
            return payload, "#/query/payload"
        case {"payload": payload}:
            return payload, "#/payload"
        case _:
            return document, "#"


def _appends(one: object) -> bool:
    """Whether Chatwoot adds "or it has none" to the line: it does for attributes of the account's own."""
    match one:
        case {"filter_operator": "not_equal_to", "attribute_key": str(key)}:
            return key not in NAMES
        case _:
            return False


def _meaning(reading: Reading, one: object, *, last: bool) -> Meaning:
    given = keys(
        one,
        required=("attribute_key", "filter_operator"),
        optional=("values", "query_operator", "attribute_model", "custom_attribute_type"),
    )
    _check_place(given, last=last)
    field = reading.field(given["attribute_key"])
    if field.type.trait is Trait.SET and given["attribute_key"] == "labels":
        return _labels(reading, field, given)
    return _comparison(reading, field, given)


def _check_place(given: Condition, *, last: bool) -> None:
    joined = given.get("query_operator") or None
    if last and joined:
        raise Refused(
            "unsupported", "nothing follows the last condition: leave query_operator out", at="/query_operator"
        )
    if not last:
        one_of(str(joined).upper(), ("AND", "OR"), "/query_operator")
        if _appends(given):
            raise Refused("unsupported", "Chatwoot itself fails on this: make it the last condition")


def _comparison(reading: Reading, field: Field, given: Condition) -> Meaning:
    empty = (_EMPTY_DOUBT,) if field.type.trait is Trait.TEXT else ()
    match given["filter_operator"]:
        case "equal_to":
            return Meaning(_equal(reading, field, given))
        case "not_equal_to":
            return Meaning(_unequal(reading, field, given), empty)
        case "is_present" | "is_not_present" as operator:
            return Meaning(rule(field, "notNull" if operator == "is_present" else "null"), empty)
        case "is_greater_than" | "is_less_than" | "days_before" as operator:
            return _ordered(reading, field, operator, _only(given))
        case _:
            return _part(field, given, empty)


def _part(field: Field, given: Condition, empty: tuple[str, ...]) -> Meaning:
    match given["filter_operator"]:
        case "contains":
            return Meaning(asking.any_part(field, "contains", _needles(given)))
        case "does_not_contain":
            return Meaning(asking.no_part(field, "doesNotContain", _needles(given), missing=False), empty)
        case "starts_with":
            return Meaning(asking.any_part(field, "beginsWith", _needles(given)[:1]), (_STARTS_DOUBT,))
        case other:
            raise Refused("unknown_operator", f"there is no operator {other!r:.200}", at="/filter_operator")


def _equal(reading: Reading, field: Field, given: Condition) -> Node:
    if field.type.trait is Trait.DATE:
        return asking.on_day(field, _day(_only(given)), UTC, reading.catalogue.time_zone)
    return asking.is_any(field, [_first(reading, field, given)])


def _unequal(reading: Reading, field: Field, given: Condition) -> Node:
    if field.type.trait is Trait.DATE:
        return complement(field, _equal(reading, field, given), missing=False)
    return asking.is_none(field, [_first(reading, field, given)], missing=False)


def _values(given: Condition) -> list[object]:
    raw = given.get("values")
    found = raw if isinstance(raw, list) else [raw]
    if not found or found[0] in (None, ""):
        raise Refused("wrong_type", "expected a value", at="/values")
    return found


def _only(given: Condition) -> object:
    first, *others = _values(given)
    if others:
        remedy = "say each in a condition of its own, joined by OR"
        raise Refused("unsupported", f"Chatwoot looks at the first of these values only: {remedy}", at="/values")
    return first


def _first(reading: Reading, field: Field, given: Condition) -> Any:
    raw = _only(given)
    if given["attribute_key"] == "phone_number":
        digits = text(raw, at="/values")
        if digits.startswith("+"):
            raise Refused("unsupported", "Chatwoot puts a + before the number itself: leave it out", at="/values")
        return f"+{digits}"
    return value(raw, field, reading.account)


def _needles(given: Condition) -> list[str]:
    found = [text(raw, at="/values").strip() for raw in _values(given)]
    if not all(found) or any(not _WILDCARDS.isdisjoint(needle) for needle in found):
        raise Refused(
            "unsupported", "%, _ and \\ stand for other characters there, and mean themselves here", at="/values"
        )
    return found


def _labels(reading: Reading, field: Field, given: Condition) -> Meaning:
    match given["filter_operator"]:
        case "equal_to":
            return Meaning(asking.is_any(field, [value(_only(given), field, reading.account)]))
        case "not_equal_to":
            return Meaning(negative(field, "containsNone", [value(_only(given), field, reading.account)], missing=True))
        case "is_present":
            return Meaning(rule(field, "notNull"))
        case "is_not_present":
            return Meaning(rule(field, "null"))
        case other:
            raise Refused("unknown_operator", f"labels have no operator {other!r:.200}", at="/filter_operator")


# -- numbers and dates; dates are days of UTC there


def _ordered(reading: Reading, field: Field, operator: str, raw: object) -> Meaning:
    if operator == "days_before":
        return _days_before(reading, field, raw)
    if field.type is types.NUMBER:
        return Meaning(rule(field, ">" if operator == "is_greater_than" else "<", number(raw, at="/values")))
    if field.type.trait is not Trait.DATE:
        raise Refused("wrong_type", f"{field.name} is no number and no date", at="/filter_operator")
    day = _day(raw)
    if operator == "is_greater_than":
        return Meaning(asking.beside(field, Side.FROM, asking.midnight_of(day + timedelta(days=1), UTC)))
    return Meaning(asking.beside(field, Side.BEFORE, asking.midnight_of(day, UTC)))


def _day(raw: object) -> date:
    try:
        return parse_day(raw)
    except ValueError as error:
        raise Refused("wrong_type", str(error), at="/values") from None


def _days_before(reading: Reading, field: Field, raw: object) -> Meaning:
    if field.type.trait is not Trait.DATE:
        raise Refused("wrong_type", f"{field.name} is no date", at="/filter_operator")
    count = whole(number(raw, at="/values"), low=1, high=36_500, at="/values")
    if field.type is types.DATE:
        own = reading.catalogue.time_zone
        doubts = () if str(own) == "UTC" else (f"today begins at midnight in UTC there, in {own} here",)
        return Meaning(rule(field, "moreThanAgo", lapse(count)), doubts)
    # An instant of the day n days ago is less than n + 1 days old.
    return Meaning(rule(field, "moreThanAgo", lapse(count + 1)), (_UTC_DOUBT,))
