"""What rules claim, by operator. One that is not in the table is compared with nothing: no warning is guessed."""

from __future__ import annotations

from typing import Any

from mappings import types
from mappings.fields import Field
from mappings.text import fold
from segments.conditions import Criterion
from segments.lint.claims.base import Axis, Claim, Meaning, Point, can_miss
from segments.lint.claims.lines import AnyNumber, Within
from segments.lint.claims.measures import HOW_MUCH, HOW_OFTEN, Measured
from segments.lint.claims.presence import ANYWHERE, Present
from segments.lint.claims.sets import HasAll, HasAny, IsExactly
from segments.lint.claims.values import OPEN, TRUTHS, YEAR, Has, OneOf, Place
from segments.moment import Moment
from segments.operators import Negation
from segments.operators.anniversaries import Anniversary
from segments.operators.base import Operator
from segments.operators.dates import InSpan
from segments.operators.engagement import Amounted, Happened
from segments.operators.equality import Equals, IsOneOf
from segments.operators.operands import comparable
from segments.operators.presence import NotNull
from segments.operators.ranges import InBounds
from segments.operators.sets import ContainsAll, ContainsAny, EqualsSet
from segments.operators.text import BeginsWith, Contains, EndsWith
from segments.operators.windows import Times

__all__ = ["ANYWHERE", "Axis", "Claim", "Meaning", "Point", "can_miss", "meaning_of"]


def meaning_of(rule: Criterion, moment: Moment) -> Meaning | None:
    """What the rule says of its field at the moment; None where that cannot be compared."""
    operator, negative = rule.operator, False
    if isinstance(operator, Negation):
        operator, negative = operator.positive, True
    if isinstance(operator, Amounted):
        negative = rule.value.less
    claim = _claim(operator, rule.field, rule.value, moment)
    return None if claim is None else Meaning(rule.field, claim, negative, not rule.include_missing)


def _claim(  # noqa: C901, PLR0911, PLR0912 (a table)
    operator: Operator[Any], field: Field, value: Any, moment: Moment
) -> Claim | None:
    match operator:
        case NotNull():
            return Present()
        case Equals():
            return _among(field, (value,))
        case IsOneOf():
            return _among(field, value)
        case InBounds():
            return Within(operator.bounds(value))
        case InSpan():
            return Within(operator.span(value, field, moment))
        case Anniversary():
            return OneOf(operator.days(value, moment), YEAR)
        case BeginsWith():
            return Has(Place.BEGIN, fold(value))
        case Contains():
            return Has(Place.ANYWHERE, fold(value))
        case EndsWith():
            return Has(Place.END, fold(value))
        case ContainsAny():
            return HasAny(_folded(value))
        case ContainsAll():
            return HasAll(_folded(value))
        case EqualsSet():
            return IsExactly(_folded(value))
        case Happened():
            return Measured(HOW_OFTEN, value.window.seconds(moment), value.times)
        case Amounted():
            return Measured(HOW_MUCH, value.window.seconds(moment), Times(value.minor))
        case _:
            return None


def _among(field: Field, values: tuple[Any, ...]) -> Claim:
    if field.type is types.NUMBER:
        return AnyNumber(frozenset(values))
    return OneOf(_folded(values), TRUTHS if field.type is types.BOOLEAN else OPEN)


def _folded(values: tuple[Any, ...]) -> frozenset[Point]:
    return frozenset(map(comparable, values))
