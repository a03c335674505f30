"""What can be said of a single rule: whom it takes in by oversight, what it costs, that it is early."""

from __future__ import annotations

from collections.abc import Iterator

from segments.conditions import Criterion
from segments.lint.absence import overlooked
from segments.lint.literals import Group, Literal
from segments.lint.notices import Code, Warning_
from segments.moment import Moment, seconds
from segments.operators import Negation
from segments.operators.engagement import Happened
from segments.operators.text import Contains, EndsWith
from segments.operators.windows import CLOCK_SKEW
from segments.operators.wording import subject


def advice(root: Group, moment: Moment) -> Iterator[Warning_]:
    """What the rules, one by one, give reason to say."""
    yield from (_newcomers(one.literal) for one in overlooked(root) if one.newcomers)
    for literal in root.leaves():
        if isinstance(literal.rule, Criterion):
            yield from _costly(literal, literal.rule, moment)
            yield from _early(literal, literal.rule, moment)


def _newcomers(literal: Literal) -> Warning_:
    detail = f"{literal} holds for contacts who never did it, too, such as newcomers: another rule can leave them out"
    return Warning_(literal.pointer, Code.NEWCOMERS, detail)


def _costly(literal: Literal, rule: Criterion, moment: Moment) -> Iterator[Warning_]:
    operator = rule.operator.positive if isinstance(rule.operator, Negation) else rule.operator
    if not isinstance(operator, Contains | EndsWith):
        return
    # The clause itself tells: without trigrams every value of the field has to be looked at.
    if "wildcard" in operator.clause(rule.field, rule.value, moment, {}):
        remedy = "search for 3 characters or more" if rule.field.grams else "“begins with” and “is” need not"
        detail = f"{literal} makes the index look at every value of {subject(rule.field)}: {remedy}"
        yield Warning_(literal.pointer, Code.COSTLY, detail)


def _early(literal: Literal, rule: Criterion, moment: Moment) -> Iterator[Warning_]:
    operator = rule.operator.positive if isinstance(rule.operator, Negation) else rule.operator
    if moment.closed or not isinstance(operator, Happened):
        return
    if rule.value.window.seconds(moment).low > seconds(moment.now + CLOCK_SKEW):
        detail = f"the window of {literal} begins in the future: nothing can have happened in it yet"
        yield Warning_(literal.pointer, Code.NOT_YET, detail)
