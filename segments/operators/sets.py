"""Sets: tags, channels, multi-choice fields."""

from __future__ import annotations

from typing import Any

from mappings.fields import Field
from mappings.types.sets import SIZE
from segments.clauses import Clause, all_of
from segments.moment import Moment
from segments.operators.access import Document, read
from segments.operators.base import Operator, Ranks
from segments.operators.operands import comparable
from segments.operators.shapes import Many
from segments.operators.wording import containing

Values = tuple[Any, ...]

_OR, _NOR = Many("or"), Many("nor")


class ContainsAny(Operator[Values]):
    """At least one of these is in the set."""

    name = "containsAny"
    phrase = "include"
    shape = Many()

    def sentence(self, field: Field, value: Values) -> str:
        return f"{containing(field).yes} {_OR.words(field, value)}"

    def denial(self, phrase: str, field: Field, value: Values) -> str:
        if len(set(value)) == 1:
            return f"{containing(field).no} {_OR.words(field, value)}"
        return f"{containing(field).yes} neither {_NOR.words(field, value)}"

    def clause(self, field: Field, value: Values, moment: Moment, ranks: Ranks) -> Clause:
        return {"terms": {field.path: _distinct(value)}}

    def holds(self, field: Field, value: Values, document: Document, moment: Moment) -> bool:
        return not _members(field, document).isdisjoint(_distinct(value))


class ContainsAll(Operator[Values]):
    """All of these are in the set."""

    name = "containsAll"
    phrase = "include all of"
    shape = Many("and")

    def sentence(self, field: Field, value: Values) -> str:
        return f"{containing(field).yes} {self._all(field, value)}"

    def denial(self, phrase: str, field: Field, value: Values) -> str:
        return f"{containing(field).no} {self._all(field, value)}"

    def _all(self, field: Field, value: Values) -> str:
        return ("all of " if len(set(value)) > 1 else "") + self.shape.words(field, value)

    def clause(self, field: Field, value: Values, moment: Moment, ranks: Ranks) -> Clause:
        return all_of({"term": {field.path: one}} for one in _distinct(value))

    def holds(self, field: Field, value: Values, document: Document, moment: Moment) -> bool:
        return _members(field, document).issuperset(_distinct(value))


class EqualsSet(Operator[Values]):
    """These are in the set, and nothing else."""

    name = "equals"
    phrase = "are exactly"
    shape = Many("and")

    def sentence(self, field: Field, value: Values) -> str:
        return f"{containing(field).exactly} {self.shape.words(field, value)}"

    def clause(self, field: Field, value: Values, moment: Moment, ranks: Ranks) -> Clause:
        members = _distinct(value)
        sized = {"term": {f"{field.path}{SIZE}": len(members)}}
        return all_of([sized, *({"term": {field.path: one}} for one in members)])

    def holds(self, field: Field, value: Values, document: Document, moment: Moment) -> bool:
        return _members(field, document) == frozenset(_distinct(value))


def _members(field: Field, document: Document) -> frozenset[Any]:
    members: frozenset[Any] = read(field, document) or frozenset()
    return members


def _distinct(values: Values) -> list[Any]:
    return sorted({comparable(value) for value in values})
