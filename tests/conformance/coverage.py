"""What the random trees have asked: every operator x type, of contacts with no, one or many values, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings import timelines
from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments import operators_of
from segments.operators import Negation, operator_named
from segments.operators.access import read

STATES = ("missing", "empty", "one", "many")
PLACES = ("positive", "negative", "under not", "under or")
Cell = tuple[str, str]


def cell(asked: Field, operator_name: str) -> Cell:
    """The row of a rule: its operator, and its field's type (a packed one by how it is packed)."""
    packed = f" ({asked.packing.value})" if asked.packing else ""
    return operator_name, f"{asked.type.name}{packed}"


def wanted(catalogue: Catalogue) -> set[Cell]:
    """Every row there is."""
    return {
        cell(asked, operator.name)
        for asked in catalogue
        for operator in operators_of(asked)
        if not (operator.name.startswith("anniversary") and asked.packing)
    }


@dataclass
class Coverage:
    """Counts of comparisons by row and column."""

    counts: Counter[tuple[Cell, str]] = field(default_factory=Counter)

    def add(self, tree: Mapping[str, Any], catalogue: Catalogue, states: dict[str, Counter[str]]) -> None:
        """A tree that was asked of contacts; `states` says by field how many of them are in which state."""
        for rule, places in _rules(tree, frozenset()):
            asked = catalogue.fields[rule["field"]]
            row = cell(asked, rule["operator"])
            negative = isinstance(operator_named(rule["operator"], asked), Negation)
            self.counts.update({(row, state): contacts for state, contacts in states[asked.name].items()})
            self.counts.update((row, place) for place in places | {"negative" if negative else "positive"})

    def gaps(self, catalogue: Catalogue, possible: dict[str, Counter[str]]) -> list[str]:
        """The cells that were never asked, of those that some field could fill."""
        states: dict[Cell, set[str]] = {}
        for asked in catalogue:
            for operator in operators_of(asked):
                states.setdefault(cell(asked, operator.name), set()).update(possible[asked.name])
        columns = [(row, column) for row in wanted(catalogue) for column in (*states[row], "under not", "under or")]
        return sorted(f"{row[0]} x {row[1]}: {column}" for row, column in columns if not self.counts[row, column])

    def table(self) -> str:
        """The counts, a line a row."""
        head = f"{'operator':<24}{'type':<20}" + "".join(f"{column:>11}" for column in (*STATES, *PLACES))
        rows = sorted({row for row, _ in self.counts})
        lines = [
            f"{row[0]:<24}{row[1]:<20}" + "".join(f"{self.counts[row, column]:>11}" for column in (*STATES, *PLACES))
            for row in rows
        ]
        return "\n".join([head, *lines])


def _rules(node: Mapping[str, Any], places: frozenset[str]) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    if "rules" not in node:
        yield node, places
        return
    added = {name for name, holds in (("under or", node["combinator"] == "or"), ("under not", node["not"])) if holds}
    for rule in node["rules"]:
        yield from _rules(rule, places | added)


def state_of(asked: Field, document: Mapping[str, Any], *, written_empty: bool) -> str:
    """The state that a contact is in as to a field."""
    if asked.type.trait is Trait.BEHAVIOUR:
        size = len(timelines.times(document, asked.code or 0))
    else:
        value = read(asked, document)
        size = len(value) if isinstance(value, frozenset) else int(value is not None)
    if size:
        return "one" if size == 1 else "many"
    return "empty" if written_empty else "missing"
