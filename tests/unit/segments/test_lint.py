"""What the linter says of trees: where, why, and where it keeps quiet. That it is true: test_lint_sound.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from mappings.fields import Field
from segments import And, Condition, Criterion, InSegment, Moment, Not, Or, expand, parse
from segments.clauses import Clause
from segments.expand import in_list
from segments.lint import lint
from segments.lint.examination import MOST_COMPARISONS
from segments.operators import Operator, Ranks
from segments.operators.access import Document
from segments.operators.shapes import Nothing
from tests.unit.segments.organisation import BERLIN, CATALOGUE, MOMENT, NOW, condition, field_named, group, rule

Told = tuple[str, str, tuple[str, ...]]


def told(tree: object) -> list[Told]:
    return [(one.pointer, one.code.value, one.related) for one in lint(condition(tree), MOMENT)]


def both(one: object, other: object) -> dict[str, Any]:
    return group("and", one, other)


def either(one: object, other: object) -> dict[str, Any]:
    return group("or", one, other)


def happened(times: object = None, window: object = None) -> dict[str, Any]:
    value = {key: given for key, given in (("times", times), ("window", window)) if given is not None}
    return rule("engagement.purchase", "happened", value)


def not_happened(window: object = None, **more: object) -> dict[str, Any]:
    return rule("engagement.purchase", "didNotHappen", {} if window is None else {"window": window}, **more)


def last(n: int, unit: str) -> dict[str, Any]:
    return {"last": {"n": n, "unit": unit}}


DE, FR, NOT_DE = rule("country", "=", "DE"), rule("country", "=", "FR"), rule("country", "!=", "de")
ULM = rule("city", "=", "Ulm")
VIP, CHURNED = rule("tags", "containsAny", ["VIP"]), rule("tags", "containsAny", ["Churned"])
LEADS = rule("segment", "in", ["Leads"])

CONTRADICTIONS = [
    (DE, FR),
    (DE, NOT_DE),
    (DE, rule("country", "null")),
    (rule("country", "in", ["DE", "FR"]), rule("country", "in", ["US", "IT"])),
    (rule("country", "notNull"), rule("country", "null")),
    (rule("custom.score", "<", 5), rule("custom.score", ">", 5)),
    (rule("custom.score", "between", [1, 2]), rule("custom.score", "in", [0, 3])),
    (rule("custom.score", "=", 5), rule("custom.score", "null")),
    (rule("engagement.purchase.count", ">", 1), rule("engagement.purchase.count", "<", 2)),
    (rule("custom.renewal", "before", "2026-01-01"), rule("custom.renewal", "onOrAfter", "2026-01-01")),
    (rule("custom.renewal", "withinLast", {"n": 3, "unit": "day"}), rule("custom.renewal", "inPeriod", "next_month")),
    (rule("custom.seen", "on", "2026-11-24"), rule("custom.seen", "moreThanAgo", {"n": 2, "unit": "day"})),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "anniversaryOn", "2024-03-01")),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "null")),
    (rule("custom.active", "=", True), rule("custom.active", "=", False)),
    (rule("custom.active", "!=", True, includeMissing=False), rule("custom.active", "!=", False, includeMissing=False)),
    (rule("email", "beginsWith", "ab"), rule("email", "beginsWith", "b")),
    (rule("email", "endsWith", "@x.org"), rule("email", "doesNotContain", "x.o")),
    (rule("email", "=", "anna@x.org"), rule("email", "doesNotEndWith", "x.org")),
    (rule("tags", "containsAll", ["VIP", "Churned"]), rule("tags", "containsNone", ["Churned"])),
    (rule("tags", "equals", ["VIP"]), CHURNED),
    (VIP, rule("tags", "null")),
    (happened(), not_happened()),
    (happened({"at_least": 3}, last(1, "month")), not_happened(last(1, "year"))),
    (happened({"exactly": 2}, last(1, "month")), happened({"at_most": 1})),
    (rule("engagement.purchase", "amounted", {"at_least": 100, "window": last(1, "week")}),
     rule("engagement.purchase", "amounted", {"less_than": 50})),
    (LEADS, rule("segment", "notIn", ["Leads"])),
]  # fmt: skip

COMPATIBLE = [
    (DE, ULM),
    (NOT_DE, rule("country", "!=", "FR")),
    (NOT_DE, rule("country", "null")),
    (rule("custom.score", "<=", 5), rule("custom.score", ">=", 5)),
    (rule("custom.seen", "onOrAfter", "2026-11-24"), rule("custom.seen", "withinLast", {"n": 1, "unit": "hour"})),
    (rule("birth_date", "anniversaryOn", "2024-02-29"), rule("birth_date", "before", "2000-01-01")),
    (rule("email", "beginsWith", "ab"), rule("email", "endsWith", "ba")),
    (VIP, rule("tags", "doesNotContainAll", ["VIP", "Churned"])),
    (rule("tags", "containsAny", ["VIP", "Churned"]), rule("tags", "doesNotContainAll", ["VIP", "Churned"])),
    (happened({"at_least": 3}, last(1, "year")), not_happened(last(1, "month"))),
    (happened(None, {"from": "2026-01-01", "to": "2026-02-01"}),
     not_happened({"from": "2026-01-15", "to": "2026-03-01"})),
    (happened(), rule("engagement.email_opened", "didNotHappen")),
    (rule("engagement.purchase", "amounted", {"at_least": 100}), happened({"at_most": 1}, last(1, "week"))),
    (LEADS, rule("segment", "in", [1])),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS, ids=str)
def test_rules_that_can_never_hold_together(one: object, other: object) -> None:
    assert ("#/rules/1", "contradiction", ("#/rules/0",)) in told(both(one, other))
    assert ("#/rules/1", "contradiction", ("#/rules/0",)) in told(both(other, one))
    assert not [code for _, code, _ in told(either(one, other)) if code == "contradiction"]


@pytest.mark.parametrize(("one", "other"), CONTRADICTIONS, ids=str)
def test_the_opposites_of_such_rules_take_in_everybody(one: object, other: object) -> None:
    opposites = [group("and", rule, **{"not": True}) for rule in (one, other)]
    assert ("#/rules/1/rules/0", "tautology", ("#/rules/0/rules/0",)) in told(either(*opposites))


@pytest.mark.parametrize(("one", "other"), COMPATIBLE, ids=str)
def test_rules_that_can_hold_together(one: object, other: object) -> None:
    assert not {"contradiction", "tautology"} & {code for _, code, _ in told(both(one, other))}


TAUTOLOGIES = [
    (DE, NOT_DE),
    (rule("country", "null"), rule("country", "notNull")),
    (rule("custom.score", "notBetween", [3, 5]), rule("custom.score", "between", [1, 9])),
    (rule("engagement.purchase.count", "<", 3), rule("engagement.purchase.count", ">=", 3)),
    (rule("tags", "containsNone", ["VIP"]), rule("tags", "containsAny", ["VIP", "Churned"])),
    (rule("email", "doesNotContain", "anna"), rule("email", "contains", "nn")),
    (happened(None, last(1, "year")), not_happened(last(1, "month"))),
    (LEADS, rule("segment", "notIn", ["Leads"])),
]


@pytest.mark.parametrize(("one", "other"), TAUTOLOGIES, ids=str)
def test_rules_of_which_everybody_meets_one(one: object, other: object) -> None:
    assert ("#/rules/1", "tautology", ("#/rules/0",)) in told(either(one, other))
    assert not [code for _, code, _ in told(both(one, other)) if code == "tautology"]


def test_less_than_5_or_5_and_more_leaves_out_those_without_a_number() -> None:
    assert told(either(rule("custom.score", "<", 5), rule("custom.score", ">=", 5))) == []


# The first implies the second.
IMPLICATIONS = [
    (rule("custom.score", ">", 10), rule("custom.score", ">", 5)),
    (rule("custom.score", "=", 7), rule("custom.score", "notNull")),
    (rule("country", "in", ["DE"]), rule("country", "in", ["DE", "FR"])),
    (DE, rule("country", "!=", "FR")),
    (rule("custom.renewal", "on", "2026-11-24"), rule("custom.renewal", "inPeriod", "this_month")),
    (rule("custom.seen", "withinLast", {"n": 1, "unit": "day"}), rule("custom.seen", "after", "2026-11-01")),
    (rule("birth_date", "anniversaryWithinNext", {"n": 1, "unit": "week"}),
     rule("birth_date", "anniversaryWithinNext", {"n": 1, "unit": "month"})),
    (rule("email", "beginsWith", "anna"), rule("email", "contains", "nn")),
    (rule("email", "in", ["anna", "hanna"]), rule("email", "endsWith", "anna")),
    (rule("tags", "containsAll", ["VIP", "Churned"]), VIP),
    (rule("tags", "equals", ["VIP"]), rule("tags", "containsNone", ["Churned"])),
    (happened({"at_least": 3}, last(1, "month")), happened(None, last(1, "month"))),
    (happened({"at_least": 3}, last(1, "month")), happened({"at_least": 2}, last(1, "year"))),
    (not_happened(), not_happened(last(1, "year"))),
    (rule("engagement.purchase", "amounted", {"at_least": 100, "window": last(1, "week")}),
     rule("engagement.purchase", "amounted", {"at_least": 50})),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), IMPLICATIONS, ids=str)
def test_rules_that_follow_from_others(one: object, other: object) -> None:
    weaker_first, weaker_last = ("#/rules/0", "redundant", ("#/rules/1",)), ("#/rules/1", "redundant", ("#/rules/0",))
    assert weaker_last in told(both(one, other))
    assert weaker_first in told(both(other, one))
    assert weaker_first in told(either(one, other))
    assert weaker_last in told(either(other, one))


GROUPS: list[tuple[object, list[Told]]] = [
    (DE, []),
    (group("and", DE, ULM, VIP), []),
    # Said once: the second time it stands there it is too much, and each rule is too much only once.
    (group("and", DE, ULM, DE), [("#/rules/2", "redundant", ("#/rules/0",))]),
    (group("or", DE, rule("country", "in", ["de"])), [("#/rules/1", "redundant", ("#/rules/0",))]),
    (group("and", rule("custom.score", ">", 1), rule("custom.score", ">", 2), rule("custom.score", ">", 3)),
     [("#/rules/0", "redundant", ("#/rules/1",)), ("#/rules/1", "redundant", ("#/rules/2",))]),
    # Groups of the same kind within one another are one group, and nots are followed inwards.
    (group("and", DE, group("and", ULM, FR)), [("#/rules/1/rules/1", "contradiction", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, NOT_DE, **{"not": True})),
     [("#/rules/1/rules/1", "redundant", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, DE, **{"not": True})),
     [("#/rules/1/rules/1", "contradiction", ("#/rules/0",))]),
    (group("and", DE, FR, **{"not": True}), [("#/rules/1", "tautology", ("#/rules/0",))]),
    # What stands around a group bears on it.
    (group("and", DE, group("or", FR, ULM)), [("#/rules/1/rules/0", "contradiction", ("#/rules/0",))]),
    (group("and", DE, group("or", ULM, group("and", DE, VIP))),
     [("#/rules/1/rules/1/rules/0", "redundant", ("#/rules/0",))]),
    (group("and", DE, group("or", rule("country", "in", ["DE", "FR"]), ULM)),
     [("#/rules/1", "redundant_group", ("#/rules/1/rules/0", "#/rules/0"))]),
    (group("or", DE, group("and", ULM, DE)), [("#/rules/1", "redundant_group", ("#/rules/1/rules/1", "#/rules/0"))]),
    (group("or", DE, group("and", ULM, group("or", VIP, DE))),
     [("#/rules/1/rules/1/rules/1", "redundant", ("#/rules/0",))]),
    (group("or", DE, group("and", ULM, FR)), []),
    (group("and", group("or", group("or", DE, ULM), VIP), group("or", VIP, ULM, DE)),
     [("#/rules/1", "redundant_group", ("#/rules/0",))]),
    (group("and", group("or", DE, ULM), group("or", DE, VIP)), []),
    # A rule that nobody or everybody meets says so, and nothing else is made of it.
    (rule("engagement.purchase.count", "<", 0), [("#", "never_holds", ())]),
    (group("or", ULM, rule("engagement.purchase.count", ">=", 0), rule("engagement.purchase.count", "=", 1)),
     [("#/rules/1", "always_holds", ())]),
    (not_happened(includeMissing=False), [("#", "never_holds", ())]),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), GROUPS, ids=range(len(GROUPS)))
def test_groups(tree: object, expected: list[Told]) -> None:
    assert told(tree) == expected


SENTENCES = [
    (both(DE, FR), "‘Country is FR’ can never hold together with ‘Country is DE’"),
    (either(DE, NOT_DE), "everybody meets ‘Country is not de’ or ‘Country is DE’: together they leave nobody out"),
    (both(DE, DE), "‘Country is DE’ says the same as ‘Country is DE’"),
    (both(rule("custom.score", ">", 2), rule("custom.score", ">", 1)),
     "‘Score is more than 1’ adds nothing: it follows from ‘Score is more than 2’"),
    (either(rule("custom.score", ">", 1), rule("custom.score", ">", 2)),
     "‘Score is more than 2’ adds nobody: ‘Score is more than 1’ takes in all who meet it"),
    (both(DE, group("or", rule("country", "!=", "FR"), ULM)),
     "the group adds nothing: ‘Country is not FR’ in it follows from ‘Country is DE’"),
    (either(rule("country", "!=", "FR"), both(DE, ULM)),
     "the group adds nobody: ‘Country is not FR’ takes in all who meet ‘Country is DE’"),
    (both(group("and", ULM, **{"not": True}), ULM),
     "‘City is “Ulm”’ can never hold together with ‘City is not “Ulm”’"),
    (both(either(DE, ULM), either(ULM, DE)), "the group says the same as another"),
    (rule("engagement.purchase.count", "<", 0),
     "‘the number of times that “Purchase” happened is less than 0’ can never hold"),
    (rule("engagement.purchase.count", ">=", 0),
     "‘the number of times that “Purchase” happened is at least 0’ holds for everybody"),
    (rule("email", "contains", "ab"),
     "‘E-mail contains “ab”’ makes the index look at every value of E-mail: search for 3 characters or more"),
    (rule("custom.note", "doesNotEndWith", "abcd"),
     "‘Note does not end with “abcd”’ makes the index look at every value of Note: “begins with” and “is” need not"),
    (happened(None, {"after": "2027-01-01"}), "nothing can have happened in it yet"),
    (not_happened(last(1, "month")),
     "holds for contacts who never did it, too, such as newcomers: another rule can leave them out"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "sentence"), SENTENCES, ids=range(len(SENTENCES)))
def test_what_is_said_is_plain(tree: object, sentence: str) -> None:
    [warning] = lint(condition(tree), MOMENT)
    assert warning.detail.endswith(sentence)


# -- rules by themselves


@pytest.mark.parametrize(
    "tree",
    [
        not_happened(last(1, "month")),
        happened({"at_most": 2}),
        happened({"between": [0, 1]}, last(1, "month")),
        happened({"less_than": 3}, last(1, "month")),
        group("or", happened({"at_least": 2}), **{"not": True}),
        rule("engagement.purchase", "amounted", {"less_than": 10}),
        rule("engagement.purchase.count", "<", 5),
        rule("engagement.purchase.last_at", "notWithinLast", {"n": 1, "unit": "month"}),
    ],
    ids=str,
)
def test_rules_that_newcomers_meet(tree: dict[str, Any]) -> None:
    assert "includes_newcomers" in {code for _, code, _ in told(tree)}
    # Not where another rule asks that they did it, at any time and in whatever words.
    for did in (
        happened(None, last(2, "year")),
        rule("engagement.purchase", "amounted", {"at_least": 500}),
        rule("engagement.purchase.count", ">", 0),
        rule("engagement.purchase.total", "notNull"),
        rule("engagement.purchase.first_at", "before", "2026-01-01"),
    ):
        assert "includes_newcomers" not in {code for _, code, _ in told(both(tree, did))}
        assert "includes_newcomers" not in {code for _, code, _ in told(both(did, either(ULM, tree)))}
        assert "includes_newcomers" in {code for _, code, _ in told(either(did, tree))}
    assert "includes_newcomers" in {
        code for _, code, _ in told(both(tree, rule("engagement.email_opened", "happened")))
    }


@pytest.mark.parametrize(
    "tree",
    [
        happened(),
        happened({"exactly": 2}),
        # Those who never did it are whom these ask for.
        not_happened(),
        happened({"exactly": 0}),
        rule("engagement.purchase.count", "=", 0),
        rule("engagement.purchase.last_at", "null"),
        not_happened(last(1, "month"), includeMissing=False),
        group("or", not_happened(last(1, "month")), **{"not": True}),
        rule("country", "!=", "DE"),
        rule("engagement.purchase.total", "!=", 5),
    ],
    ids=str,
)
def test_rules_that_newcomers_do_not_meet_or_are_meant_to(tree: object) -> None:
    assert "includes_newcomers" not in {code for _, code, _ in told(tree)}


@pytest.mark.parametrize(
    ("field", "operator", "needle", "costly"),
    [
        ("email", "contains", "abc", False),
        ("email", "contains", "ab", True),
        ("email", "doesNotContain", "ab", True),
        ("email", "endsWith", "ab", False),  # with the end mark it is three
        ("email", "endsWith", "a", True),
        ("email", "contains", "a\u2003bc", True),  # the index keeps kinds of white space apart nowhere else
        ("email", "beginsWith", "a", False),
        ("email", "=", "a", False),
        ("custom.note", "contains", "abcdef", True),
        ("custom.note", "beginsWith", "a", False),
    ],
)
def test_texts_that_are_searched_for_at_a_cost(field: str, operator: str, needle: str, costly: bool) -> None:
    assert ("costly_text" in {code for _, code, _ in told(rule(field, operator, needle))}) is costly


@pytest.mark.parametrize(
    ("tree", "early"),
    [
        (happened(None, {"after": "2026-11-25"}), True),
        (not_happened({"from": "2026-12-01", "to": "2026-12-24"}), True),
        (happened(None, {"after": (NOW + timedelta(minutes=5)).isoformat()}), False),
        (happened(None, {"after": (NOW + timedelta(minutes=5, seconds=1)).isoformat()}), True),
        (happened(None, {"before": "2027-01-01"}), False),
        (rule("custom.renewal", "after", "2027-01-01"), False),
    ],
    ids=str,
)
def test_windows_that_begin_in_the_future(tree: object, early: bool) -> None:
    assert ("not_yet" in {code for _, code, _ in told(tree)}) is early


def test_as_of_an_earlier_time_a_window_behind_it_is_empty() -> None:
    past = Moment(NOW - timedelta(days=30), BERLIN, closed=True)
    [warning] = lint(condition(happened(None, {"after": "2026-11-01"})), past)
    assert warning.code == "never_holds"


# -- segments within segments

DEFINITIONS: dict[int, Condition] = {1: condition(both(DE, VIP)), 2: condition(either(FR, CHURNED)), 3: condition(FR)}


def told_of_references(tree: object) -> list[tuple[str, str, str]]:
    asked = condition(tree)
    warnings = lint(asked, MOMENT, expand(asked, DEFINITIONS.get))
    return [(one.pointer, one.code.value, one.detail) for one in warnings]


def test_a_rule_against_the_segment_that_is_asked_for() -> None:
    said = "‘Country is FR’ can never hold together with ‘Country is DE’ of the segment Buyers"
    assert told_of_references(group("and", rule("segment", "in", [1]), FR)) == [("#/rules/1", "contradiction", said)]


def test_segments_that_have_nobody_in_common() -> None:
    [(pointer, code, detail)] = told_of_references(group("and", rule("segment", "in", [1]), rule("segment", "in", [3])))
    assert (pointer, code) == ("#/rules/1", "contradiction")
    assert detail.endswith("‘Country is DE’ of the segment Buyers")


def test_of_one_rule_that_names_several_segments_none_is_held_against_another() -> None:
    assert told_of_references(rule("segment", "in", [1, 3])) == []
    [(_, _, detail)] = told_of_references(group("and", rule("segment", "in", [1, 3]), rule("country", "null")))[:1]
    assert "of the segment Buyers or Buyers" in detail


def test_what_follows_from_a_segment_is_left_alone_since_that_may_change() -> None:
    assert told_of_references(group("and", rule("segment", "in", [1]), DE)) == []
    assert told_of_references(group("and", DE, either(rule("segment", "in", [3]), ULM))) != []
    assert told_of_references(group("or", DE, both(rule("segment", "in", [1]), ULM))) == []
    assert told_of_references(group("or", rule("segment", "in", [3]), both(FR, ULM))) == []


def test_what_is_wrong_within_a_segment_is_said_of_that_segment() -> None:
    asked = condition(group("and", LEADS, ULM))
    broken = condition(both(both(DE, FR), either(rule("engagement.purchase.count", "<", 0), either(DE, DE))))
    assert lint(asked, MOMENT, expand(asked, lambda _: broken)) == ()


def test_lists_are_segments_too() -> None:
    asked = condition(group("and", rule("segment", "in", [1]), rule("segment", "notIn", [2])))
    assert lint(asked, MOMENT, expand(asked, lambda number: in_list(number, "list"))) == ()


# -- bounds


def test_of_very_many_rules_some_are_not_compared() -> None:
    rules = [rule("custom.score", "!=", number) for number in range(100)]
    assert told(group("and", *rules)) == [("#", "not_compared", ())]
    assert MOST_COMPARISONS < 100 * 99 / 2
    assert told(group("and", *rules[:60])) == []


def test_of_very_many_segments_some_are_not_compared() -> None:
    wide = condition(group("and", *(rule("custom.score", "!=", number) for number in range(299))))
    asked = condition(group("and", LEADS, *(rule("custom.score", "!=", -number) for number in range(1, 20))))
    assert [warning.code for warning in lint(asked, MOMENT, expand(asked, lambda _: wide))] == ["not_compared"]


def test_long_lists_count_for_more() -> None:
    lists = [rule("country", "notIn", [f"{place}-{number}" for number in range(1_000)]) for place in range(20)]
    assert told(group("and", *lists)) == [("#", "not_compared", ())]


@dataclass(frozen=True)
class Odd(Operator[None]):
    """An operator that the linter has never heard of."""

    name: str = "odd"
    phrase: str = "is odd"
    shape = Nothing()

    def clause(self, field: Field, value: None, moment: Moment, ranks: Ranks) -> Clause:
        return {"match_all": {}}

    def holds(self, field: Field, value: None, document: Document, moment: Moment) -> bool:
        return True


def test_of_an_unknown_operator_only_the_same_rule_is_known() -> None:
    odd, odder = (Criterion(field_named("custom.score"), Odd(name), None, pointer=name) for name in ("odd", "odder"))
    assert lint(And((odd, odder, condition(rule("custom.score", ">", 1)))), MOMENT) == ()
    [warning] = lint(Or((odd, Not(odd))), MOMENT)
    assert warning.code == "tautology"


def test_references_that_are_not_expanded_bear_on_themselves_alone() -> None:
    leads, buyers = InSegment(2, "Leads", "#/rules/0"), InSegment(1, "Buyers", "#/rules/1")
    assert lint(And((leads, Not(buyers))), MOMENT) == ()
    assert [warning.code for warning in lint(And((leads, Not(leads))), MOMENT)] == ["contradiction"]


def test_warnings_stand_in_the_order_of_the_tree() -> None:
    rules = [rule("custom.note", "contains", f"<{number}>") for number in range(12)]
    places = [warning.pointer for warning in lint(parse(group("or", *rules, DE, DE), CATALOGUE).condition, MOMENT)]
    assert places == [f"#/rules/{number}" for number in (*range(12), 13)]
