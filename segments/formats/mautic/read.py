"""Mautic's segment filters as a tree.

After Mautic's public source (LeadBundle: ContactSegmentFilterFactory, the filter decorators and query builders,
QueryBuilder::addLogic). Filters are a flat list; each is glued to those before it: `and` joins the run that goes on,
`or` begins a new run, and a contact has to meet all filters of some run. Negative operators take in contacts without
a value. `in` on a multiselect field asks for all of its values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mappings import types
from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments.errors import Refused
from segments.formats import comparisons as asking
from segments.formats.account import UNKNOWN, Account
from segments.formats.mautic.dates import dated
from segments.formats.mautic.names import COUNTS, LISTED, NAMES, OPTED_OUT
from segments.formats.nodes import Node, negative, rule
from segments.formats.reading import Meaning, Reading
from segments.formats.report import Imported
from segments.formats.values import boolean, number, text, value
from segments.operators.shapes import keys, one_of

_KEYS = ("glue", "field", "object", "type", "operator", "properties", "filter", "display", "null_value")
_COLLATION_DOUBT = "Mautic's database decides whether accents and spaces at the end count; here they do"
_COMPANY_DOUBT = "a contact can have several companies in Mautic; here it has one"
_COUNT_DOUBT = "Mautic counts what it recorded itself; here events are counted"
_EMPTY = ("empty", "!empty")

JSON = Mapping[str, Any]


def read(document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False) -> Imported:
    """The tree of a segment; `document` is its list of filters, or a segment that has one.

    With `exact`, what could only be approximated is refused.
    """
    reading = Reading(catalogue, account, exact, NAMES)
    filters, pointer = document, "#"
    if isinstance(document, dict) and "filters" in document:
        filters, pointer = document["filters"], "#/filters"
    if not isinstance(filters, list) or not filters:
        reading.refuse(pointer, "expected a list of at least one filter")
        return reading.finish(None)
    runs: list[list[Node | None]] = [[]]
    for place, one in enumerate(filters):
        if place and isinstance(one, dict) and one.get("glue") == "or":
            runs.append([])
        runs[-1].append(_filter(reading, one, f"{pointer}/{place}"))
    return reading.finish(reading.group("or", [reading.group("and", run) for run in runs]))


def _filter(reading: Reading, one: object, pointer: str) -> Node | None:
    return reading.leaf(pointer, lambda: _meaning(reading, one))


def _meaning(reading: Reading, one: object) -> Meaning:
    given = keys(one, required=("glue", "field", "operator"), optional=_KEYS)
    one_of(given["glue"], ("and", "or"), "/glue")
    wanted = _wanted(given)
    if given["operator"] not in _EMPTY and wanted in (None, "", []):
        raise Refused("wrong_type", "the filter has no value", at="/properties/filter")
    name = text(given["field"], at="/field")
    if name == "tags":
        return _chosen(reading, reading.standing("tags"), given["operator"], wanted)
    if name == "leadlist":
        return _chosen(reading, reading.standing("segment"), given["operator"], wanted)
    if name in OPTED_OUT:
        return _opted_out(reading, name, given["operator"], wanted)
    if name in COUNTS:
        return _count(reading, name, given["operator"], wanted)
    return _property(reading, given, wanted)


def _wanted(given: JSON) -> object:
    properties = given.get("properties")
    if isinstance(properties, dict) and properties.get("filter") is not None:
        return properties["filter"]
    return given.get("filter")


def _list(wanted: object) -> list[object]:
    """Several values are an array, or joined by |."""
    if isinstance(wanted, list):
        return wanted
    return list(wanted.split("|")) if isinstance(wanted, str) else [wanted]


# -- tags, segments, opt-outs, counts


def _chosen(reading: Reading, field: Field, operator: object, wanted: object) -> Meaning:
    if operator in _EMPTY:
        if field.type.trait is not Trait.SET:
            raise _unknown(operator)
        return Meaning(rule(field, "null" if operator == "empty" else "notNull"))
    chosen = [value(item, field, reading.account) for item in _list(wanted)]
    match operator:
        case "in" | "=":
            return Meaning(asking.is_any(field, chosen))
        case "!in":
            return Meaning(asking.is_none(field, chosen, missing=True))
        case _:
            raise _unknown(operator)


def _opted_out(reading: Reading, name: str, operator: object, wanted: object) -> Meaning:
    one_of(operator, ("=", "!="), "/operator")
    field = reading.standing("unsubscribed")
    channel = [value(OPTED_OUT[name], field, reading.account)]
    if boolean(wanted, at="/properties/filter") is (operator == "="):
        return Meaning(asking.is_any(field, channel))
    return Meaning(asking.is_none(field, channel, missing=True))


def _count(reading: Reading, name: str, operator: object, wanted: object) -> Meaning:
    field = reading.standing(f"{reading.behaviour(name).name}.count")
    if not isinstance(operator, str) or operator not in _COMPARED:
        raise _unknown(operator)
    return Meaning(rule(field, _COMPARED[operator], number(wanted, at="/properties/filter")), (_COUNT_DOUBT,))


# -- properties


def _property(reading: Reading, given: JSON, wanted: object) -> Meaning:
    field = reading.field(given["field"])
    doubts: tuple[str, ...] = (_COMPANY_DOUBT,) if given.get("object") == "company" else ()
    if given.get("object") not in (None, "lead", "company"):
        raise Refused("unsupported", "what a contact did is asked about by behaviours here", at="/object")
    if given["operator"] in _EMPTY:
        return Meaning(rule(field, "null" if given["operator"] == "empty" else "notNull"), doubts)
    if field.type.trait is Trait.DATE:
        meaning = dated(reading, field, given["operator"], wanted)
        return Meaning(meaning.node, meaning.doubts + doubts)
    if field.type.trait is Trait.TEXT and given.get("type") not in LISTED and not reading.account.text_alike:
        doubts += (_COLLATION_DOUBT,)
    return Meaning(_comparison(reading, field, given, wanted), doubts)


_COMPARED = {"=": "=", "!=": "!=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _comparison(reading: Reading, field: Field, given: JSON, wanted: object) -> Node:
    match given["operator"]:
        case "=" if not isinstance(wanted, list):
            return asking.is_any(field, [value(wanted, field, reading.account)])
        case "!=":
            return asking.is_none(field, [value(wanted, field, reading.account)], missing=True)
        case "in" | "=":
            return _all_or_any(given)(field, [value(item, field, reading.account) for item in _list(wanted)])
        case "!in":
            chosen = [value(item, field, reading.account) for item in _list(wanted)]
            return asking.is_none(field, chosen, missing=True)
        case "gt" | "gte" | "lt" | "lte" as operator if field.type is types.NUMBER:
            return rule(field, _COMPARED[operator], number(wanted, at="/properties/filter"))
        case "like" | "!like" | "contains" | "startsWith" | "endsWith" as operator:
            return _part(field, operator, text(wanted, at="/properties/filter"))
        case other:
            raise _unknown(other)


def _all_or_any(given: JSON) -> Callable[..., Node]:
    return asking.has_all if given.get("type") == "multiselect" else asking.is_any


_NEGATIVE = {"contains": "doesNotContain", "beginsWith": "doesNotBeginWith", "endsWith": "doesNotEndWith"}
_PARTS = {"contains": "contains", "startsWith": "beginsWith", "endsWith": "endsWith"}


def _part(field: Field, operator: str, wanted: str) -> Node:
    """A part of a text; % at an end of what `like` is given stands for anything."""
    asked = _PARTS.get(operator, "contains")
    if operator.endswith("like") and "%" in wanted:
        before, after = wanted.startswith("%"), wanted.endswith("%")
        asked = {(True, True): "contains", (False, True): "beginsWith", (True, False): "endsWith"}.get(
            (before, after), ""
        )
        wanted = wanted[before : len(wanted) - after]
    if not asked or not wanted or not {"%", "_", "\\"}.isdisjoint(wanted):
        detail = "%, _ and \\ stand for other characters there, and mean themselves here"
        raise Refused("unsupported", detail, at="/properties/filter")
    if operator.startswith("!"):
        return negative(field, _NEGATIVE[asked], wanted, missing=True)
    return rule(field, asked, wanted)


def _unknown(operator: object) -> Refused:
    return Refused("unknown_operator", f"the operator {operator!r:.200} cannot be said here", at="/operator")
