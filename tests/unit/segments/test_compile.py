"""Groups as clauses, windows that ended, and how deep a query may be nested."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mappings.fields import Named, catalogue
from segments import (
    ClosedWindow,
    ConditionError,
    InSegment,
    Moment,
    Not,
    closed_windows,
    compile,  # noqa: A004 (the field's word)
    evaluate,
    parse,
)
from segments.clauses import levels
from segments.compile import MAX_NESTING
from tests.unit.segments.organisation import (
    BERLIN,
    MOMENT,
    NOW,
    OPENED,
    PURCHASE,
    condition,
    event,
    group,
    history,
    rule,
)

VIP, VIP_CLAUSE = rule("tags", "containsAny", [1]), {"terms": {"tags": [1]}}
GERMAN, GERMAN_CLAUSE = rule("country", "=", "DE"), {"term": {"country": "de"}}
SCORE, SCORE_CLAUSE = rule("custom.score", ">", 1), {"range": {"custom.double_0": {"gt": 1.0}}}


def every(*clauses: Any) -> dict[str, Any]:
    return {"bool": {"filter": list(clauses)}}


def some(*clauses: Any) -> dict[str, Any]:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def no(clause: Any) -> dict[str, Any]:
    return {"bool": {"must_not": [clause]}}


@pytest.mark.parametrize(
    ("tree", "clause"),
    [
        (group("and", GERMAN), GERMAN_CLAUSE),
        (group("or", GERMAN), GERMAN_CLAUSE),
        (group("and", GERMAN, SCORE), every(SCORE_CLAUSE, GERMAN_CLAUSE)),
        (group("or", GERMAN, VIP, SCORE), some(SCORE_CLAUSE, GERMAN_CLAUSE, VIP_CLAUSE)),
        (group("and", GERMAN, **{"not": True}), no(GERMAN_CLAUSE)),
        (group("and", GERMAN, SCORE, **{"not": True}), no(every(SCORE_CLAUSE, GERMAN_CLAUSE))),
        (group("or", GERMAN, SCORE, **{"not": True}), no(some(SCORE_CLAUSE, GERMAN_CLAUSE))),
        (group("or", GERMAN, rule("tags", "containsNone", [1])), some(no(VIP_CLAUSE), GERMAN_CLAUSE)),
        (group("and", GERMAN, group("or", VIP, SCORE)), every(some(SCORE_CLAUSE, VIP_CLAUSE), GERMAN_CLAUSE)),
        # What stands twice is asked once.
        (group("and", GERMAN, GERMAN), GERMAN_CLAUSE),
        (group("or", GERMAN, rule("country", "in", ["de"]), VIP), some(GERMAN_CLAUSE, VIP_CLAUSE)),
    ],
    ids=lambda value: json.dumps(value)[:100],
)
def test_groups(tree: object, clause: dict[str, Any]) -> None:
    assert compile(condition(tree), MOMENT) == clause


def test_the_order_of_rules_and_of_values_makes_no_difference() -> None:
    rules = [GERMAN, SCORE, rule("country", "in", ["a", "B", "c"]), group("or", VIP, SCORE)]
    same = {
        json.dumps(compile(condition(group("and", *order)), MOMENT))
        for order in itertools.permutations(
            [*rules[:2], rule("country", "in", ["c", "a", "b", "A"]), group("or", SCORE, VIP)]
        )
    }
    assert same == {json.dumps(compile(condition(group("and", *rules)), MOMENT))}


# -- windows that end before the present

A, B = 1_790_000_000, 1_792_000_000
WINDOW = {"from": "2026-09-21T14:13:20Z", "to": "2026-10-14T17:46:40Z"}  # [A, B)


def happened(times: object = None, window: object = WINDOW) -> dict[str, Any]:
    value: dict[str, object] = {"window": window} | ({} if times is None else {"times": times})
    return rule("engagement.purchase", "happened", value)


def between(rank: int, low: int = A, high: int = B - 1) -> dict[str, Any]:
    return {"range": {"events": {"gte": event(PURCHASE, rank, low), "lte": event(PURCHASE, rank, high)}}}


CLOSED = ClosedWindow(PURCHASE, B)


@pytest.mark.parametrize(
    ("tree", "later", "clause"),
    [
        (happened(), 0, between(1)),
        (happened(), 2, some(between(1), between(2), between(3))),
        (happened({"at_least": 3}), 0, every(between(1), between(3))),
        (happened({"at_least": 3}), 1, some(every(between(1), between(3)), every(between(2), between(4)))),
        (happened({"at_most": 1}), 0, no(every(between(1), between(2)))),
        (happened({"exactly": 1}), 0, every(no(every(between(1), between(2))), between(1))),
        (happened(None, {"before": "2026-10-14T17:46:40Z"}), 0, between(1, 0)),
        (happened({"at_least": 2}, {"before": "1970-01-01T00:00:01Z"}), 0, every(between(1, 0, 0), between(2, 0, 0))),
        # An empty window: nobody did it there, however many times later.
        (happened(None, {"before": "1970-01-01"}), 511, {"match_none": {}}),
        (happened(None, {"from": "2026-11-22T23:00:00Z", "to": "2026-11-23"}), 511, {"match_none": {}}),
        (happened({"at_most": 2}, {"before": "1970-01-01"}), 511, no({"match_none": {}})),
    ],
    ids=lambda value: str(value)[:90],
)
def test_closed_windows(tree: object, later: int, clause: dict[str, Any]) -> None:
    asked = condition(tree)
    [window] = closed_windows(asked, MOMENT)
    assert compile(asked, MOMENT, {window: later}) == clause


def test_the_windows_of_a_tree_are_those_of_its_rules() -> None:
    opened = rule("engagement.email_opened", "didNotHappen", {"window": {"before": "1970-01-01T00:00:09Z"}})
    tree = group("and", happened(), group("or", opened, happened(), **{"not": True}), GERMAN, VIP)
    assert closed_windows(condition(tree), MOMENT) == {CLOSED, ClosedWindow(OPENED, 9)}
    assert closed_windows(condition(happened(None, {"last": {"n": 3, "unit": "day"}})), MOMENT) == frozenset()


def test_a_past_moment_closes_every_window_exactly() -> None:
    past = Moment(NOW - timedelta(days=1, microseconds=1), BERLIN, closed=True)
    end = 1_795_509_060 - 86_400
    ever = condition(rule("engagement.purchase", "happened"))
    assert closed_windows(ever, past) == {ClosedWindow(PURCHASE, end)}
    assert compile(ever, past, {ClosedWindow(PURCHASE, end): 0}) == between(1, 0, end - 1)
    # A window with an end of its own ends at the earlier of the two.
    assert closed_windows(condition(happened()), past) == {CLOSED}
    later = condition(happened(None, {"before": "2026-11-24"}))
    assert closed_windows(later, past) == {ClosedWindow(PURCHASE, 1_795_422_660)}
    assert evaluate(ever, history(PURCHASE, end - 1), past)
    assert not evaluate(ever, history(PURCHASE, end), past)


def test_the_end_of_a_window_counts_as_present_when_no_event_can_lie_behind_it() -> None:
    def windows(end: str) -> frozenset[ClosedWindow]:
        return closed_windows(condition(happened(None, {"before": end})), MOMENT)

    assert windows("2026-11-24T08:36:00Z") == {ClosedWindow(PURCHASE, 1_795_509_360)}
    assert windows("2026-11-24T08:36:00.001Z") == frozenset()


@pytest.mark.parametrize(
    ("times", "later", "answered"),
    [
        (None, 510, True),
        (None, 511, False),
        ({"at_least": 511}, 0, True),
        ({"at_least": 511}, 1, False),
        ({"at_most": 500}, 10, True),
        ({"at_most": 500}, 11, False),
        ({"exactly": 0}, 510, True),
        ({"exactly": 0}, 511, False),
    ],
)
def test_more_events_after_a_window_than_are_kept_are_refused(times: object, later: int, answered: bool) -> None:
    asked = condition(group("and", GERMAN, happened(times)))
    if answered:
        assert compile(asked, MOMENT, {CLOSED: later})
        return
    with pytest.raises(ConditionError) as caught:
        compile(asked, MOMENT, {CLOSED: later})
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("#/rules/1/value", "window_too_deep")


def test_sums_are_refused_as_of_an_earlier_time_by_the_query_and_on_a_document() -> None:
    asked = condition(group("and", GERMAN, rule("engagement.purchase", "amounted", {"at_least": 5})))
    past = replace(MOMENT, closed=True)
    for ask in (lambda: compile(asked, past), lambda: evaluate(asked, {"country": "de"}, past)):
        with pytest.raises(ConditionError) as caught:
            ask()
        assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
            ("#/rules/1/value", "unsupported")
        ]


# -- nesting


def deepest(rule_: dict[str, Any]) -> dict[str, Any]:
    """As deep as a tree may be, in the shape that nests its query the most."""
    tree = group("or", rule_, GERMAN, **{"not": True})
    for _ in range(11):
        tree = group("or", tree, GERMAN, **{"not": True})
    return tree


@pytest.mark.parametrize(
    "one",
    [
        GERMAN,
        happened(),
        rule("country", "!=", "DE", includeMissing=False),
        rule("engagement.purchase", "didNotHappen", {"window": WINDOW}),
        rule("engagement.purchase.count", "notIn", [0, 1]),
        rule("tags", "doesNotContainAll", [1, 2], includeMissing=False),
    ],
    ids=lambda one: str(one["operator"]),
)
def test_trees_of_the_greatest_depth_can_be_asked(one: dict[str, Any]) -> None:
    clause = compile(condition(deepest(one)), MOMENT, {CLOSED: 1})
    assert 23 <= len(levels(clause)) - 1 <= MAX_NESTING


def test_what_nests_the_query_deeper_is_refused() -> None:
    asked = condition(deepest(happened({"between": [2, 3]})))
    with pytest.raises(ConditionError, match="nested deeper than the index can be asked: flatten it"):
        compile(asked, MOMENT, {CLOSED: 1})
    with pytest.raises(ConditionError, match="with the segments it refers to"):
        compile(Not(Not(Not(Not(condition(deepest(SCORE)))))), MOMENT)


# -- size


def test_as_many_clauses_as_the_server_takes() -> None:
    """Each of so many ranks makes two ranges, which count twice, and the bool around them."""
    rules = [happened({"at_least": 2}, WINDOW | {"from": f"2026-09-{day:02}"}) for day in range(1, 29)]
    asked = condition(group("or", *rules))
    assert compile(asked, MOMENT, {CLOSED: 55})
    with pytest.raises(ConditionError) as caught:
        compile(asked, MOMENT, {CLOSED: 60})
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("#", "too_complex")]


@pytest.mark.parametrize(
    ("field", "letter", "length", "taken"),
    [
        ("first_name", "x", 46, True),  # with the last character of three bytes, and two asterisks: 50 bytes each
        ("first_name", "x", 47, False),
        ("first_name", "中", 16, True),
        ("first_name", "中", 17, False),
        ("full_name", "x", 150, True),  # trigrams
        ("full_name", "\t", 150, False),  # which white space has none of
    ],
)
def test_as_many_patterns_as_the_server_takes(field: str, letter: str, length: int, taken: bool) -> None:
    needles = [letter * (length - 1) + chr(ord("中") + place) for place in range(200)]
    asked = condition(group("or", *(rule(field, "contains", needle) for needle in needles)))
    if taken:
        assert compile(asked, MOMENT)
        return
    with pytest.raises(ConditionError, match="come to more than 10,000 bytes") as caught:
        compile(asked, MOMENT)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [("#", "too_complex")]


def test_a_reference_must_be_expanded_first() -> None:
    for read in (compile, closed_windows):
        with pytest.raises(TypeError, match=r"^references are expanded before a condition is compiled$"):
            read(InSegment(1, "Buyers"), MOMENT)
    with pytest.raises(TypeError, match=r"^references are expanded before a condition is evaluated$"):
        evaluate(InSegment(1, "Buyers"), {}, MOMENT)


def test_a_set_that_must_contain_thousands_is_refused_and_one_that_may_is_not() -> None:
    thousands = [f"tag {place}" for place in range(9_000)]
    known = catalogue(tags=[Named(place, name) for place, name in enumerate(thousands)])
    assert compile(parse(rule("tags", "containsAny", thousands), known).condition, MOMENT)
    with pytest.raises(ConditionError, match="more than 8,000 clauses"):
        compile(parse(rule("tags", "containsAll", thousands), known).condition, MOMENT)
