"""Intercom's contact search as a tree.

After "Search contacts" of Intercom's OpenAPI description (REST API 2.14). Filters are joined by AND and OR, nested.
Timestamps are compared by whole days of the workspace's time zone: = is the day, > begins with the next one, < ends
before it; other operators are errors there. A value of null asks for missing values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.account import UNKNOWN, Account
from segments.formats.comparisons import Side
from segments.formats.nodes import Node, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.report import Imported
from segments.formats.values import boolean, number, text, value, values
from segments.operators.shapes import keys

NAMES: dict[str, str | None] = {
    "id": None,  # Intercom's own
    "name": "full_name",
    "owner_id": "owner",
    "language_override": "language",
    "location.country": "country",
    "location.region": "region",
    "location.city": "city",
    "last_email_opened_at": "engagement.email_opened.last_at",
    "last_email_clicked_at": "engagement.email_clicked.last_at",
    "tag_id": "tags",
    "segment_id": "segment",
}
_CUSTOM = "custom_attributes."
_TEXT_DOUBT = "Intercom does not document whether upper and lower case differ; here they do not"
_MISSING_DOUBT = "Intercom does not document whether contacts without a value are meant; here they are not"
_PARTS = {"~": "contains", "^": "beginsWith", "$": "endsWith"}
_NUMBERS = (">", "<", ">=", "<=")


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a search; `document` is a `query`, or a request that has one.

    With `exact`, what could only be approximated is refused.
    """
    reading = Reading(catalogue, account, exact, NAMES)
    pointer = "#"
    if isinstance(document, dict) and "query" in document:
        document, pointer = document["query"], "#/query"
    return reading.finish(_node(reading, document, pointer, 1))


def _node(reading: Reading, node: object, pointer: str, depth: int) -> Node | None:
    match node:
        case {"field": _}:
            return reading.leaf(pointer, lambda: _filter(reading, node))
        case {"operator": "AND" | "OR" as operator, "value": [_, *_] as parts}:
            if not reading.shallow(pointer, depth):
                return None
            places = enumerate(parts)
            found = [_node(reading, part, f"{pointer}/value/{place}", depth + 1) for place, part in places]
            return reading.group(operator.lower(), found)
        case _:
            expected = "expected {operator: AND or OR, value: [...]} with filters in it, or {field, operator, value}"
            reading.refuse(pointer, expected)
            return None


def _filter(reading: Reading, one: object) -> Meaning:
    given = keys(one, required=("field", "operator", "value"))
    name, operator, wanted = given["field"], given["operator"], given["value"]
    if name == "unsubscribed_from_emails":
        return _unsubscribed(reading, operator, wanted)
    field = reading.field(name.removeprefix(_CUSTOM) if isinstance(name, str) else name)
    if wanted is None:
        return _presence(field, operator)
    if field.type.trait is Trait.DATE:
        return _date(reading, field, operator, wanted)
    doubts = () if reading.account.text_alike or field.type.trait is not Trait.TEXT else (_TEXT_DOUBT,)
    meaning = _comparison(reading, field, operator, wanted)
    return Meaning(meaning.node, meaning.doubts + doubts)


def _comparison(reading: Reading, field: Field, operator: object, wanted: object) -> Meaning:
    # A tag or segment that a contact lacks is not a missing value; of everything else Intercom does not say.
    sure = field.type.trait in (Trait.SET, Trait.REFERENCE)
    chosen = wanted if operator in ("IN", "NIN") else [wanted]
    match operator:
        case "=" | "IN":
            return Meaning(asking.is_any(field, values(chosen, field, reading.account, at="/value")))
        case "!=" | "NIN":
            node = asking.is_none(field, values(chosen, field, reading.account, at="/value"), missing=sure)
            return Meaning(node, () if sure else (_MISSING_DOUBT,))
        case "!~":
            node = asking.no_part(field, "doesNotContain", [text(wanted, at="/value")], missing=False)
            return Meaning(node, (_MISSING_DOUBT,))
        case str() if operator in _PARTS:
            return Meaning(asking.any_part(field, _PARTS[operator], [text(wanted, at="/value")]))
        case str() if operator in _NUMBERS:
            return Meaning(rule(field, operator, number(wanted, at="/value")))
        case _:
            raise Refused("unknown_operator", f"there is no operator {operator!r:.200}", at="/operator")


def _presence(field: Field, operator: object) -> Meaning:
    match operator:
        case "=":
            return Meaning(rule(field, "null"))
        case "!=":
            return Meaning(rule(field, "notNull"))
        case _:
            raise Refused("unknown_operator", "only = and != take null", at="/operator")


def _unsubscribed(reading: Reading, operator: object, wanted: object) -> Meaning:
    if operator not in ("=", "!="):
        raise Refused("unknown_operator", f"a boolean has no operator {operator!r:.200}", at="/operator")
    field = reading.standing("unsubscribed")
    channel = [value("email", field, reading.account)]
    gone = boolean(wanted, at="/value") is (operator == "=")
    return Meaning(asking.is_any(field, channel) if gone else asking.is_none(field, channel, missing=True))


def _date(reading: Reading, field: Field, operator: object, wanted: object) -> Meaning:
    day = _day(reading, wanted)
    question = _DATES.get(operator) if isinstance(operator, str) else None
    if question is None:
        raise Refused("unknown_operator", "Intercom compares dates by =, > and < only", at="/operator")
    return Meaning(question(reading, field, day), reading.assumed_zone)


def _day(reading: Reading, wanted: object) -> date:
    """The day of the workspace that a timestamp lies in."""
    seconds = number(wanted, at="/value")
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(reading.zone).date()
    except (ValueError, OverflowError, OSError):
        raise Refused("wrong_type", "expected seconds since 1970", at="/value") from None


_DATES: dict[str, Callable[[Reading, Field, date], Node]] = {
    "=": lambda reading, field, day: asking.on_day(field, day, reading.zone, reading.catalogue.time_zone),
    ">": lambda reading, field, day: asking.beside(
        field, Side.FROM, asking.midnight_of(day + timedelta(days=1), reading.zone)
    ),
    "<": lambda reading, field, day: asking.beside(field, Side.BEFORE, asking.midnight_of(day, reading.zone)),
}
