"""What random trees have asked: operator x type x what contacts have of it x where the rule stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mappings import timelines
from mappings.fields import Catalogue, Field
from mappings.types import Trait
from segments import operators_of
from segments.operators import Negation, Operator, operator_named
from segments.operators.access import read

STATES = ("missing", "empty", "one", "many")
PLACES = ("positive", "negative", "under not", "under or")

# An operator and its field's type, a packed one by how it is packed.
Row = tuple[str, str]
# A row, a state that contacts are in as to the field, a place that the rule stands in.
Cell = tuple[Row, str, str]
# The names of a field and of an operator that it may be asked with.
Pair = tuple[str, str]
# By field, how many contacts are in which state.
States = Mapping[str, Counter[str]]


def row(asked: Field, operator_name: str) -> Row:
    """The row of a rule."""
    packed = f" ({asked.packing.value})" if asked.packing else ""
    return operator_name, f"{asked.type.name}{packed}"


def askable(catalogue: Catalogue) -> Iterator[tuple[Field, Operator[Any]]]:
    """Every field with every operator that it can be asked with."""
    for asked in catalogue:
        for operator in operators_of(asked):
            if _fits(asked, operator.name):
                yield asked, operator


def _fits(asked: Field, operator: str) -> bool:
    if operator == "amounted":
        return not asked.signed
    return not (operator.startswith("anniversary") and asked.packing is not None)


def rows(pairs: Iterable[Pair], catalogue: Catalogue) -> list[list[Pair]]:
    """The rules by their rows."""
    found: dict[Row, list[Pair]] = {}
    for name, operator in pairs:
        found.setdefault(row(catalogue.fields[name], operator), []).append((name, operator))
    return list(found.values())


def cells(catalogue: Catalogue, states: States) -> dict[Cell, list[Pair]]:
    """Every cell that an organisation's contacts can fill, with the rules that do."""
    found: dict[Cell, list[Pair]] = {}
    for asked, operator in askable(catalogue):
        for place in (_sign(operator), "under not", "under or"):
            for state in states[asked.name]:
                one = row(asked, operator.name), state, place
                found.setdefault(one, []).append((asked.name, operator.name))
    return found


def _sign(operator: Operator[Any]) -> str:
    return "negative" if isinstance(operator, Negation) else "positive"


@dataclass
class Coverage:
    """How many rules have asked each cell."""

    asked: Counter[Cell] = field(default_factory=Counter)

    def add(self, tree: Mapping[str, Any], catalogue: Catalogue, states: States) -> None:
        """A tree that was asked of an organisation's contacts."""
        for rule, places in _rules(tree, frozenset()):
            one = catalogue.fields[rule["field"]]
            operator = operator_named(rule["operator"], one)
            assert operator is not None
            self.asked.update(
                (row(one, operator.name), state, place)
                for place in places | {_sign(operator)}
                for state in states[one.name]
            )

    def rarest(self, fillable: Mapping[Cell, Sequence[Pair]], count: int) -> list[Sequence[Pair]]:
        """For so many rows the choice of rules that fill the row's emptiest cell; the emptiest rows of all."""
        found: dict[Row, Sequence[Pair]] = {}
        for cell in sorted(fillable, key=lambda cell: (self.asked[cell], cell)):
            found.setdefault(cell[0], fillable[cell])
            if len(found) == count:
                break
        return list(found.values())

    def gaps(self, fillable: Collection[Cell]) -> list[str]:
        """Those of the cells that were never asked."""
        return [
            f"{operator} x {kind}: {state}, {place}"
            for (operator, kind), state, place in sorted(set(fillable) - set(+self.asked))
        ]

    def table(self, fillable: Collection[Cell]) -> str:
        """How often each of the cells was asked, a line an operator, type and state."""
        head = f"{'operator':<24}{'type':<20}{'contacts have':<14}" + "".join(f"{place:>11}" for place in PLACES)
        lines = [
            f"{one[0]:<24}{one[1]:<20}{state:<14}"
            + "".join(
                f"{self.asked[one, state, place] if (one, state, place) in fillable else '-':>11}" for place in PLACES
            )
            for one, state in sorted({cell[:2] for cell in fillable}, key=lambda line: (line[0], STATES.index(line[1])))
        ]
        return "\n".join([head, *lines])


def _rules(node: Mapping[str, Any], places: frozenset[str]) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    if node.get("muted"):
        return
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
