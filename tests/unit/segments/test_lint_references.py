"""What the linter says of segments within segments, and where it stops."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.fields import Field
from segments import And, Condition, Criterion, InSegment, Moment, Not, Or, expand, parse
from segments.clauses import Clause
from segments.expand import in_list
from segments.lint import lint
from segments.lint.examination import MOST_COMPARISONS
from segments.operators import Operator, Ranks
from segments.operators.access import Document
from segments.operators.shapes import Nothing
from tests.unit.segments.organisation import CATALOGUE, MOMENT, condition, field_named, group, rule
from tests.unit.segments.telling import (
    CHURNED,
    DE,
    FR,
    LEADS,
    ULM,
    VIP,
    both,
    either,
    told,
)

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
