"""What the linter says of single rules, and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from segments import Moment
from segments.lint import lint
from tests.unit.segments.organisation import BERLIN, MOMENT, NOW, condition, group, rule
from tests.unit.segments.telling import (
    DE,
    FR,
    NOT_DE,
    ULM,
    both,
    either,
    happened,
    last,
    not_happened,
    told,
)

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
