from __future__ import annotations

from typing import Any

import pytest

from segments.clauses import NOTHING, Clause, all_of, any_of, levels, none_of

A: Clause = {"term": {"x": 1}}
B: Clause = {"term": {"x": 2}}


def test_one_clause_stands_for_itself() -> None:
    assert all_of([A]) == any_of([A]) == all_of([A, dict(A)]) == any_of(iter([A, A])) == A


def test_several_are_sorted_and_distinct() -> None:
    assert all_of([B, A, B]) == {"bool": {"filter": [A, B]}}
    assert any_of([B, A, B]) == {"bool": {"should": [A, B], "minimum_should_match": 1}}


def test_of_no_clause_none_matches() -> None:
    assert any_of([]) == NOTHING


@pytest.mark.parametrize(
    ("clause", "depth"),
    [
        (A, 0),
        (none_of(A), 1),
        (none_of(none_of(A)), 2),
        (all_of([A, B]), 1),
        (any_of([A, all_of([A, none_of(B)])]), 3),
    ],
    ids=range(5),
)
def test_a_clause_has_as_many_levels_as_bools_within_one_another_and_its_own(clause: Any, depth: int) -> None:
    assert len(levels(clause)) == depth + 1


def test_a_clause_and_all_that_it_is_made_of() -> None:
    inner = none_of(B)
    whole = any_of([A, inner])
    assert levels(whole) == [[whole], [inner, A], [B]]


def test_groups_are_sorted_by_all_that_is_in_them() -> None:
    groups = [any_of([A, B]), all_of([A, B]), none_of(A), none_of(none_of(A)), all_of([A, none_of(B)])]
    assert all_of(groups) == all_of(groups[::-1]) == {"bool": {"filter": sorted(groups, key=repr)}}
    twice = [all_of([A, B]), all_of([B, A]), none_of(A), none_of(dict(A))]
    assert all_of(twice) == {"bool": {"filter": [all_of([A, B]), none_of(A)]}}
