"""Having a value at all."""

from __future__ import annotations

from mappings.fields import Field
from segments.clauses import Clause
from segments.moment import Moment
from segments.operators.access import Document, exists, has
from segments.operators.base import Operator, Ranks
from segments.operators.shapes import Nothing
from segments.operators.wording import presence


class NotNull(Operator[None]):
    """There is a value."""

    name = "notNull"
    phrase = "has a value"
    shape = Nothing()

    def clause(self, field: Field, value: None, moment: Moment, ranks: Ranks) -> Clause:
        return exists(field)

    def sentence(self, field: Field, value: None) -> str:
        return presence(field).there

    def denial(self, phrase: str, field: Field, value: None) -> str:
        return presence(field).missing

    def holds(self, field: Field, value: None, document: Document, moment: Moment) -> bool:
        return has(field, document)
