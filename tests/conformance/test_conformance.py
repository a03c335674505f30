from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from runtime.settings import Settings
from segments.operators import base, engagement, text
from tests.conformance.conftest import CONTACTS
from tests.conformance.run import Tally, run
from tests.conformance.voices import Organisation, organisations

TREES = int(os.environ.get("CONFORMANCE_TREES", "300"))
ROUND = 1_000  # trees asked of one world; then another is made


def test_index_evaluator_and_sql_agree_on_random_trees(
    settings: Settings, world: list[Organisation], record_property: Callable[[str, object], None]
) -> None:
    tally = Tally()
    run(world, min(ROUND, TREES), 0, tally)
    for number, first in enumerate(range(ROUND, TREES, ROUND), start=1):
        with organisations(settings, CONTACTS, seed=1 + number * 3) as another:
            run(another, min(ROUND, TREES - first), number, tally)
    fillable = set().union(*(one.cells() for one in world))
    gaps = tally.coverage.gaps(fillable)
    print(f"\n{tally.coverage.table(fillable)}\ncells never asked: {', '.join(gaps) or 'none'}")  # noqa: T201 (what was asked)
    print(f"{tally.refused} more trees were refused: the index keeps too few events to be exact")  # noqa: T201
    record_property("conformance", tally.line())
    assert tally.trees >= TREES
    assert not gaps or TREES < 1_000


def _drop_negation(self: base.Negation, *asked: Any) -> Any:
    return self.positive.clause(*asked)


def _second_later(original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda field, rank, low, high: original(field, rank, low + 1, high)


# What is replaced by what, and the operators that the trees are of: a bug is to be found at once, not some day.
BUGS: dict[str, tuple[object, str, Any, set[str]]] = {
    "a dropped negation": (base.Negation, "clause", _drop_negation, {"!=", "notIn", "="}),
    "a window off by one second": (
        engagement,
        "_rank_between",
        _second_later(engagement._rank_between),
        {"happened", "didNotHappen"},
    ),
    "an unescaped wildcard": (text, "_escaped", lambda needle: needle, {"contains", "endsWith"}),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_deliberate_bug_is_caught(bug: str, world: list[Organisation], monkeypatch: pytest.MonkeyPatch) -> None:
    *replacement, operators = BUGS[bug]
    monkeypatch.setattr(*replacement)
    with pytest.raises(AssertionError, match="claimed by"):
        run(world, TREES, shrink=False, operators=operators)
