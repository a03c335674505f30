"""One rule as HubSpot's filters: a choice of conjunctions, since some rules take several filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mappings import types
from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments.errors import Refused
from segments.formats.account import Account
from segments.formats.hubspot.dated import dated
from segments.formats.hubspot.happenings import happened
from segments.formats.hubspot.names import NAMES
from segments.formats.hubspot.parts import Filters, property_filter, unsaid
from segments.formats.hubspot.properties import TEXT_DOUBT
from segments.formats.writing import Asked, AskedSegment, Choices

Written = tuple[Choices[Filters], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A rule, and the property that it asks about there."""

    rule: Asked
    name: str
    catalogue: Catalogue
    account: Account


def written(rule: Asked, catalogue: Catalogue, account: Account) -> Written:
    """The filters that ask the same, and why they may not be exact. Raises Refused."""
    if rule.field.type is types.BEHAVIOUR:
        return happened(rule, catalogue, account)
    if rule.field.packing is not None or rule.field.code is not None:
        raise Refused("unsupported", f"HubSpot keeps no {rule.field.label} that could be asked about")
    name = _property(rule.field, account)
    if rule.operator.name == "notNull":
        return [[property_filter(name, "ALL_PROPERTY", "IS_UNKNOWN" if rule.opposite else "IS_KNOWN")]], ()
    doubts = (TEXT_DOUBT,) if rule.field.type.trait is Trait.TEXT and not account.text_alike else ()
    found, more = _BY_TRAIT[rule.field.type.trait](Question(rule, name, catalogue, account))
    return found, doubts + more


def segment_filter(member: AskedSegment, account: Account) -> Written:
    """IN_LIST or NOT_IN_LIST of the list that the segment is there. Raises Refused."""
    lists = account.values.get("segment", {})
    found = next((theirs for theirs, ours in lists.items() if ours in (member.segment_id, member.name)), None)
    if found is None:
        remedy = f'map a list to it under values: {{"segment": {{...: {member.name!r:.100}}}}}'
        raise Refused("unknown_option", f"the segment {member.name} is no list of HubSpot: {remedy}")
    operator = "NOT_IN_LIST" if member.opposite else "IN_LIST"
    return [[{"filterType": "IN_LIST", "operator": operator, "listId": found}]], ()


def _property(field: Field, account: Account) -> str:
    for theirs, ours in (*account.fields.items(), *NAMES.items()):
        if ours == field.name:
            return theirs
    if field.name.startswith("custom."):
        return field.name.removeprefix("custom.")
    if field.group == "contact":
        return field.name
    raise Refused("unknown_field", f"{field.label} is no property of HubSpot's contacts: map one to it under fields")


def _theirs(values: list[Any], field: Field, account: Account) -> list[Any]:
    """Options by HubSpot's names for them."""
    labels = {option.id: option.label for option in field.options or ()}
    names = [labels.get(value, value) for value in values]
    known = {str(ours): theirs for theirs, ours in account.values.get(field.name, {}).items()}
    return [known.get(str(value), known.get(str(name), name)) for value, name in zip(values, names, strict=True)]


# -- by the field's trait


def _text(asked: Question) -> Written:
    pairs = {
        "=": ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"),
        "in": ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"),
        "contains": ("CONTAINS", "DOES_NOT_CONTAIN"),
        "beginsWith": ("STARTS_WITH", None),
        "endsWith": ("ENDS_WITH", None),
    }
    operator = pairs[asked.rule.operator.name][asked.rule.opposite]
    if operator is None:
        raise unsaid(asked.rule)
    values = asked.rule.written if isinstance(asked.rule.written, list) else [asked.rule.written]
    return [[property_filter(asked.name, "MULTISTRING", operator, missing=asked.rule.missing, values=values)]], ()


_CHOICES = {
    "=": ("IS_ANY_OF", "IS_NONE_OF"),
    "in": ("IS_ANY_OF", "IS_NONE_OF"),
    "containsAny": ("IS_ANY_OF", "IS_NONE_OF"),
    "containsAll": ("CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL"),
    "equals": ("IS_EXACTLY", "IS_NOT_EXACTLY"),
}


def _choice(asked: Question) -> Written:
    values = asked.rule.written if isinstance(asked.rule.written, list) else [asked.rule.written]
    operator = _CHOICES[asked.rule.operator.name][asked.rule.opposite]
    theirs = _theirs(values, asked.rule.field, asked.account)
    return [[property_filter(asked.name, "ENUMERATION", operator, missing=asked.rule.missing, values=theirs)]], ()


def _boolean(asked: Question) -> Written:
    operator = "IS_NOT_EQUAL_TO" if asked.rule.opposite else "IS_EQUAL_TO"
    return [[property_filter(asked.name, "BOOL", operator, missing=asked.rule.missing, value=asked.rule.written)]], ()


_NUMBERS = {
    "=": ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"),
    "<": ("IS_LESS_THAN", "IS_GREATER_THAN_OR_EQUAL_TO"),
    "<=": ("IS_LESS_THAN_OR_EQUAL_TO", "IS_GREATER_THAN"),
    ">": ("IS_GREATER_THAN", "IS_LESS_THAN_OR_EQUAL_TO"),
    ">=": ("IS_GREATER_THAN_OR_EQUAL_TO", "IS_LESS_THAN"),
}


def _number(asked: Question) -> Written:
    def one(operator: str, value: object, opposite: bool) -> Filters:
        return property_filter(
            asked.name, "NUMBER", _NUMBERS[operator][opposite], missing=asked.rule.missing, value=value
        )

    value, opposite = asked.rule.written, asked.rule.opposite
    match asked.rule.operator.name:
        case "in":
            filters = [one("=", each, opposite) for each in value]
            return ([filters] if opposite else [[each] for each in filters]), ()
        case "between":
            ends = [one(">=", value[0], opposite), one("<=", value[1], opposite)]
            return ([[each] for each in ends] if opposite else [ends]), ()
        case operator:
            return [[one(operator, value, opposite)]], ()


def _date(asked: Question) -> Written:
    return dated(asked.rule, asked.name, asked.catalogue)


_BY_TRAIT: dict[Trait, Callable[[Question], Written]] = {
    Trait.TEXT: _text,
    Trait.CHOICE: _choice,
    Trait.SET: _choice,
    Trait.BOOLEAN: _boolean,
    Trait.NUMBER: _number,
    Trait.DATE: _date,
}
