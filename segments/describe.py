"""Condition -> one English sentence."""

from __future__ import annotations

from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or


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
            return f"it is not so that ({_words(part, within=None)})"
        case Criterion(field, operator, value, include_missing):
            known = "" if include_missing else f" ({field.label} is known)"
            return operator.sentence(field, value) + known
        case InSegment(_, name):
            return f"the contact is in the segment {name}"
        case _:
            assert_never(condition)


def _group(group: And | Or, parts: tuple[Condition, ...], within: type[And | Or] | None) -> str:
    if len(parts) == 1:
        return _words(parts[0], within)
    word = " and " if isinstance(group, And) else " or "
    words = word.join(_words(part, within=type(group)) for part in parts)
    return words if within in (None, type(group)) else f"({words})"
