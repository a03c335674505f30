"""Condition -> one English sentence."""

from __future__ import annotations

from typing import assert_never

from mappings.fields import Packing
from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.operators import Negation, operators_of
from segments.operators.wording import presence, quoted


def describe(condition: Condition) -> str:
    """One sentence that a marketer can check: "Contacts where Country is Germany and Tags include VIP."."""
    return f"Contacts where {words(condition)}."


def words(condition: Condition) -> str:
    """The condition as a clause: "Country is Germany and Tags include VIP"."""
    return _words(condition, within=None)


def _words(condition: Condition, within: type[And | Or] | None) -> str:
    match condition:
        case And(parts) | Or(parts):
            return _group(condition, parts, within)
        case Not(part):
            return _denied(part)
        case Criterion(field, operator, value, include_missing):
            # Of how often something happened there is always a number.
            counted = include_missing or field.packing is Packing.COUNT
            return operator.sentence(field, value) + ("" if counted else f" ({presence(field).besides})")
        case InSegment(_, name):
            return f"the contact is in the segment {quoted(name)}"
        case _:
            assert_never(condition)


def _group(group: And | Or, parts: tuple[Condition, ...], within: type[And | Or] | None) -> str:
    if len(parts) == 1:
        return _words(parts[0], within)
    word = " and " if isinstance(group, And) else " or "
    joined = word.join(_words(part, within=type(group)) for part in parts)
    return joined if within in (None, type(group)) else f"({joined})"


def _denied(part: Condition) -> str:
    match part:
        case And((one,)) | Or((one,)):
            return _denied(one)
        case Criterion() if (opposite := _opposite(part)) is not None:
            return words(opposite)
        case InSegment(_, name):
            return f"the contact is not in the segment {quoted(name)}"
        case _:
            return f"it is not so that ({words(part)})"


def _opposite(rule: Criterion) -> Criterion | None:
    """The rule of the other operator of the pair, where there is one that says exactly the opposite."""
    if not rule.include_missing:
        return None
    if isinstance(rule.operator, Negation):
        return Criterion(rule.field, rule.operator.positive, rule.value)
    for operator in operators_of(rule.field):
        if isinstance(operator, Negation) and operator.positive is rule.operator:
            return Criterion(rule.field, operator, rule.value)
    return None
