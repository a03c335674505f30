"""Rules that take in contacts without a value, or who never did what is asked about: by intention, or by oversight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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


Absences = frozenset[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Overlooked:
    """A rule that holds for contacts without a value of its field, and for others."""

    literal: Literal
    field: Field

    @property
    def newcomers(self) -> bool:
        """Whether these are the contacts who never did it."""
        return self.field.type.trait is Trait.BEHAVIOUR or self.field.packing in _OF_DOING

    @property
    def absence(self) -> tuple[str, object]:
        """The same for rules that overlook the same contacts."""
        return ("behaviour", self.field.code) if self.newcomers else ("field", self.field.name)


def overlooked(group: Group, shut_out: Absences = frozenset()) -> Iterator[Overlooked]:
    """The rules of the group that hold where there is no value, but neither there alone nor everywhere.

    Not where a rule beside them keeps these contacts out.
    """
    if group.every:
        shut_out = shut_out.union(*map(_shut_out_by, group.literals))
    for literal in group.literals:
        if literal.meaning is not None and _overlooks(literal, literal.meaning):
            found = Overlooked(literal, literal.meaning.field)
            if found.absence not in shut_out:
                yield found
    for inner in group.groups:
        yield from overlooked(inner, shut_out)


def _overlooks(literal: Literal, meaning: Meaning) -> bool:
    bearing = _on_presence(meaning)
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
