"""The rules about a value: true or false for every contact, whether it has the value or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tests.sql_voice.errors import UntranslatableError
from tests.sql_voice.moments import Moment
from tests.sql_voice.operands import boolean_of, id_of, list_of, number_of, pair_of, text_of
from tests.sql_voice.spans import Calendar, Span, anniversaries
from tests.sql_voice.statement import Parameters, sure
from tests.sql_voice.trees import Rule
from tests.sql_voice.values import Kind, Value

# A negative operator is true of exactly the contacts that its positive twin is false of.
_NEGATIVES = {
    "!=": "=",
    "notIn": "in",
    "doesNotContain": "contains",
    "doesNotBeginWith": "beginsWith",
    "doesNotEndWith": "endsWith",
    "notBetween": "between",
    "notOn": "on",
    "notWithinLast": "withinLast",
    "containsNone": "containsAny",
    "doesNotContainAll": "containsAll",
}
_DATE_SYMBOLS = {"=": "on", "!=": "notOn", "<": "before", "<=": "onOrBefore", ">": "after", ">=": "onOrAfter"}


def truth(value: Value, rule: Rule, moment: Moment, parameters: Parameters) -> str:
    """SQL that is true or false for every contact."""
    dated = value.kind in (Kind.DATE, Kind.DATETIME)
    operator = _DATE_SYMBOLS.get(rule.operator, rule.operator) if dated else rule.operator
    if operator in _NEGATIVES:
        asked = _Asked(value.sql, _NEGATIVES[operator], rule, moment, parameters)
        return negated(rule, sure(_FAMILIES[value.kind](asked)), value.present)
    unconditional(rule)
    if operator in ("null", "notNull"):
        return _presence(value, operator, rule)
    return sure(_FAMILIES[value.kind](_Asked(value.sql, operator, rule, moment, parameters)))


def negated(rule: Rule, positive: str, present: str) -> str:
    """The complement of the rule's positive twin, of those that have a value where the rule leaves the others out."""
    return f"NOT {positive} AND {sure(present)}" if rule.include_missing is False else f"NOT {positive}"


def unconditional(rule: Rule) -> None:
    """A positive operator is false on what is missing: raises where the rule would have a say in it."""
    if rule.include_missing is not None:
        raise rule.refused("only a negative operator asks about missing values", at="includeMissing")


def within(sql: str, span: Span, kind: str, parameters: Parameters) -> str:
    """SQL for: the value is in the span."""
    parts = [f"{sql} >= {parameters.bind(span.start, kind)}"] if span.start is not None else []
    if span.end is not None:
        parts.append(f"{sql} < {parameters.bind(span.end, kind)}")
    return " AND ".join(parts) or "true"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A positive operator asked of the value `sql`; the rule has the operand."""

    sql: str
    operator: str
    rule: Rule
    moment: Moment
    parameters: Parameters

    def unknown(self) -> UntranslatableError:
        return self.rule.refused("no operator of this field", at="operator")


def _presence(value: Value, operator: str, rule: Rule) -> str:
    if rule.operand not in (None, ""):
        raise rule.refused("there is nothing to compare with", at="value")
    return sure(value.present) if operator == "notNull" else f"NOT {sure(value.present)}"


def _text(asked: _Asked) -> str:
    if asked.operator not in ("contains", "beginsWith", "endsWith"):
        return _choice(asked)
    text = asked.parameters.folded(asked.sql)
    needle = asked.parameters.folded(asked.parameters.bind(text_of(asked.rule, asked.rule.operand), "text"))
    match asked.operator:
        case "contains":
            return f"strpos({text}, {needle}) > 0"
        case "beginsWith":
            return f"starts_with({text}, {needle})"
        case _:
            return f"right({text}, char_length({needle})) = {needle}"


def _choice(asked: _Asked) -> str:
    text = asked.parameters.folded(asked.sql)
    match asked.operator:
        case "=":
            wanted = asked.parameters.bind(text_of(asked.rule, asked.rule.operand), "text")
            return f"{text} = {asked.parameters.folded(wanted)}"
        case "in":
            return f"{text} = ANY ({asked.parameters.all_folded(list_of(asked.rule, text_of))})"
        case _:
            raise asked.unknown()


def _id(asked: _Asked) -> str:
    match asked.operator:
        case "=":
            return f"{asked.sql} = {asked.parameters.bind(id_of(asked.rule, asked.rule.operand), 'bigint')}"
        case "in":
            return f"{asked.sql} = ANY ({asked.parameters.bind(list_of(asked.rule, id_of), 'bigint[]')})"
        case _:
            raise asked.unknown()


def _number(asked: _Asked) -> str:
    return _compared(asked, lambda raw: asked.parameters.bind(float(raw), "double precision"))


def _amount(asked: _Asked) -> str:
    return _compared(asked, lambda raw: asked.parameters.bind(Decimal(str(raw)), "numeric"))


def _compared(asked: _Asked, bound: Callable[[int | float], str]) -> str:
    match asked.operator:
        case "=" | "<" | "<=" | ">" | ">=":
            return f"{asked.sql} {asked.operator} {bound(number_of(asked.rule, asked.rule.operand))}"
        case "between":
            low, high = pair_of(asked.rule, number_of)
            if low > high:
                raise asked.rule.refused("the bounds are reversed", at="value")
            return f"{asked.sql} BETWEEN {bound(low)} AND {bound(high)}"
        case "in":
            return f"{asked.sql} IN ({', '.join(map(bound, list_of(asked.rule, number_of)))})"
        case _:
            raise asked.unknown()


def _boolean(asked: _Asked) -> str:
    if asked.operator != "=":
        raise asked.unknown()
    return f"{asked.sql} = {asked.parameters.bind(boolean_of(asked.rule, asked.rule.operand), 'boolean')}"


def _date(asked: _Asked) -> str:
    if asked.operator.startswith("anniversary"):
        return _anniversary(asked.sql, asked)
    span = Calendar(asked.moment, days=True).span(asked.operator, asked.rule)
    return within(f"({asked.sql} - DATE '0001-01-01' + 1)", span, "integer", asked.parameters)


def _datetime(asked: _Asked) -> str:
    if asked.operator.startswith("anniversary"):
        return _anniversary(f"({asked.sql} AT TIME ZONE {asked.parameters.bind(asked.moment.zone.key, 'text')})", asked)
    span = Calendar(asked.moment, days=False).span(asked.operator, asked.rule)
    return within(asked.sql, span, "timestamptz", asked.parameters)


def _anniversary(local: str, asked: _Asked) -> str:
    wanted = asked.parameters.bind(anniversaries(asked.operator, asked.rule, asked.moment), "integer[]")
    return f"CAST(to_char({local}, 'MMDD') AS integer) = ANY ({wanted})"


def _id_set(asked: _Asked) -> str:
    return _set(asked, lambda: asked.parameters.bind(list_of(asked.rule, id_of), "bigint[]"))


def _text_set(asked: _Asked) -> str:
    return _set(asked, lambda: asked.parameters.all_folded(list_of(asked.rule, text_of)))


def _set(asked: _Asked, wanted: Callable[[], str]) -> str:
    match asked.operator:
        case "containsAny":
            return f"{asked.sql} && {wanted()}"
        case "containsAll":
            return f"{asked.sql} @> {wanted()}"
        case "equals":
            these = wanted()
            return f"{asked.sql} @> {these} AND {asked.sql} <@ {these}"
        case _:
            raise asked.unknown()


_FAMILIES: dict[Kind, Callable[[_Asked], str]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.ID: _id,
    Kind.NUMBER: _number,
    Kind.AMOUNT: _amount,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.ID_SET: _id_set,
    Kind.TEXT_SET: _text_set,
}
