"""What only the contacts can tell: how many a rule takes in without a value, and which values nobody has.

A probe says whom to count, and what the numbers give reason to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from mappings.fields import Field, Packing
from mappings.types import Trait
from segments.conditions import Condition, Criterion, Not
from segments.lint.absence import Overlooked, overlooked
from segments.lint.literals import Group, Literal, Normal
from segments.lint.notices import Code, Warning_
from segments.moment import Moment
from segments.operators import CONTAINS_ANY, EQUALS, NOT_NULL, Negation
from segments.operators.shapes import Many
from segments.operators.wording import lacking, nobody_has

MOST_VALUES = 200  # looked for in one request: a term each; the lists of people are shorter

_LISTED = (Trait.TEXT, Trait.CHOICE, Trait.SET)
_OF_ONE = ("=",)
_OF_SEVERAL = ("in", "containsAny", "containsAll", "equals")

Told = Callable[[Sequence[int]], Warning_ | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """How many contacts meet each of the conditions, of all or of those who meet the tree; `told` says what of it."""

    conditions: tuple[Condition, ...]
    among_members: bool
    told: Told


def probes(condition: Condition, moment: Moment) -> tuple[Probe, ...]:
    """What to ask about the contacts. For rules that newcomers meet, this says what `lint` says, with numbers."""
    root = Normal(moment, {}).of(condition)
    return (*_absences(root), *_unused(root))


# -- contacts without a value


def _absences(root: Group) -> Iterator[Probe]:
    found: dict[object, list[Overlooked]] = {}
    for one in overlooked(root):
        found.setdefault(one.absence, []).append(one)
    for rules in found.values():
        yield Probe((_lacking(rules[0].field),), among_members=True, told=partial(_missing, rules))


def _missing(rules: Sequence[Overlooked], counts: Sequence[int]) -> Warning_ | None:
    [count] = counts
    if count == 0:
        return None
    first, *others = rules
    code, what = Code.MISSING, lacking(first.field, one=count == 1)
    if first.newcomers:
        code, what = Code.NEWCOMERS, "never did it"
    detail = f"{count:,} of these contacts {what}: {first.literal} holds for them, too"
    return Warning_(first.literal.pointer, code, detail, tuple(other.literal.pointer for other in others))


def _lacking(field: Field) -> Condition:
    if field.packing is Packing.COUNT:
        return Criterion(field, EQUALS, 0.0)
    return Not(Criterion(field, NOT_NULL, None))


# -- values that nobody has


def _unused(root: Group) -> Iterator[Probe]:
    left = MOST_VALUES
    for literal in root.leaves():
        match literal.rule:
            case Criterion(field) as rule if field.type.trait in _LISTED:
                values = _values(rule)[:left]
                left -= len(values)
                if values:
                    asked = tuple(_having(field, value) for value in values)
                    yield Probe(asked, among_members=False, told=partial(_nobody, literal, field, values))
            case _:
                pass


def _nobody(literal: Literal, field: Field, values: Sequence[Any], counts: Sequence[int]) -> Warning_ | None:
    unused = tuple(value for value, count in zip(values, counts, strict=True) if count == 0)
    if not unused:
        return None
    detail = nobody_has(field, Many().words(field, unused))
    return Warning_(literal.pointer, Code.UNUSED, f"{literal}: {detail}")


def _values(rule: Criterion) -> tuple[Any, ...]:
    operator = rule.operator.positive if isinstance(rule.operator, Negation) else rule.operator
    if operator.name in _OF_ONE:
        return (rule.value,)
    return tuple(dict.fromkeys(rule.value)) if operator.name in _OF_SEVERAL else ()


def _having(field: Field, value: Any) -> Condition:
    if field.type.trait is Trait.SET:
        return Criterion(field, CONTAINS_ANY, (value,))
    return Criterion(field, EQUALS, value)
