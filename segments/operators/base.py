"""What an operator is: one class with its value, its clause, its truth and its sentence together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mappings.fields import Field
from segments.clauses import Clause, none_of
from segments.moment import Moment
from segments.operators.access import Document
from segments.operators.shapes import Shape
from segments.operators.wording import subject

V = TypeVar("V")

GAP = "…"  # where a phrase has its value, unless that is at the end: "is more than … ago"


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """A behaviour's window that ends before the present, at `before` (epoch seconds)."""

    code: int
    before: int


# The highest rank that any contact has at or after the end of each closed window: how far a query must look.
Ranks = Mapping[ClosedWindow, int]


class Operator(ABC, Generic[V]):
    """One question that can be asked of a field.

    `clause` is the Elasticsearch clause (filter context), `holds` the same truth in Python on one document. Both are
    false where the value is missing, unless the operator asks for that.
    """

    name: str
    phrase: str
    shape: Shape[V]

    @abstractmethod
    def clause(self, field: Field, value: V, moment: Moment, ranks: Ranks) -> Clause:
        """The clause that matches exactly the documents on which the rule holds."""

    @abstractmethod
    def holds(self, field: Field, value: V, document: Document, moment: Moment) -> bool:
        """Whether the rule holds on the document."""

    def sentence(self, field: Field, value: V) -> str:
        """The rule in English: "Country is Germany"."""
        return self.said(self.phrase, field, value)

    def denial(self, phrase: str, field: Field, value: V) -> str:
        """What its negation, whose phrase this is, says in English: "Country is not Germany"."""
        return self.said(phrase, field, value)

    def said(self, phrase: str, field: Field, value: V) -> str:
        """The value where the phrase has a gap, or behind it."""
        words = self.shape.words(field, value)
        told = phrase.replace(GAP, words) if GAP in phrase else f"{phrase} {words}".rstrip()
        return f"{subject(field)} {told}"

    def check(self, field: Field, value: V) -> None:
        """Raise Refused where this field cannot be asked this way, though its type could."""

    def closed_windows(self, field: Field, value: V, moment: Moment) -> frozenset[ClosedWindow]:
        """The windows whose rank `clause` must be told."""
        return frozenset()


@dataclass(frozen=True)
class Negation(Operator[Any]):
    """The exact complement of another operator: true wherever that is false, missing values included."""

    name: str
    phrase: str
    positive: Operator[Any]

    @property
    def shape(self) -> Shape[Any]:  # type: ignore[override]
        """The value is the positive operator's."""
        return self.positive.shape

    def check(self, field: Field, value: Any) -> None:
        self.positive.check(field, value)

    def clause(self, field: Field, value: Any, moment: Moment, ranks: Ranks) -> Clause:
        # must_not also matches contacts without the field: a negative rule means that on purpose.
        return none_of(self.positive.clause(field, value, moment, ranks))

    def sentence(self, field: Field, value: Any) -> str:
        return self.positive.denial(self.phrase, field, value)

    def holds(self, field: Field, value: Any, document: Document, moment: Moment) -> bool:
        return not self.positive.holds(field, value, document, moment)

    def closed_windows(self, field: Field, value: Any, moment: Moment) -> frozenset[ClosedWindow]:
        return self.positive.closed_windows(field, value, moment)
