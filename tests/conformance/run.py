"""Asks random trees of all voices and compares what they answer, contact by contact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from segments import ConditionError, Moment
from tests.conformance.coverage import Coverage
from tests.conformance.trees import instants, trees
from tests.conformance.voices import Organisation

# The place of an organisation in the list, a tree, and when it is asked (an instant, whether it is past).
Question = tuple[int, dict[str, Any], tuple[datetime, bool]]


@dataclass
class Tally:
    """What a run has asked: trees, comparisons of two voices on one contact, and trees that cannot be exact."""

    trees: int = 0
    comparisons: int = 0
    refused: int = 0
    coverage: Coverage = field(default_factory=Coverage)

    def line(self, disagreements: int = 0) -> str:
        """The closing line."""
        return f"conformance: {self.trees} trees, {self.comparisons} comparisons, {disagreements} disagreements"


def run(
    organisations: Sequence[Organisation],
    count: int,
    number: int = 1,
    tally: Tally | None = None,
    *,
    shrink: bool = True,
    operators: frozenset[str] = frozenset(),
) -> Tally:
    """So many trees, dealt out by `number`; raises AssertionError with the smallest tree that voices disagree on.

    Trees are of these operators only, if any are named.
    """
    tally = tally or Tally()
    asked = st.sampled_from(range(len(organisations))).flatmap(
        lambda place: _question(place, organisations[place], operators)
    )

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(asked)
    def compare(question: Question) -> None:
        place, tree, (now, closed) = question
        moment = organisations[place].moment(now, closed=closed)
        _compare(organisations[place], tree, moment, tally)

    compare()
    return tally


def _question(place: int, organisation: Organisation, operators: frozenset[str]) -> st.SearchStrategy[Question]:
    zone = organisation.catalogue.time_zone
    return st.tuples(st.just(place), trees(organisation.catalogue, operators), instants(zone))


def _compare(organisation: Organisation, tree: dict[str, Any], moment: Moment, tally: Tally) -> None:
    try:
        parsed, condition = organisation.understood(tree)
        indexed = organisation.indexed(condition, moment)
    except ConditionError as error:
        # What cannot be exact is refused; only these reasons are known to random trees.
        if not {problem.code for problem in error.problems} <= {"window_too_deep", "unsupported"}:
            raise
        tally.refused += 1
        reject()
    evaluated = organisation.evaluated(condition, moment)
    queried = organisation.queried(parsed.tree, moment)
    tally.trees += 1
    tally.comparisons += 3 * len(organisation.documents)
    tally.coverage.add(tree, organisation.catalogue, organisation.states)
    assert indexed == evaluated == queried, _disagreement(tree, moment, indexed, evaluated, queried)


def _disagreement(tree: dict[str, Any], moment: Moment, *voices: frozenset[int]) -> str:
    names = ("index", "evaluator", "SQL")
    odd = frozenset().union(*voices) - frozenset(voices[0]).intersection(*voices)
    said = {name: sorted(odd & voice)[:10] for name, voice in zip(names, voices, strict=True)}
    return f"{json.dumps(tree, ensure_ascii=False)}\nat {moment}\ncontacts {sorted(odd)[:10]}; claimed by {said}"
