"""Being one value, or one of several: texts, choices, numbers, booleans."""

from __future__ import annotations

from typing import Any

from mappings import types
from mappings.fields import Field
from segments.clauses import Clause
from segments.moment import Moment
from segments.operators.access import Document, is_one_of, read
from segments.operators.base import Operator, Ranks
from segments.operators.operands import comparable
from segments.operators.shapes import Many, One
from segments.operators.wording import subject

_NEITHER = Many("nor")


class Equals(Operator[Any]):
    """The value is this one; texts compare without regard to case."""

    name = "="
    phrase = "is"
    shape = One()

    def clause(self, field: Field, value: Any, moment: Moment, ranks: Ranks) -> Clause:
        return _terms(field, (value,))

    def holds(self, field: Field, value: Any, document: Document, moment: Moment) -> bool:
        found = read(field, document)
        return found is not None and bool(found == comparable(value))


class IsOneOf(Operator[tuple[Any, ...]]):
    """The value is one of these."""

    name = "in"
    phrase = "is"
    shape = Many()

    def clause(self, field: Field, value: tuple[Any, ...], moment: Moment, ranks: Ranks) -> Clause:
        return _terms(field, value)

    def holds(self, field: Field, value: tuple[Any, ...], document: Document, moment: Moment) -> bool:
        return read(field, document) in set(map(comparable, value))

    def denial(self, phrase: str, field: Field, value: tuple[Any, ...]) -> str:
        if len(set(value)) == 1:
            return super().denial(phrase, field, value)
        return f"{subject(field)} is neither {_NEITHER.words(field, value)}"


def _terms(field: Field, values: tuple[Any, ...]) -> Clause:
    if field.type is types.NUMBER and field.packing is not None:
        return is_one_of(field, field.packing, values)
    wanted = sorted({comparable(value) for value in values})
    return {"term": {field.path: wanted[0]}} if len(wanted) == 1 else {"terms": {field.path: wanted}}
