"""Parts of a text. A needle is literal: every character means itself."""

from __future__ import annotations

import re

from mappings.fields import Field
from mappings.text import fold, needle_grams
from segments.clauses import Clause
from segments.moment import Moment
from segments.operators.access import Document, read
from segments.operators.base import Operator, Ranks
from segments.operators.shapes import Needle

_WILDCARDS = re.compile(r"[*?\\]")


class Contains(Operator[str]):
    """The text has the needle somewhere."""

    name = "contains"
    phrase = "contains"
    shape = Needle()

    def clause(self, field: Field, value: str, moment: Moment, ranks: Ranks) -> Clause:
        needle = fold(value)
        return _phrase(field, needle_grams(needle)) or _wildcard(field, f"*{_escaped(needle)}*")

    def holds(self, field: Field, value: str, document: Document, moment: Moment) -> bool:
        text = read(field, document)
        return text is not None and fold(value) in text


class BeginsWith(Operator[str]):
    """The text begins with the needle."""

    name = "beginsWith"
    phrase = "begins with"
    shape = Needle()

    def clause(self, field: Field, value: str, moment: Moment, ranks: Ranks) -> Clause:
        return {"prefix": {field.path: {"value": fold(value)}}}

    def holds(self, field: Field, value: str, document: Document, moment: Moment) -> bool:
        text = read(field, document)
        return text is not None and text.startswith(fold(value))


class EndsWith(Operator[str]):
    """The text ends with the needle."""

    name = "endsWith"
    phrase = "ends with"
    shape = Needle()

    def clause(self, field: Field, value: str, moment: Moment, ranks: Ranks) -> Clause:
        needle = fold(value)
        return _phrase(field, needle_grams(needle, at_end=True)) or _wildcard(field, f"*{_escaped(needle)}")

    def holds(self, field: Field, value: str, document: Document, moment: Moment) -> bool:
        text = read(field, document)
        return text is not None and text.endswith(fold(value))


def _phrase(field: Field, grams: str | None) -> Clause | None:
    if field.grams is None or grams is None:
        return None
    return {"match_phrase": {field.grams: {"query": grams}}}


def _wildcard(field: Field, pattern: str) -> Clause:
    return {"wildcard": {field.path: {"value": pattern}}}


def _escaped(needle: str) -> str:
    return _WILDCARDS.sub(r"\\\g<0>", needle)
