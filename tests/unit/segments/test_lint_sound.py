"""What the linter says is true: of two rules on all values that they can tell apart, of whole trees on documents."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments import Condition, evaluate
from segments.lint import Code, Warning_, lint
from segments.lint.literals import Literal, Normal
from segments.lint.relations import relation
from tests.unit.segments import narrow
from tests.unit.segments.organisation import MOMENT, condition
from tests.unit.segments.test_algebra import RULES, merged


def coarse(*trees: Any) -> bool:
    """Whether more follows from the rules than the linter sees, which then says nothing.

    A day has one anniversary; and what happened, but in neither of two windows that make up all time, did not happen.
    """
    anniversary = any(tree["operator"].startswith("anniversary") for tree in trees)
    return anniversary or any(tree["operator"] == "didNotHappen" and "includeMissing" in tree for tree in trees)


def literal(tree: Any, *, negated: bool = False) -> Literal:
    [found] = Normal(MOMENT, {}).of(condition(tree)).literals
    return Literal(found.rule, negated, found.meaning)


def truth(asked: Literal, document: dict[str, Any]) -> bool:
    return evaluate(asked.rule, document, MOMENT) is not asked.negated


@pytest.mark.parametrize("name", narrow.NAMES)
def test_two_rules_bear_on_each_other_as_the_linter_says(name: str) -> None:
    documents = narrow.documents(name)

    @settings(max_examples=40, deadline=None)
    @given(narrow.rules(name), narrow.rules(name), st.booleans(), st.booleans())
    def check(first: Any, second: Any, turned: bool, also: bool) -> None:
        one, other = literal(first, negated=turned), literal(second, negated=also)
        there = {(truth(one, document), truth(other, document)) for document in documents}
        said = relation(one, other)
        if said is not None:
            assert there <= said.seen
            assert coarse(first, second) or said.seen == there

    check()


def leaves(tree: Any, pointer: str = "#") -> Iterator[tuple[str, Any]]:
    if "rules" not in tree:
        yield pointer, tree
    for place, part in enumerate(tree.get("rules", ())):
        yield from leaves(part, f"{pointer}/rules/{place}")


def without(tree: Any, pointers: set[str]) -> Any:
    """The tree without the rules and groups there; None where nothing is left."""

    def kept(node: Any, pointer: str) -> Any:
        if pointer in pointers:
            return None
        if "rules" not in node:
            return node
        parts = [kept(part, f"{pointer}/rules/{place}") for place, part in enumerate(node["rules"])]
        parts = [part for part in parts if part is not None]
        return node | {"rules": parts} if parts else None

    return kept(copy.deepcopy(tree), "#")


def population(names: tuple[str, ...], seed: int) -> list[dict[str, Any]]:
    """Documents that have one value, and documents that have many."""
    dice = random.Random(seed)
    mixed = [merged(*(dice.choice(narrow.documents(name)) for name in names)) for _ in range(60)]
    return mixed + dice.choices(narrow.every(names), k=60)


def check_warning(warning: Warning_, rules: dict[str, Condition], documents: list[dict[str, Any]]) -> None:
    """What it says of single rules and pairs."""
    mine = [rules[pointer] for pointer in (warning.pointer, *warning.related) if pointer in rules]
    held = {tuple(evaluate(rule, document, MOMENT) for rule in mine) for document in documents}
    match warning.code:
        case Code.NEVER_HOLDS | Code.ALWAYS_HOLDS:
            assert len(held) == 1
        case Code.CONTRADICTION | Code.TAUTOLOGY:
            assert len(held) < 4
        case Code.REDUNDANT:
            assert len(held) < 4
        case _:
            pass


NAMES = st.lists(st.sampled_from(narrow.NAMES), min_size=1, max_size=2, unique=True).map(tuple)
QUESTIONS = NAMES.flatmap(lambda names: st.tuples(st.just(names), narrow.trees(names), st.integers(0, 99)))
NEEDLESS = {Code.REDUNDANT, Code.REDUNDANT_GROUP}


@settings(max_examples=60, deadline=None)
@given(QUESTIONS)
def test_what_is_said_of_a_tree_is_true(question: tuple[tuple[str, ...], Any, int]) -> None:
    names, tree, seed = question
    asked, documents = condition(tree), population(names, seed)
    warnings = lint(asked, MOMENT)
    rules = {pointer: condition(rule) for pointer, rule in leaves(tree)}
    for warning in warnings:
        check_warning(warning, rules, documents)
    needless = {warning.pointer for warning in warnings if warning.code in NEEDLESS}
    expected = [evaluate(asked, document, MOMENT) for document in documents]
    for pointers in [needless, *({pointer} for pointer in needless)]:
        rest = without(tree, pointers)
        assert rest is not None
        assert [evaluate(condition(rest), document, MOMENT) for document in documents] == expected, pointers


@settings(max_examples=60, deadline=None)
@given(QUESTIONS)
def test_whoever_meets_a_contradiction_is_nobody(question: tuple[tuple[str, ...], Any, int]) -> None:
    names, tree, seed = question
    for code, joined, answer in ((Code.CONTRADICTION, "and", False), (Code.TAUTOLOGY, "or", True)):
        whole = {"combinator": joined, "rules": [rule for _, rule in leaves(tree)]}
        if any(warning.code is code for warning in lint(condition(whole), MOMENT)):
            answers = {evaluate(condition(whole), document, MOMENT) for document in population(names, seed)}
            assert answers == {answer}


def test_no_operator_is_without_a_meaning() -> None:
    assert [tree for tree in RULES if literal(tree).meaning is None] == []
