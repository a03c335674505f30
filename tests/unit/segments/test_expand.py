"""References replaced by definitions: cycles, depth, what was deleted, and how much it may come to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from segments import (
    And,
    Condition,
    ConditionError,
    Criterion,
    InSegment,
    Limits,
    Not,
    Or,
    compile,  # noqa: A004 (the field's word)
    describe,
    evaluate,
    expand,
    in_list,
)
from tests.unit.segments.organisation import MOMENT, condition, group, rule

GERMAN = condition(rule("country", "=", "DE"))
VIP = condition(rule("tags", "containsAny", [1]))


def to(number: int, pointer: str = "#") -> InSegment:
    return InSegment(number, f"S{number}", pointer)


def expanded(tree: Condition, segments: Mapping[int, Condition], limits: Limits = Limits()) -> Condition:  # noqa: B008
    return expand(tree, segments.get, limits)


def test_references_are_replaced_wherever_they_stand() -> None:
    tree = And((GERMAN, Not(to(1)), Or((to(2), VIP))))
    assert expanded(tree, {1: VIP, 2: Not(to(1))}) == And((GERMAN, Not(VIP), Or((Not(VIP), VIP))))
    assert expanded(to(1), {1: to(2), 2: GERMAN}) == GERMAN
    assert expanded(GERMAN, {}) == GERMAN


def test_a_segment_may_be_referred_to_twice() -> None:
    assert expanded(Or((to(1), to(1), to(2))), {1: VIP, 2: to(1)}) == Or((VIP, VIP, VIP))


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        ({1: to(1)}, "S1 -> S1"),
        ({1: And((GERMAN, Not(to(2)))), 2: Or((VIP, to(1)))}, "S1 -> S2 -> S1"),
        ({1: to(2), 2: to(3), 3: to(2)}, "S1 -> S2 -> S3 -> S2"),
    ],
    ids=["itself", "two", "later"],
)
def test_cycles_are_refused_where_the_tree_refers_to_them(segments: Mapping[int, Condition], path: str) -> None:
    with pytest.raises(ConditionError) as caught:
        expanded(And((GERMAN, to(1, "#/rules/1"))), segments)
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code, problem.detail) == (
        "#/rules/1",
        "cycle",
        f"the segment refers to itself: {path}",
    )


def test_references_are_five_deep_at_most() -> None:
    chain: dict[int, Condition] = {number: to(number + 1) for number in range(1, 6)}
    assert expanded(to(2, "#/rules/4"), chain | {6: GERMAN}) == GERMAN
    with pytest.raises(ConditionError) as caught:
        expanded(to(1, "#/rules/4"), chain | {6: GERMAN})
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("#/rules/4", "too_deep")
    assert problem.detail.endswith("more than 5 deep: S1 -> S2 -> S3 -> S4 -> S5 -> S6")
    assert expanded(to(1), chain | {6: GERMAN}, Limits(references=6)) == GERMAN


def test_a_deleted_segment_is_refused() -> None:
    with pytest.raises(ConditionError) as caught:
        expanded(Or((GERMAN, to(1, "#/rules/1"))), {1: to(9, "#/rules/7")})
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("#/rules/1", "unknown_option")
    assert problem.detail == "the segment S9 was deleted: S1 -> S9"


def test_segments_that_name_others_many_times_are_refused_before_they_fill_the_memory() -> None:
    many: dict[int, Condition] = {number: Or((to(number + 1),) * 300) for number in range(1, 5)}
    with pytest.raises(ConditionError) as caught:
        expanded(Or((to(1, "#/rules/0"),)), many | {5: GERMAN})
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("#/rules/0", "too_many_rules")
    with pytest.raises(ConditionError, match="more than 2 rules"):
        expanded(And((GERMAN, VIP, GERMAN)), {}, Limits(expanded=2))
    assert expanded(And((GERMAN, VIP)), {}, Limits(expanded=2)) == And((GERMAN, VIP))


def test_what_is_refused_within_a_segment_stands_where_the_tree_refers_to_it() -> None:
    sums = condition(group("or", rule("country", "=", "DE"), rule("engagement.purchase", "amounted", {"at_least": 5})))
    asked = expanded(And((GERMAN, to(1, "#/rules/1"))), {1: to(2, "#/rules/0"), 2: sums})
    past = MOMENT.__class__(MOMENT.now, MOMENT.zone, closed=True)
    with pytest.raises(ConditionError) as caught:
        compile(asked, past)
    assert [problem.pointer for problem in caught.value.problems] == ["#/rules/1/value"]


def test_a_static_segment_is_its_list_of_members() -> None:
    asked = in_list(7, "Hand-picked")
    assert isinstance(asked, Criterion)
    assert compile(asked, MOMENT) == {"terms": {"lists": [7]}}
    assert [evaluate(asked, document, MOMENT) for document in ({"lists": [7, 8]}, {"lists": [8]}, {})] == [
        True,
        False,
        False,
    ]
    assert describe(asked) == "Contacts where Segments include Hand-picked."
    assert expanded(Not(to(7)), {7: asked}) == Not(asked)
