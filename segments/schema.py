"""The JSON Schema (2020-12) of an organisation's trees, made from its catalogue and the operators.

It says all of what `parse` says, but for the rules of `unsaid`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mappings.fields import Catalogue, Field
from segments.errors import Refused
from segments.limits import Limits
from segments.operators import SYMBOLS, Operator, operators_of
from segments.parse import KEPT, cannot_be_missing

JSON = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BOOKKEEPING: JSON = dict.fromkeys(KEPT, True)
_MUTED: JSON = {"properties": {"muted": {"const": True}}, "required": ["muted"]}


def unsaid(limits: Limits) -> tuple[str, ...]:
    """What a JSON Schema cannot say, or not at a bearable size; `parse` refuses it all the same."""
    return (
        f"groups are nested at most {limits.depth} deep, and a tree has at most {limits.rules:,} rules",
        f"a list that is joined by commas has at most {limits.values:,} values",
        "the lower bound stands before the upper one, and a window ends after it begins",
        "options exist; where several have one name, the id is given",
        "days are in the calendar: there is no 30 February",
        "a whole number is one that a double holds exactly; an amount has at most two decimals",
        "a text is Unicode, without halves of surrogate pairs",
    )


def tree_schema(catalogue: Catalogue, limits: Limits = Limits()) -> JSON:  # noqa: B008 (frozen)
    """The schema that a tree of the organisation validates against."""
    kinds = _kinds(catalogue, limits)
    return {
        "$schema": _DIALECT,
        "title": "A condition on contacts",
        "$comment": f"parse also holds a tree to this: {'; '.join(unsaid(limits))}",
        "allOf": [{"$ref": "#/$defs/node"}, {"$ref": "#/$defs/live"}],
        "$defs": {
            "node": _node(),
            "live": _live(),
            "group": _group(),
            "rule": _rule(kinds),
            **{kind.name: kind.schema for kind in kinds},
        },
    }


def _node() -> JSON:
    """A muted node is not looked into."""
    is_group = {"anyOf": [{"required": ["rules"]}, {"required": ["combinator"]}]}
    unmuted = {"if": is_group, "then": {"$ref": "#/$defs/group"}, "else": {"$ref": "#/$defs/rule"}}
    return {"type": "object", "if": _MUTED, "else": unmuted}


def _live() -> JSON:
    """Something in the node is not muted: of nothing nobody can tell whom it means."""
    return {"not": _MUTED, "properties": {"rules": {"contains": {"$ref": "#/$defs/live"}}}}


def _group() -> JSON:
    return {
        "properties": {
            "combinator": {"type": "string", "pattern": "^([aA][nN][dD]|[oO][rR])$"},
            "not": {"type": "boolean"},
            "rules": {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 1},
            "muted": {"const": False},
            **_BOOKKEEPING,
        },
        "required": ["combinator", "rules"],
        "additionalProperties": False,
    }


# -- rules: fields that are asked alike are one kind


@dataclass(frozen=True, slots=True)
class _Kind:
    """The fields that have the same operators with the same values."""

    name: str
    fields: list[str]
    schema: JSON


def _kinds(catalogue: Catalogue, limits: Limits) -> list[_Kind]:
    found: dict[str, _Kind] = {}
    names: dict[str, int] = {}
    for field in catalogue:
        if field.unavailable is not None:
            continue
        schema = _asked(field, limits)
        key = json.dumps(schema)
        if key not in found:
            count = names[field.type.name] = names.get(field.type.name, 0) + 1
            found[key] = _Kind(f"{field.type.name}-{count}", [], schema)
        found[key].fields.append(field.name)
    return list(found.values())


def _rule(kinds: list[_Kind]) -> JSON:
    return {
        "properties": {
            "field": {"enum": [name for kind in kinds for name in kind.fields]},
            "operator": {"type": "string"},
            "value": True,
            "includeMissing": {"type": "boolean"},
            "valueSource": {"const": "value"},
            "muted": {"const": False},
            **_BOOKKEEPING,
        },
        "required": ["field", "operator"],
        "additionalProperties": False,
        "allOf": [
            {"if": {"properties": {"field": {"enum": kind.fields}}}, "then": {"$ref": f"#/$defs/{kind.name}"}}
            for kind in kinds
        ],
    }


def _asked(field: Field, limits: Limits) -> JSON:
    """What a rule on the field may say: its operators, each with its value."""
    alike: dict[str, tuple[list[str], JSON]] = {}
    for operator in _operators(field):
        valued = _valued(operator, field, limits)
        names, _ = alike.setdefault(json.dumps(valued), ([], valued))
        symbols = SYMBOLS.get(field.type.trait, {})
        names += [operator.name, *(symbol for symbol, name in symbols.items() if name == operator.name)]
    return {
        "properties": {"operator": {"enum": [name for names, _ in alike.values() for name in names]}},
        "allOf": [
            {"if": {"properties": {"operator": {"enum": names}}}, "then": valued} for names, valued in alike.values()
        ],
    }


def _operators(field: Field) -> Iterator[Operator[Any]]:
    for operator in operators_of(field):
        try:
            operator.check(field, None)
        except Refused:
            continue
        yield operator


def _valued(operator: Operator[Any], field: Field, limits: Limits) -> JSON:
    value, blanks = operator.shape.schema(field, limits), _blanks(operator, field)
    said: JSON = {"properties": {"value": {"anyOf": [value, {"enum": blanks}]} if blanks else value}}
    if None not in blanks:
        said["required"] = ["value"]
    if cannot_be_missing(field, operator):
        said["properties"]["includeMissing"] = False
    return said


def _blanks(operator: Operator[Any], field: Field) -> list[Any]:
    """What a builder leaves where nothing was entered, as far as the operator takes it."""
    blanks: tuple[Any, ...] = (None, "", [])
    return [blank for blank in blanks if _takes(operator, field, blank)]


def _takes(operator: Operator[Any], field: Field, value: object) -> bool:
    try:
        operator.shape.load(value, field, Limits())
    except Refused:
        return False
    return True
