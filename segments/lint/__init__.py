"""Looks over a condition that can be answered, for what its author may not have meant.

What is said of rules together (contradictions, tautologies, what is redundant) is true of every contact there can be:
rules are compared on points that stand for all of them (claims/), and where that cannot be done nothing is said.
"""

from __future__ import annotations

from typing import assert_never

from segments.conditions import And, Condition, Criterion, InSegment, Not, Or
from segments.lint.advice import advice
from segments.lint.examination import Examination
from segments.lint.literals import Normal
from segments.lint.notices import Code, Warning_
from segments.lint.probes import Probe, probes
from segments.moment import Moment

__all__ = ["Code", "Probe", "Warning_", "lint", "probes"]


def lint(condition: Condition, moment: Moment, expanded: Condition | None = None) -> tuple[Warning_, ...]:
    """What there is to say of the condition at the moment, in the order of the tree.

    With `expanded`, the same condition without references, its rules are compared with those of the segments that it
    refers to as well.
    """
    root = Normal(moment, {}).of(condition)
    own = Examination()
    own.group(root)
    found = [*own.found, *advice(root, moment)]
    origins = _origins(condition)
    complete = own.left > 0
    if expanded is not None and origins:
        others = Examination(across=True)
        others.group(Normal(moment, origins).of(expanded))
        found += others.found
        complete = complete and others.left > 0
    if not complete:
        detail = "there are too many rules on the same fields to compare each with every other: some were not"
        found.append(Warning_("#", Code.NOT_COMPARED, detail))
    return tuple(sorted(dict.fromkeys(found), key=lambda warning: warning.place))


def _origins(condition: Condition) -> dict[str, str]:
    """The names of the segments that each rule with a reference refers to, by its pointer."""
    names: dict[str, str] = {}
    for reference in _references(condition):
        before = names.get(reference.pointer)
        names[reference.pointer] = reference.name if before is None else f"{before} or {reference.name}"
    return names


def _references(condition: Condition) -> list[InSegment]:
    match condition:
        case And(parts) | Or(parts):
            return [found for part in parts for found in _references(part)]
        case Not(part):
            return _references(part)
        case InSegment():
            return [condition]
        case Criterion():
            return []
        case _:
            assert_never(condition)
