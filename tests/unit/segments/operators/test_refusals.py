"""What is said of a value that an operator does not take: the fault in words, and what would be taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mappings.fields import Custom, Named, catalogue
from mappings.types import CHOICE
from segments import (
    ClosedWindow,
    ConditionError,
    Problem,
    compile,  # noqa: A004 (the field's word)
    evaluate,
    parse,
)
from segments.operators.access import code_of
from segments.operators.operands import operand
from tests.unit.segments.organisation import CATALOGUE, MOMENT, PURCHASE, condition, faults, field_named, history, rule

B = "engagement.purchase"
COUNTS = ("at_least", "more_than", "at_most", "less_than", "exactly", "between")
WINDOWS = ("last", "from", "to", "after", "before")
UNITS = ("minute", "hour", "day", "week", "month", "quarter", "year")
PERIODS = tuple(f"{which}_{unit}" for which in ("last", "this", "next") for unit in UNITS[2:])
INSTANT = 'expected a day like "2026-11-24" or an instant like "2026-11-24T08:30:00Z"'
NO_TEXT = "expected a text that is not empty; to ask for missing values use null or notNull"
AMOUNT = "expected an amount from 0.01 to 10,995,116,277.75 with at most two decimals"
REVERSED = "the lower bound stands behind the upper one: exchange them"


def times(value: object) -> dict[str, object]:
    return {"times": value}


def window(**value: object) -> dict[str, object]:
    return {"window": {key.rstrip("_"): end for key, end in value.items()}}


@pytest.mark.parametrize(
    ("field", "operator", "value", "detail", "allowed"),
    [
        # -- values
        ("country", "=", "", NO_TEXT, None),
        ("country", "=", 5, "expected a text, not int", None),
        ("custom.score", "=", None, "expected a number", None),
        ("custom.score", "=", "5", "expected a number, not str", None),
        ("custom.score", "=", 2**53 + 1, "a whole number this large is not exact: integers are, up to 2^53", None),
        ("custom.active", "=", 1, "expected true or false", None),
        ("custom.renewal", "on", "x", 'expected a day like "2026-11-24"', None),
        ("custom.seen", "on", "x", f'{INSTANT} (expected a day like "2026-11-24")', None),
        ("custom.seen", "on", "2026-11-24T08:30:00+25:00",
         f'{INSTANT} (expected an instant with an offset, like "2026-11-24T08:30:00Z")', None),
        ("custom.renewal", "on", "٢٠٢٦-١١-٢٤", 'expected a day like "2026-11-24"', None),
        ("custom.plan", "=", "Iron", "Plan has no option 'Iron'", ("Gold", "Silver", "a,b")),
        ("custom.plan", "=", 1.5, "Plan has no option 1.5", ("Gold", "Silver", "a,b")),
        ("owner", "=", "Kim", "Owner has several options 'Kim': name the one that is meant by its id", ("3", "4")),
        # -- shapes
        ("country", "null", "x", "this operator takes no value", None),
        ("email", "contains", "x" * 201, "the text has 201 characters; at most 200 can be searched for", None),
        ("country", "in", [], "the list is empty: nobody could match; leave the rule out or name a value", None),
        ("country", "in", ["a"] * 10_001, "the list has 10001 values; at most 10000 are allowed", None),
        ("country", "in", 5, "expected a list", None),
        ("custom.score", "between", [1], "expected two bounds, not 1", None),
        ("custom.score", "between", [2, 1], REVERSED, None),
        ("custom.renewal", "withinLast", 3, "expected an object with n, unit", ("n", "unit")),
        ("custom.renewal", "withinLast", {"n": 3}, "unit is missing", ("n", "unit")),
        ("custom.renewal", "withinLast", {"n": 1, "unit": "day", "a": 1}, "'a' is not known here", ("n", "unit")),
        ("custom.renewal", "withinLast", {"n": 0, "unit": "day"}, "expected a whole number from 1 to 100,000", None),
        ("custom.renewal", "withinLast", {"n": 1, "unit": "hour"}, "expected one of day, week, month, quarter, year",
         UNITS[2:]),
        ("custom.seen", "withinLast", {"n": 1, "unit": "era"},
         "expected one of minute, hour, day, week, month, quarter, year", UNITS),
        ("custom.seen", "anniversaryWithinNext", {"n": 1, "unit": "hour"},
         "expected one of day, week, month, quarter, year", UNITS[2:]),
        ("custom.renewal", "inPeriod", "never", f"expected one of {', '.join(PERIODS)}", PERIODS),
        # -- behaviours
        (B, "happened", 5, "expected an object with times, window", ("times", "window")),
        (B, "happened", times({}), "expected exactly one of the keys", COUNTS),
        (B, "happened", times({"at_least": 512}), "expected a whole number from 1 to 511", None),
        (B, "happened", times({"between": [1]}), "expected two numbers", None),
        (B, "happened", times({"between": {"a": 1, "b": 2}}), "expected two numbers", None),
        (B, "happened", times({"between": [2, 1]}), REVERSED, None),
        (B, "happened", times({"between": [0, 511]}), "expected a whole number from 0 to 510", None),
        (B, "happened", window(), "expected {last}, {from, to}, {after} or {before}", WINDOWS),
        (B, "happened", window(from_="2026-01-01", to="2026-01-01"),
         "the window is empty: it ends where it begins, and its end is left out", None),
        (B, "amounted", {}, "expected either at_least or less_than", ("at_least", "less_than")),
        (B, "amounted", {"a": 1}, "'a' is not known here", ("at_least", "less_than", "window")),
        (B, "amounted", {"at_least": 0}, AMOUNT, None),
        (B, "amounted", {"at_least": 10_995_116_277.76}, AMOUNT, None),
        (B, "amounted", {"at_least": 1} | window(before="2026-01-01"),
         "sums are kept up to the present: use {last} or {after}", None),
        # -- fields that cannot be asked this way, though others of their type can
        ("engagement.refund", "amounted", {"at_least": 1},
         "some amounts of Refund are negative: ask for engagement.refund.total instead", None),
        (f"{B}.last_at", "anniversaryOn", "2026-11-24",
         "Purchase: last time has no anniversary: it moves with the contact's engagement", None),
    ],
    ids=lambda value: f"{value!r:.60}",
)  # fmt: skip
def test_the_words_of_a_refusal(
    field: str, operator: str, value: object, detail: str, allowed: tuple[str, ...] | None
) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(rule(field, operator, value), CATALOGUE)
    [problem] = caught.value.problems
    assert (problem.detail, problem.allowed) == (detail, allowed)


@pytest.mark.parametrize(
    ("value", "at", "code"),
    [
        ({"between": [511, 510]}, "/0", "wrong_type"),
        ({"between": [510, 511]}, "/1", "wrong_type"),
        ({"between": [-1, -2]}, "/0", "wrong_type"),
        ({"between": [0, -1]}, "/1", "wrong_type"),
        ({"between": [510, 509]}, "", "reversed_bounds"),
        ({"between": [1, 0]}, "", "reversed_bounds"),
    ],
    ids=str,
)
def test_of_two_numbers_the_first_that_is_wrong_is_named(value: object, at: str, code: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(rule(B, "happened", times(value)), CATALOGUE)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
        (f"#/value/times/between{at}", code)
    ]


def test_twenty_options_are_named() -> None:
    options = tuple(f"Option {place}" for place in range(21))
    many = catalogue(custom=[Custom("contact", "many", "Many", CHOICE, "keyword_0", options)])
    with pytest.raises(ConditionError) as caught:
        parse(rule("custom.many", "=", "Other"), many)
    assert caught.value.problems[0].allowed == options[:20]


def test_a_value_of_the_greatest_length_and_number_is_taken() -> None:
    names = [f"Tag {place}" for place in range(10_000)]
    known = catalogue(tags=[Named(place, name) for place, name in enumerate(names)])
    assert len(parse(rule("tags", "containsAny", names), known).tree["value"]) == 10_000
    assert faults(rule("email", "contains", "x" * 200)) == set()


# -- what only an evaluation can refuse

CLOSED = rule(B, "happened", {"times": {"at_least": 2}} | window(before="2026-01-01"))
BEHIND = 1_767_222_000  # the end of that window: midnight in Berlin
DEEP = (
    "some contact has 510 of these events after the window; only the newest 511 are kept by time: "
    "ask for fewer, or for a window that ends later"
)
SUMS = "sums are kept up to the present: they cannot be asked for as of an earlier time"


def test_a_window_too_deep_is_refused_in_the_same_words_by_the_query_and_on_a_document() -> None:
    asked = condition(CLOSED)
    full = history(PURCHASE, BEHIND - 1, *range(BEHIND, BEHIND + 510))
    said: list[Problem] = []
    for ask in (
        lambda: compile(asked, MOMENT, {ClosedWindow(PURCHASE, BEHIND): 510}),
        lambda: evaluate(asked, full, MOMENT),
    ):
        with pytest.raises(ConditionError) as caught:
            ask()
        said.extend(caught.value.problems)
    assert said == [Problem("#/value", "window_too_deep", DEEP)] * 2


def test_sums_as_of_an_earlier_time_are_refused_in_words() -> None:
    with pytest.raises(ConditionError) as caught:
        compile(condition(rule(B, "amounted", {"at_least": 5})), replace(MOMENT, closed=True))
    assert [problem.detail for problem in caught.value.problems] == [SUMS]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (code_of, "country belongs to no behaviour"),
        (lambda _: operand(field_named(B)), "a behaviour field is not compared with single values"),
    ],
    ids=("code", "operand"),
)
def test_a_field_that_is_asked_for_what_it_has_not_is_a_fault_of_the_code(ask: Any, words: str) -> None:
    with pytest.raises(TypeError) as caught:
        ask(field_named("country"))
    assert str(caught.value) == words
