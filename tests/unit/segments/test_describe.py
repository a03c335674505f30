"""Sentences: every operator on every type of field, whole trees, and that no two meanings read alike."""

from __future__ import annotations

import copy
import itertools
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments import And, Condition, Criterion, InSegment, Not, Or, describe, operators_of
from tests.conformance import trees as conformance
from tests.unit.segments.organisation import CATALOGUE, condition, field_named, group, rule

A, B, C = rule("country", "=", "DE"), rule("tags", "containsAny", ["VIP"]), rule("custom.score", ">", 1)
a, b, c = "Country is DE", "Tags include VIP", "Score is more than 1"
NOT = {"not": True}


def happened(**value: object) -> dict[str, Any]:
    return rule("engagement.purchase", "happened", value)


def lapse(n: int, unit: str) -> dict[str, object]:
    return {"n": n, "unit": unit}


RULES: list[tuple[object, str]] = [
    # -- text
    (rule("city", "=", "New York"), "City is “New York”"),
    (rule("city", "!=", "Ulm"), "City is not “Ulm”"),
    (rule("city", "in", ["Ulm"]), "City is “Ulm”"),
    (rule("city", "in", ["Ulm", "Bonn", "Ulm"]), "City is “Ulm” or “Bonn”"),
    (rule("city", "notIn", ["Ulm"]), "City is not “Ulm”"),
    (rule("city", "notIn", ["Ulm", "Bonn"]), "City is neither “Ulm” nor “Bonn”"),
    (rule("city", "notIn", ["Ulm", "Bonn", "Kiel"]), "City is neither “Ulm”, “Bonn” nor “Kiel”"),
    (rule("email", "contains", "@example."), "E-mail contains “@example.”"),
    (rule("email", "doesNotContain", "test"), "E-mail does not contain “test”"),
    (rule("email", "beginsWith", "info@"), "E-mail begins with “info@”"),
    (rule("email", "doesNotBeginWith", "info@"), "E-mail does not begin with “info@”"),
    (rule("company.name", "endsWith", "GmbH"), "Company name ends with “GmbH”"),
    (rule("company.name", "doesNotEndWith", "GmbH"), "Company name does not end with “GmbH”"),
    (rule("phone", "null"), "Phone has no value"),
    (rule("phone", "notNull"), "Phone has a value"),
    (rule("email", "doesNotContain", "test", includeMissing=False), "E-mail does not contain “test” (but has a value)"),
    (rule("custom.note", "contains", "a\tb“c”"), 'Note contains “a[U+0009]b"c"”'),
    (rule("custom.note", "=", "x" * 200), f"Note is “{'x' * 79}…”"),
    # -- choices
    (rule("country", "in", ["DE", "FR", "IT"]), "Country is DE, FR or IT"),
    (rule("country", "notIn", ["DE", "FR"], includeMissing=False),
     "Country is neither DE nor FR (but has a value)"),
    (rule("country", "=", "Bosnia and Herzegovina"), "Country is “Bosnia and Herzegovina”"),
    (rule("country", "=", "(none)"), "Country is “(none)”"),
    (rule("country", "in", [str(n) for n in range(12)]), "Country is 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 or 2 more"),
    (rule("owner", "!=", "Ada"), "Owner is not Ada"),
    (rule("team", "null"), "Team has no value"),
    (rule("team", "notNull"), "Team has a value"),
    (rule("custom.plan", "=", "a,b"), "Plan is “a,b”"),
    # -- numbers and figures of a behaviour
    (rule("company.size", ">=", 1_250), "Company size is at least 1,250"),
    (rule("company.size", "<=", 2.5), "Company size is at most 2.5"),
    (rule("custom.score", "<", 0), "Score is less than 0"),
    (rule("custom.score", "=", -7), "Score is -7"),
    (rule("custom.score", "in", [1, 2.5]), "Score is 1 or 2.5"),
    (rule("custom.score", "notNull"), "Score has a value"),
    (rule("custom.score", "between", [1, 2]), "Score is between 1 and 2"),
    (rule("custom.score", "notBetween", [1, 2]), "Score is not between 1 and 2"),
    (rule("custom.score", "notIn", [1, 2]), "Score is neither 1 nor 2"),
    (rule("engagement.purchase.count", ">=", 3), "the number of times that “Purchase” happened is at least 3"),
    (rule("engagement.purchase.count", "!=", 3, includeMissing=False),
     "the number of times that “Purchase” happened is not 3"),
    (rule("engagement.purchase.total", ">", 99.5), "the total amount of “Purchase” is more than 99.5"),
    (rule("engagement.purchase.average", "null"), "the average amount of “Purchase” has no value"),
    (rule("engagement.purchase.largest", "<", 10), "the largest amount of “Purchase” is less than 10"),
    (rule("engagement.purchase.last_at", "withinLast", lapse(3, "day")),
     "the last time of “Purchase” is within the last 3 days"),
    (rule("engagement.email_opened.first_at", "before", "2026-01-01"),
     "the first time of “E-mail opened” is before 1 January 2026"),
    # -- days and instants
    (rule("birth_date", "on", "2000-02-29"), "Birth date is on 29 February 2000"),
    (rule("birth_date", "notOn", "2000-02-29"), "Birth date is not on 29 February 2000"),
    (rule("birth_date", "before", "2000-01-01"), "Birth date is before 1 January 2000"),
    (rule("birth_date", "onOrAfter", "2000-01-01"), "Birth date is on or after 1 January 2000"),
    (rule("birth_date", "between", ["2000-01-01", "2000-12-31"]),
     "Birth date is between 1 January 2000 and 31 December 2000"),
    (rule("birth_date", "notBetween", ["2000-01-01", "2000-12-31"], includeMissing=False),
     "Birth date is not between 1 January 2000 and 31 December 2000 (but has a value)"),
    (rule("birth_date", "null"), "Birth date has no value"),
    (rule("birth_date", "notNull"), "Birth date has a value"),
    (rule("birth_date", "anniversaryOn", "2026-02-28"), "Birth date has its anniversary on 28 February 2026"),
    (rule("birth_date", "anniversaryWithinNext", lapse(1, "week")),
     "Birth date has its anniversary within the next week"),
    (rule("custom.seen", "after", "2026-11-24T08:31:00Z"), "Last seen is after 24 November 2026, 08:31 UTC"),
    (rule("custom.seen", "onOrBefore", "2026-11-24T09:31:07+01:00"),
     "Last seen is on or before 24 November 2026, 08:31:07 UTC"),
    (rule("custom.seen", "on", "2026-11-24T08:31:07.250Z"), "Last seen is on 24 November 2026, 08:31:07.250 UTC"),
    (rule("custom.seen", "notWithinLast", lapse(90, "minute")), "Last seen is not within the last 90 minutes"),
    (rule("custom.seen", "moreThanAgo", lapse(1, "month")), "Last seen is more than 1 month ago"),
    (rule("custom.renewal", "moreThanAhead", lapse(2, "quarter")), "Renewal is more than 2 quarters ahead"),
    (rule("custom.renewal", "withinNext", lapse(1, "year")), "Renewal is within the next year"),
    (rule("custom.renewal", "inPeriod", "this_day"), "Renewal is today"),
    (rule("custom.renewal", "inPeriod", "last_day"), "Renewal is yesterday"),
    (rule("custom.renewal", "inPeriod", "next_day"), "Renewal is tomorrow"),
    (rule("custom.renewal", "inPeriod", "last_quarter"), "Renewal is last quarter"),
    # -- booleans
    (rule("custom.active", "=", True), "Active is true"),
    (rule("custom.active", "!=", True, includeMissing=False), "Active is not true (but has a value)"),
    (rule("custom.active", "null"), "Active has no value"),
    (rule("custom.active", "notNull"), "Active has a value"),
    # -- sets
    (rule("tags", "containsAny", ["VIP", "Churned"]), "Tags include VIP or Churned"),
    (rule("tags", "containsAny", ["a,b"]), "Tags include “a,b”"),
    (rule("tags", "containsNone", ["VIP"]), "Tags do not include VIP"),
    (rule("tags", "containsNone", ["VIP", "Churned"]), "Tags include neither VIP nor Churned"),
    (rule("tags", "containsAll", ["VIP", "VIP"]), "Tags include VIP"),
    (rule("tags", "containsAll", ["VIP", "Churned"]), "Tags include all of VIP and Churned"),
    (rule("tags", "doesNotContainAll", ["VIP", "Churned"], includeMissing=False),
     "Tags do not include all of VIP and Churned (but are not empty)"),
    (rule("tags", "equals", ["VIP", "Churned"]), "Tags are exactly VIP and Churned"),
    (rule("tags", "null"), "Tags are empty"),
    (rule("tags", "notNull"), "Tags are not empty"),
    (rule("channels", "containsAny", ["email", "whatsapp"]), "the contact is reachable by email or whatsapp"),
    (rule("channels", "containsNone", ["email"]), "the contact is not reachable by email"),
    (rule("channels", "containsNone", ["email", "whatsapp"]),
     "the contact is reachable by neither email nor whatsapp"),
    (rule("channels", "equals", ["email"]), "the contact is reachable by exactly email"),
    (rule("channels", "null"), "the contact is reachable by no channel"),
    (rule("unsubscribed", "notNull"), "the contact is unsubscribed from some channel"),
    (rule("unsubscribed", "containsNone", ["email"], includeMissing=False),
     "the contact is not unsubscribed from email (but from another channel)"),
    # -- behaviours
    (happened(), "“Purchase” happened at least once"),
    (rule("engagement.email_opened", "happened", {"window": {"last": lapse(30, "day")}}),
     "“E-mail opened” happened at least once in the last 30 days"),
    (happened(times={"exactly": 1}), "“Purchase” happened exactly once"),
    (happened(times={"at_most": 2}, window={"last": lapse(1, "year")}),
     "“Purchase” happened at most 2 times in the last year"),
    (happened(times={"between": [2, 5]}), "“Purchase” happened between 2 and 5 times"),
    (happened(times={"between": [0, 1]}), "“Purchase” happened at most once"),
    (happened(times={"exactly": 0}), "“Purchase” never happened"),
    (happened(times={"less_than": 1}, window={"before": "2026-01-01"}),
     "“Purchase” did not happen before 1 January 2026"),
    (happened(window={"after": "2026-01-01"}), "“Purchase” happened at least once since 1 January 2026"),
    (happened(window={"from": "2026-01-01", "to": "2026-02-01"}),
     "“Purchase” happened at least once from 1 January 2026 up to but not including 1 February 2026"),
    (rule("engagement.purchase", "didNotHappen"), "“Purchase” never happened"),
    (rule("engagement.purchase", "didNotHappen", {"window": {"after": "2026-01-01"}}),
     "“Purchase” has not happened since 1 January 2026"),
    (rule("engagement.purchase", "didNotHappen", {"window": {"last": lapse(1, "month")}}, includeMissing=False),
     "“Purchase” did not happen in the last month (but did at another time)"),
    (rule("engagement.purchase", "amounted", {"at_least": 1_000}), "“Purchase” amounted to at least 1,000.00"),
    (rule("engagement.purchase", "amounted", {"less_than": 9.9, "window": {"last": lapse(2, "week")}}),
     "“Purchase” amounted to less than 9.90 in the last 2 weeks"),
    # -- segments
    (rule("segment", "in", ["Leads"]), "the contact is in the segment “Leads”"),
    (rule("segment", "notIn", ["Leads"]), "the contact is not in the segment “Leads”"),
    (rule("segment", "in", ["Leads", 1]),
     "the contact is in the segment “Leads” or the contact is in the segment “Buyers”"),
]  # fmt: skip

TREES: list[tuple[object, str]] = [
    (group("and", A), a),
    (group("or", A), a),
    (group("and", A, B), f"{a} and {b}"),
    (group("or", A, B, C), f"{a} or {b} or {c}"),
    (group("and", A, group("and", B, C)), f"{a} and {b} and {c}"),
    (group("and", A, group("or", B, C)), f"{a} and ({b} or {c})"),
    (group("or", A, group("and", B, C)), f"{a} or ({b} and {c})"),
    # What is muted is not in the sentence.
    (group("and", A, B | {"muted": True}, group("or", C, A | {"muted": True})), f"{a} and {c}"),
    # Of a rule the opposite is said, of a group that it is not so.
    (group("and", A, **NOT), "Country is not DE"),
    (group("or", rule("country", "notIn", ["DE", "FR"]), **NOT), "Country is DE or FR"),
    (group("and", rule("tags", "null"), **NOT), "Tags are not empty"),
    (group("and", rule("engagement.purchase", "didNotHappen"), **NOT), "“Purchase” happened"),
    (group("and", C, **NOT), f"it is not so that ({c})"),
    (group("and", rule("country", "!=", "DE", includeMissing=False), **NOT),
     "it is not so that (Country is not DE (but has a value))"),
    (group("and", A, B, **NOT), f"it is not so that ({a} and {b})"),
    (group("and", A, group("or", B, C, **NOT)), f"{a} and it is not so that ({b} or {c})"),
    (group("and", A, group("and", group("or", B, C, **NOT), **NOT)),
     f"{a} and it is not so that (it is not so that ({b} or {c}))"),
    (group("and", A, rule("segment", "notIn", ["Leads", 1])),
     f"{a} and it is not so that (the contact is in the segment “Leads” or the contact is in the segment “Buyers”)"),
    (group("and", A, group("or", rule("segment", "in", ["Leads"]), **NOT)),
     f"{a} and the contact is not in the segment “Leads”"),
    # A group of one adds nothing, and takes no brackets away.
    (group("and", A, group("or", group("or", B, C))), f"{a} and ({b} or {c})"),
    (group("or", A, group("and", group("or", B, C))), f"{a} or {b} or {c}"),
    (group("and", A, group("or", group("and", B, C))), f"{a} and {b} and {c}"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "sentence"), [*RULES, *TREES], ids=range(len(RULES) + len(TREES)))
def test_sentences(tree: object, sentence: str) -> None:
    assert describe(condition(tree)) == f"Contacts where {sentence}."


def test_every_operator_on_every_type_of_field_has_a_sentence_in_the_table() -> None:
    spoken = {(field_named(tree["field"]).type.trait, tree["operator"]) for tree, _ in RULES if isinstance(tree, dict)}
    asked = {(field.type.trait, operator.name) for field in CATALOGUE for operator in operators_of(field)}
    assert asked - spoken == set()


@pytest.mark.parametrize("name", ["custom.interest", "custom.status", "custom.hobbies"])
def test_one_or_several(name: str) -> None:
    """A label is taken for a plural by its ending."""
    label = name.removeprefix("custom.").title()
    field = replace(field_named("custom.hobbies"), label=label)
    asked = condition(rule("custom.hobbies", "containsAny", ["Go"]))
    assert isinstance(asked, Criterion)
    verb = "include" if label == "Hobbies" else "includes"
    assert describe(replace(asked, field=field)) == f"Contacts where {label} {verb} Go."


# -- whole trees


def truths(found: Condition) -> tuple[bool, ...]:
    """What a tree over three segments means: whether it holds, for each choice of the segments that hold."""
    return tuple(_holds(found, chosen) for chosen in itertools.product((False, True), repeat=3))


def _holds(found: Condition, chosen: tuple[bool, ...]) -> bool:
    match found:
        case And(parts):
            return all(_holds(part, chosen) for part in parts)
        case Or(parts):
            return any(_holds(part, chosen) for part in parts)
        case Not(part):
            return not _holds(part, chosen)
        case InSegment(number):
            return chosen[number]
        case Criterion():
            raise TypeError("only segments are told apart here")


def test_two_trees_of_different_meaning_never_read_alike() -> None:
    """Every tree of two levels over three segments, with nots and groups of one."""
    leaves: list[Condition] = [InSegment(number, f"s{number}") for number in range(3)]
    leaves += [Not(leaf) for leaf in leaves]
    pairs: list[Condition] = [kind((one, two)) for kind in (And, Or) for one in leaves for two in leaves]
    pairs += [Not(pair) for pair in pairs]
    small = [*leaves, *pairs, *(kind((one,)) for kind in (And, Or) for one in pairs)]
    found: list[Condition] = [kind((one, two)) for kind in (And, Or) for one in leaves for two in small]
    read: dict[str, tuple[bool, ...]] = {}
    for tree in [*found, *map(Not, found)]:
        sentence, meaning = describe(tree), truths(tree)
        assert read.setdefault(sentence, meaning) == meaning, sentence


READY = replace(CATALOGUE, fields={field.name: field for field in CATALOGUE if field.unavailable is None})
RANDOM_RULES = conformance.rules(READY)
RANDOM = conformance.trees(RANDOM_RULES, [list(RANDOM_RULES)])


@given(RANDOM)
def test_every_tree_is_one_plain_sentence(tree: dict[str, Any]) -> None:
    sentence = describe(condition(tree))
    assert re.fullmatch(r"Contacts where \S.*\S\.", sentence)
    assert sentence.isprintable()
    # What people wrote stands in quotation marks, or is as plain as a word.
    words = re.sub("“[^“”]*”", "“”", sentence)
    assert not re.search(r"[{}_\[\]<>=|\\]|\b[a-z]+[A-Z]|None|True|False|\w\.[a-z]|  ", words), words
    assert words.count("(") == words.count(")")


def groups_of(tree: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [found for part in tree.get("rules", ()) for found in groups_of(part)]
    return [tree, *inner] if "rules" in tree else []


@given(RANDOM, st.data())
def test_a_tree_with_another_and_or_not_reads_differently(tree: dict[str, Any], data: st.DataObject) -> None:
    before = describe(condition(tree))
    changed = copy.deepcopy(tree)
    chosen = data.draw(st.sampled_from(groups_of(changed)))
    if sum(not part.get("muted") for part in chosen["rules"]) > 1 and data.draw(st.booleans()):
        chosen["combinator"] = "or" if chosen["combinator"] == "and" else "and"
    else:
        chosen["not"] = not chosen["not"]
    assert describe(condition(changed)) != before
