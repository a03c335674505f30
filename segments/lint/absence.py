"""Rules that take in contacts without a value, or who never did what is asked about: by intention, or by oversight."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.fields import Field, Packing
from mappings.types import Trait
from segments.lint.claims import Meaning
from segments.lint.claims.lines import Within
from segments.lint.claims.measures import ALWAYS, Measured
from segments.lint.claims.presence import Present
from segments.lint.literals import Group, Literal
from segments.lint.relations import Relation, together
from segments.operators.access import Bounds
from segments.operators.windows import ONCE

_OF_DOING = (Packing.COUNT, Packing.FIRST, Packing.LAST)


Absences = frozenset[tuple[str, object]]  # kinds of contacts: those who never did something, or lack a value


def takes_in_missing(group: Group, shut_out: Absences = frozenset()) -> Iterator[Literal]:
    """The rules that hold where there is no value, but neither there alone nor everywhere.

    Not where a rule beside them forbids it.
    """
    if group.every:
        shut_out = shut_out.union(*map(_shut_out_by, group.literals))
    for literal in group.literals:
        if _overlooks(literal) and _absence(literal) not in shut_out:
            yield literal
    for inner in group.groups:
        yield from takes_in_missing(inner, shut_out)


def about_doing(field: Field) -> bool:
    """Whether those without a value are those who never did it."""
    return field.type.trait is Trait.BEHAVIOUR or field.packing in _OF_DOING


def _overlooks(literal: Literal) -> bool:
    if literal.meaning is None:
        return False
    bearing = _on_presence(literal.meaning)
    held = [present for truth, present in bearing.seen if truth is not literal.negated]
    return set(held) == {True, False} and len(held) < len(bearing.seen)


def _shut_out_by(literal: Literal) -> Absences:
    """Who meets the literal for certain is none of these."""
    if literal.meaning is None:
        return frozenset()
    bearing = _on_presence(literal.meaning)
    if not all(present for truth, present in bearing.seen if truth is not literal.negated):
        return frozenset()
    field = literal.meaning.field
    # Who has an amount of it, or a time, has done it.
    did = {("behaviour", field.code)} if field.code is not None else set()
    return frozenset({("field", field.name), *did})


def _absence(literal: Literal) -> tuple[str, object]:
    """Which contacts the literal takes in by oversight."""
    assert literal.meaning is not None
    field = literal.meaning.field
    return ("behaviour", field.code) if about_doing(field) else ("field", field.name)


def _on_presence(meaning: Meaning) -> Relation:
    """How the rule bears on having a value."""
    return Relation(together(meaning, _presence(meaning), meaning.claim.axis))


def _presence(meaning: Meaning) -> Meaning:
    field, claim = meaning.field, meaning.claim
    if isinstance(claim, Measured):
        return Meaning(field, Measured(claim.axis, ALWAYS, ONCE))
    if field.packing is Packing.COUNT:
        return Meaning(field, Within(Bounds(low=0, low_open=True)))
    return Meaning(field, Present())
