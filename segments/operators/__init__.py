"""Every operator, by the trait it asks of a field. This table is the whole list; nothing registers itself."""

from __future__ import annotations

from typing import Any

from mappings.fields import Field
from mappings.types import Trait
from segments.operators import anniversaries, dates, ranges
from segments.operators.base import ClosedWindow, Negation, Operator, Ranks
from segments.operators.engagement import Amounted, Happened, HappenedOnce
from segments.operators.equality import Equals, IsOneOf
from segments.operators.presence import NotNull
from segments.operators.sets import ContainsAll, ContainsAny, EqualsSet
from segments.operators.text import BeginsWith, Contains, EndsWith

EQUALS = Equals()
IS_ONE_OF = IsOneOf()
NOT_NULL = NotNull()
CONTAINS = Contains()
BEGINS_WITH = BeginsWith()
ENDS_WITH = EndsWith()
CONTAINS_ANY = ContainsAny()
CONTAINS_ALL = ContainsAll()

_NULL = Negation("null", "has no value", NOT_NULL)
_PRESENCE: tuple[Operator[Any], ...] = (_NULL, NOT_NULL)
_EQUALITY: tuple[Operator[Any], ...] = (EQUALS, Negation("!=", "is not", EQUALS))
_LISTS: tuple[Operator[Any], ...] = (IS_ONE_OF, Negation("notIn", "is not", IS_ONE_OF))

OPERATORS: dict[Trait, tuple[Operator[Any], ...]] = {
    Trait.TEXT: (
        *_EQUALITY,
        *_LISTS,
        CONTAINS,
        Negation("doesNotContain", "does not contain", CONTAINS),
        BEGINS_WITH,
        Negation("doesNotBeginWith", "does not begin with", BEGINS_WITH),
        ENDS_WITH,
        Negation("doesNotEndWith", "does not end with", ENDS_WITH),
        *_PRESENCE,
    ),
    Trait.CHOICE: (*_EQUALITY, *_LISTS, *_PRESENCE),
    Trait.NUMBER: (
        *_EQUALITY,
        ranges.LESS,
        ranges.AT_MOST,
        ranges.MORE,
        ranges.AT_LEAST,
        ranges.BETWEEN,
        Negation("notBetween", "is not between", ranges.BETWEEN),
        *_LISTS,
        *_PRESENCE,
    ),
    Trait.DATE: (
        dates.ON,
        Negation("notOn", "is not on", dates.ON),
        dates.BEFORE,
        dates.AFTER,
        dates.ON_OR_BEFORE,
        dates.ON_OR_AFTER,
        dates.BETWEEN,
        Negation("notBetween", "is not between", dates.BETWEEN),
        dates.WITHIN_LAST,
        Negation("notWithinLast", "is not within the last", dates.WITHIN_LAST),
        dates.WITHIN_NEXT,
        dates.MORE_THAN_AGO,
        dates.MORE_THAN_AHEAD,
        dates.IN_PERIOD,
        anniversaries.ANNIVERSARY_WITHIN_NEXT,
        anniversaries.ANNIVERSARY_ON,
        *_PRESENCE,
    ),
    Trait.BOOLEAN: (*_EQUALITY, *_PRESENCE),
    Trait.SET: (
        CONTAINS_ANY,
        CONTAINS_ALL,
        Negation("containsNone", "include none of", CONTAINS_ANY),
        Negation("doesNotContainAll", "do not include all of", CONTAINS_ALL),
        EqualsSet(),
        *_PRESENCE,
    ),
    Trait.BEHAVIOUR: (Happened(), Negation("didNotHappen", "did not happen", HappenedOnce()), Amounted()),
    # Membership of another segment: parse makes an InSegment of these, and expand its definition.
    Trait.REFERENCE: (IS_ONE_OF, Negation("notIn", "is not", IS_ONE_OF)),
}

# Symbols that builders write for dates.
SYMBOLS = {
    Trait.DATE: {"=": "on", "!=": "notOn", "<": "before", ">": "after", "<=": "onOrBefore", ">=": "onOrAfter"},
}


def operators_of(field: Field) -> tuple[Operator[Any], ...]:
    """The operators that the field may be asked with, in the order a builder shows them."""
    return OPERATORS[field.type.trait]


def operator_named(name: str, field: Field) -> Operator[Any] | None:
    """The operator of that name (or symbol) that fits the field, if there is one."""
    name = SYMBOLS.get(field.type.trait, {}).get(name, name)
    return next((operator for operator in operators_of(field) if operator.name == name), None)


__all__ = ["OPERATORS", "ClosedWindow", "Negation", "Operator", "Ranks", "operator_named", "operators_of"]
