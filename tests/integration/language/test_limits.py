"""The largest trees that are allowed can be asked."""

from __future__ import annotations

from itertools import chain
from typing import Any

from segments import Not, closed_windows, compile, evaluate  # noqa: A004 (the field's word)
from segments.clauses import all_of, levels
from segments.compile import MAX_CLAUSES, MAX_NESTING, MAX_PATTERN_BYTES, size
from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import MOMENT, condition, group, rule

WINDOW = {"from": "2026-01-01", "to": "2026-02-01"}


def test_a_tree_of_the_greatest_depth(contacts: Contacts) -> None:
    once = rule("engagement.purchase", "didNotHappen", {"window": WINDOW})
    tree: dict[str, Any] = group("or", once, rule("country", "=", "DE"), **{"not": True})
    for country in ("FR", "IT", "FR", "IT", "FR", "IT", "FR", "IT", "FR", "IT", "ES"):
        tree = group("or", tree, rule("country", "=", country), **{"not": True})
    ids = contacts.add(*({"country": country} for country in ("DE", "FR", "IT", "ES", "PL")))
    countries = dict(zip(ids, ("DE", "FR", "IT", "ES", "PL"), strict=True))
    asked = condition(tree)
    expected = {one for one, country in countries.items() if evaluate(asked, {"country": country}, MOMENT)}
    assert {countries[one] for one in expected} == {"DE", "IT", "PL"}
    assert contacts.found(asked, MOMENT) & countries.keys() == expected


def test_the_deepest_query_that_is_not_refused_is_taken_within_a_sample(contacts: Contacts) -> None:
    asked = condition(rule("country", "=", "de"))
    for _ in range(MAX_NESTING):
        asked = Not(asked)
    clause = compile(asked, MOMENT)
    assert len(levels(clause)) - 1 == MAX_NESTING
    contacts.count(all_of([clause, {"range": {"bucket": {"gte": 17}}}]))


def test_300_rules_of_long_needles_that_trigrams_find(contacts: Contacts) -> None:
    text = "".join(chr(0x4E00 + place) for place in range(1_000))
    [there] = contacts.add({"full_name": text})
    needles = [text[place : place + 200] for place in range(300)]
    asked = condition(group("and", *(rule("full_name", "contains", needle) for needle in needles)))
    assert contacts.found(asked, MOMENT) == {there}
    missing = [rule("full_name", "contains", f"{needle[:-1]}x") for needle in needles]
    assert contacts.found(condition(group("or", *missing)), MOMENT) == set()


def test_patterns_of_as_many_bytes_as_are_not_refused(contacts: Contacts) -> None:
    """Two and a half times as many of them end a server of 512 MB."""
    needles = ["".join(chr(0x4E00 + 7 * place + step) for step in range(200)) for place in range(16)]
    there, almost = contacts.add({"first_name": f"x{needles[3]}x"}, {"first_name": f"x{needles[3][:-1]}x"})
    asked = condition(group("or", *(rule("first_name", "contains", needle) for needle in needles)))
    asked_for = sum(len(needle.encode()) + 2 for needle in needles)
    assert 0.9 * MAX_PATTERN_BYTES < asked_for <= MAX_PATTERN_BYTES
    assert contacts.found(asked, MOMENT) == {there}
    assert almost in contacts.found(Not(asked), MOMENT)


def test_300_windows_that_ended_and_as_many_clauses_as_are_not_refused(contacts: Contacts) -> None:
    window = {"from": "2026-01-01", "to": "2026-02-01"}
    rules = [
        rule(
            "engagement.purchase",
            "happened",
            {"times": {"at_least": k + 2}, "window": window | {"to": f"2026-02-{day:02}"}},
        )
        for day in range(1, 26)
        for k in range(12)
    ]
    asked = condition(group("or", *rules))
    later = dict.fromkeys(closed_windows(asked, MOMENT), 4)
    clause = compile(asked, MOMENT, later)
    assert 0.9 * MAX_CLAUSES < size(chain.from_iterable(levels(clause))) <= MAX_CLAUSES
    assert contacts.matched(clause) == set()
