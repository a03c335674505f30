"""Asks random trees of all voices and compares what they answer, contact by contact."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from segments import ConditionError, Moment
from tests.conformance.coverage import Cell, Coverage, Pair, rows
from tests.conformance.trees import Rules, instants, rules, trees
from tests.conformance.voices import Organisation

PORTION = 50  # trees, before it is looked up again which cells of the coverage are the emptiest
RAREST = 32  # rows that those stand in: a portion asks each some three times more than others

# The place of an organisation in the list, a tree, and when it is asked (an instant, whether it is past).
Question = tuple[int, tuple[dict[str, Any], tuple[datetime, bool]]]


@dataclass
class Tally:
    """What a run has asked: trees, comparisons of two voices on one contact, and trees that cannot be exact."""

    trees: int = 0
    comparisons: int = 0
    refused: int = 0
    coverage: Coverage = field(default_factory=Coverage)

    def line(self) -> str:
        """The closing line of a run that nobody disagreed in."""
        return f"conformance: {self.trees} trees, {self.comparisons} comparisons, 0 disagreements"


@dataclass(frozen=True)
class _Asked:
    """An organisation, the rules that it may be asked, and the cells of the coverage that they fill."""

    organisation: Organisation
    rules: Rules
    fillable: Mapping[Cell, Sequence[Pair]]

    @classmethod
    def of(cls, organisation: Organisation, operators: Collection[str]) -> Self:
        """With rules of these operators only, if any are named."""
        every = rules(organisation.catalogue).items()
        allowed = {pair: rule for pair, rule in every if not operators or pair[1] in operators}
        # The rules of a cell have one operator.
        fillable = {cell: pairs for cell, pairs in organisation.cells().items() if pairs[0] in allowed}
        return cls(organisation, allowed, fillable)

    def questions(self, coverage: Coverage) -> st.SearchStrategy[tuple[dict[str, Any], tuple[datetime, bool]]]:
        """Trees, half of their rules of the kinds that were asked the least, and when to ask them."""
        catalogue = self.organisation.catalogue
        asked = trees(self.rules, rows(self.rules, catalogue), coverage.rarest(self.fillable, RAREST))
        return st.tuples(asked, instants(catalogue.time_zone))


def run(
    organisations: Sequence[Organisation],
    count: int,
    number: int = 1,
    tally: Tally | None = None,
    *,
    shrink: bool = True,
    operators: Collection[str] = (),
) -> Tally:
    """So many trees, dealt out by `number`; raises AssertionError with the smallest tree that voices disagree on.

    Trees are of these operators only, if any are named.
    """
    tally = tally or Tally()
    asked = [_Asked.of(organisation, operators) for organisation in organisations]
    for first in range(0, count, PORTION):
        _ask(asked, min(PORTION, count - first), number * 1_000 + first // PORTION, tally, shrink=shrink)
    return tally


def _ask(asked: Sequence[_Asked], count: int, number: int, tally: Tally, *, shrink: bool) -> None:
    questions = [st.tuples(st.just(place), one.questions(tally.coverage)) for place, one in enumerate(asked)]

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(questions))
    def compare(question: Question) -> None:
        place, (tree, (now, closed)) = question
        organisation = asked[place].organisation
        _compare(organisation, tree, organisation.moment(now, closed=closed), tally)

    compare()


def _compare(organisation: Organisation, tree: dict[str, Any], moment: Moment, tally: Tally) -> None:
    try:
        answers = organisation.asked(tree, moment)
    except ConditionError as error:
        # What cannot be exact is refused; only these reasons are known to random trees.
        if not {problem.code for problem in error.problems} <= {"window_too_deep", "unsupported"}:
            raise
        tally.refused += 1
        reject()
    tally.trees += 1
    tally.comparisons += len(answers) * len(organisation.documents)
    tally.coverage.add(tree, organisation.catalogue, organisation.states)
    assert len(set(answers)) == 1, _disagreement(tree, moment, *answers)


def _disagreement(tree: dict[str, Any], moment: Moment, *voices: frozenset[int]) -> str:
    names = ("index", "evaluator", "SQL")
    odd = frozenset().union(*voices) - frozenset(voices[0]).intersection(*voices)
    said = {name: sorted(odd & voice)[:10] for name, voice in zip(names, voices, strict=True)}
    return f"{json.dumps(tree, ensure_ascii=False)}\nat {moment}\ncontacts {sorted(odd)[:10]}; claimed by {said}"
