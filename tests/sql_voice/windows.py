"""The windows of behaviours: half-open spans of instants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.sql_voice.moments import UNITS, Moment, day_of, in_order, instant_of
from tests.sql_voice.spans import Span, amount_of_time
from tests.sql_voice.trees import Rule

_SKEW = timedelta(minutes=5)  # no event is dated further ahead


def window(raw: Any, rule: Rule, moment: Moment) -> Span:
    """What a window covers at this moment; without one, everything that ever happened.

    A window that reaches the present has no end there, as nothing happens later; one of an earlier moment ends with it.
    """
    if raw is None:
        return Span(None, _end(None, moment))
    match raw:
        case {"last": last} if len(raw) == 1:
            n, unit = amount_of_time(rule, last, UNITS)
            try:
                return Span(moment.shifted(-n, unit), _end(None, moment))
            except OverflowError as error:
                raise rule.refused("leaves the calendar", at="value") from error
        case {"from": first, "to": after} if len(raw) == 2:
            start, end = _edge(first, rule, moment), _edge(after, rule, moment)
            if not in_order(first, after):
                raise rule.refused("the bounds are reversed", at="value")
            return Span(start, _end(end, moment))
        case {"after": first} if len(raw) == 1:
            return Span(_edge(first, rule, moment), _end(None, moment))
        case {"before": after} if len(raw) == 1:
            return Span(None, _end(_edge(after, rule, moment), moment))
        case _:
            raise rule.refused("expected a window: last, from and to, after, or before", at="value")


def _edge(raw: Any, rule: Rule, moment: Moment) -> datetime:
    """The instant, or that at which the day begins."""
    if day := day_of(raw):
        return moment.midnight(day.toordinal())
    instant = instant_of(raw)
    if instant is None:
        raise rule.refused("expected a day or an instant", at="value")
    return instant


def _end(end: datetime | None, moment: Moment) -> datetime | None:
    if moment.closed:
        return moment.now if end is None else min(end, moment.now)
    return end if end is not None and end <= moment.now + _SKEW else None
