"""Behaviours: what belongs to one, how often it happened, what it amounted to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.sql_voice.moments import Moment
from tests.sql_voice.operands import number_of
from tests.sql_voice.spans import Span
from tests.sql_voice.statement import Parameters
from tests.sql_voice.trees import Rule
from tests.sql_voice.truths import negated, unconditional, within
from tests.sql_voice.values import Kind, Value
from tests.sql_voice.windows import window

_AT = "date_trunc('second', e.at)"
DERIVED = {
    "count": (Kind.NUMBER, "CAST(count(*) AS double precision)"),
    "total": (Kind.AMOUNT, "sum(e.amount) * 0.01"),
    "average": (Kind.AMOUNT, None),  # needs more than one aggregate
    "largest": (Kind.AMOUNT, "max(e.amount) * 0.01"),
    "first_at": (Kind.DATETIME, f"min({_AT})"),
    "last_at": (Kind.DATETIME, f"max({_AT})"),
}
_TIMES = {"at_least": ">=", "at_most": "<=", "exactly": "=", "more_than": ">", "less_than": "<"}
_SUMS = {"at_least": ">=", "less_than": "<"}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events of one behaviour of the contact `c`: `belongs` is SQL over an event `e` and its type `t`.

    `signed` where some amount is, or was, negative.
    """

    belongs: str
    signed: bool

    def select(self, what: str, when: str = "true") -> str:
        """A query for figures over the events that `when` is true of."""
        return (
            f"SELECT {what} FROM events e JOIN event_types t ON t.id = e.event_type_id"
            f" WHERE e.contact_id = c.id AND ({self.belongs}) AND ({when})"
        )

    @property
    def ever(self) -> str:
        """SQL for: the contact did it at least once, at whatever time."""
        return f"EXISTS ({self.select('1')})"

    def derived(self, suffix: str) -> Value:
        """The value behind `.count` and its like, one of DERIVED."""
        kind, what = DERIVED[suffix]
        return Value.single(kind, f"({self.select(what)})" if what else self._average)

    @property
    def _average(self) -> str:
        """Whole cents, the one below, also of negative averages."""
        sums = self.select("sum(e.amount) AS total, nullif(CAST(count(e.amount) AS numeric), 0) AS n")
        return f"(SELECT div(total - mod(mod(total, n) + n, n), n) * 0.01 FROM ({sums}) AS sums)"


def engaged(timeline: Timeline, rule: Rule, moment: Moment, parameters: Parameters) -> str:
    """SQL that is true or false for every contact, for a rule about the behaviour itself."""
    if rule.operator != "didNotHappen":
        unconditional(rule)
    match rule.operator:
        case "happened":
            asked = _keys(rule, {"times", "window"})
            when = _when(asked.get("window"), rule, moment, parameters)
            return _often(f"({timeline.select('count(*)', when)})", asked.get("times"), rule, parameters)
        case "didNotHappen":
            when = _when(_keys(rule, {"window"}).get("window"), rule, moment, parameters)
            return negated(rule, f"EXISTS ({timeline.select('1', when)})", timeline.ever)
        case "amounted":
            return _amounted(timeline, rule, moment, parameters)
        case _:
            raise rule.refused("no operator of a behaviour", at="operator")


def _when(raw: Any, rule: Rule, moment: Moment, parameters: Parameters) -> str:
    span: Span = window(raw, rule, moment)
    return within(_AT, span, "timestamptz", parameters)


def _often(count: str, raw: Any, rule: Rule, parameters: Parameters) -> str:
    match {"at_least": 1} if raw is None else raw:
        case {"between": [low, high], **others} if not others:
            if _whole(low, rule) > _whole(high, rule):
                raise rule.refused("the bounds are reversed", at="value")
            return f"{count} BETWEEN {parameters.bind(low, 'bigint')} AND {parameters.bind(high, 'bigint')}"
        case dict(times) if len(times) == 1 and (key := next(iter(times))) in _TIMES:
            return f"{count} {_TIMES[key]} {parameters.bind(_whole(times[key], rule), 'bigint')}"
        case _:
            raise rule.refused(f"expected times to be one of {', '.join(_TIMES)}, between", at="value")


def _amounted(timeline: Timeline, rule: Rule, moment: Moment, parameters: Parameters) -> str:
    if timeline.signed:
        raise rule.refused("some amounts are negative: ask for the total", at="operator")
    if moment.closed:
        raise rule.refused("an amount is only known up to the present", at="operator")
    asked = _keys(rule, {"window", *_SUMS})
    if isinstance(asked.get("window"), dict) and asked["window"].keys() & {"to", "before"}:
        raise rule.refused("expected a window without an end", at="value")
    bounds = asked.keys() & _SUMS.keys()
    if len(bounds) != 1:
        raise rule.refused(f"expected one of {', '.join(_SUMS)}", at="value")
    key = bounds.pop()
    limit = parameters.bind(Decimal(str(number_of(rule, asked[key]))), "numeric")
    when = _when(asked.get("window"), rule, moment, parameters)
    return f"({timeline.select('coalesce(sum(e.amount), 0) * 0.01', when)}) {_SUMS[key]} {limit}"


def _keys(rule: Rule, known: set[str]) -> dict[str, Any]:
    """The operand's parts; there need not be any."""
    asked = {} if rule.operand in (None, "") else rule.operand
    if not isinstance(asked, dict) or not asked.keys() <= known:
        raise rule.refused(f"expected nothing but {', '.join(sorted(known))}", at="value")
    return asked


def _whole(raw: Any, rule: Rule) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise rule.refused("expected a number of times", at="value")
    return raw
