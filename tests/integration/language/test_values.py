"""Numbers, days and instants at their edges."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import MOMENT, condition, number, rule

NUMBERS = [0.0, 1, -1, 0.1, 0.1 + 0.2, 0.3, 19.99, 5e-324, -5e-324, 1e300, -1e300, 2**53, 2**53 - 1, -(2**53), 1.5e9]
TRUTHS = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


@pytest.mark.parametrize("operator", TRUTHS)
def test_doubles_compare_as_doubles(contacts: Contacts, numbers: dict[int, float], operator: str) -> None:
    for asked in [*NUMBERS, -0.0, 0.30000000000000005]:
        expected = {contact_id for contact_id, stored in numbers.items() if TRUTHS[operator](stored, asked)}
        found = contacts.found(condition(rule("custom.score", operator, asked)), MOMENT)
        assert found & numbers.keys() == expected, asked


@pytest.fixture(scope="module")
def numbers(contacts: Contacts) -> dict[int, float]:
    ids = contacts.add(*({"custom": {"double_0": number}} for number in NUMBERS))
    return dict(zip(ids, NUMBERS, strict=True))


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("=", 3, {3}),
        ("=", 3.5, set()),
        ("!=", 3, {1, 2, 4}),
        ("in", [1, 4, 4.5, 1e300, -1e300], {1, 4}),
        (">", 2.5, {3, 4}),
        (">=", 3, {3, 4}),
        ("<", 1e300, {1, 2, 3, 4}),
        ("<", -1e300, set()),
        (">", -1e300, {1, 2, 3, 4}),
        (">", 2**63, set()),
        (">=", float(2**63), set()),
        ("<", float(2**63), {1, 2, 3, 4}),
        ("between", [2, 1e19], {2, 3, 4}),
        ("notBetween", [-1e19, 3], {4}),
        ("between", [-1e300, 1e300], {1, 2, 3, 4}),
        ("notNull", None, {1, 2, 3, 4}),
    ],
)
def test_ids_compare_with_numbers_of_any_size(
    contacts: Contacts, operator: str, value: object, expected: set[int]
) -> None:
    contacts.add({}, {}, {}, {})
    assert contacts.found(condition(rule("contact_id", operator, value)), MOMENT) & {1, 2, 3, 4} == expected


MANY = 10_000


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", [f"nobody-{place}@x.org" for place in range(MANY - 1)]),
        ("contact_id", list(range(10**9, 10**9 + MANY - 1))),
        ("custom.score", [place + 0.25 for place in range(MANY - 1)]),
        ("engagement.purchase.count", list(range(1000, 1000 + MANY - 1))),
        ("engagement.purchase.total", [place / 100 for place in range(100_000, 100_000 + MANY - 1)]),
    ],
)
def test_ten_thousand_values_in_a_list(contacts: Contacts, field: str, values: list[object]) -> None:
    documents: dict[str, dict[str, Any]] = {
        "email": {"email": "here@x.org"},
        "contact_id": {},
        "custom.score": {"custom": {"double_0": 777.5}},
        "engagement.purchase.count": {"events_count": [number(7, 777)]},
        "engagement.purchase.total": {"amounts_total": [number(7, 2**40 + 77_750)]},
    }
    [there] = contacts.add(documents[field])
    own = {"email": "HERE@x.org", "contact_id": there, "engagement.purchase.count": 777}.get(field, 777.5)
    everybody = contacts.matched({"match_all": {}})
    assert contacts.found(condition(rule(field, "in", [*values, own])), MOMENT) == {there}
    assert contacts.found(condition(rule(field, "notIn", [*values, own])), MOMENT) == everybody - {there}


DAYS = ["0001-01-01", "0001-01-02", "0001-12-31", "1582-10-10", "1900-02-28", "1969-12-31", "1970-01-01",
"2024-02-29", "9999-12-30",
        "9999-12-31"]  # fmt: skip
INSTANTS = ["0001-01-02T00:00:00.000Z", "0001-06-01T12:00:00.000Z", "1582-10-10T00:00:00.000Z",
"1893-03-31T23:06:32.000Z",
            "1969-12-31T22:59:59.999Z", "1969-12-31T23:00:00.000Z", "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00.000Z",
            "2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00.000Z", "9999-12-30T22:59:59.999Z",
            "9999-12-30T23:00:00.000Z",
            "9999-12-30T23:59:59.999Z"]  # fmt: skip
ORDER = {
    "on": lambda stored, asked: stored == asked,
    "notOn": lambda stored, asked: stored != asked,
    "before": lambda stored, asked: stored < asked,
    "after": lambda stored, asked: stored > asked,
    "onOrBefore": lambda stored, asked: stored <= asked,
    "onOrAfter": lambda stored, asked: stored >= asked,
}


@pytest.mark.parametrize("operator", ORDER)
@pytest.mark.parametrize(
    ("field", "path", "values"), [("custom.renewal", "date_0", DAYS), ("custom.seen", "date_1", INSTANTS)]
)
def test_days_and_instants_compare_over_the_whole_calendar(
    contacts: Contacts, operator: str, field: str, path: str, values: list[str]
) -> None:
    """Written alike, they sort as texts do."""
    ids = contacts.add(*({"custom": {path: value}} for value in values))
    stored = dict(zip(ids, values, strict=True))
    for asked in values:
        expected = {contact_id for contact_id, value in stored.items() if ORDER[operator](value, asked)}
        assert contacts.found(condition(rule(field, operator, asked)), MOMENT) & stored.keys() == expected, asked


@pytest.mark.parametrize(
    ("day", "begin", "end"),
    [
        ("1970-01-01", "1969-12-31T23:00:00.000Z", "1970-01-01T22:59:59.999Z"),
        ("1893-04-01", "1893-03-31T23:06:32.000Z", "1893-04-01T22:59:59.999Z"),  # Berlin left its mean time
        ("2026-03-29", "2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.999Z"),
        ("2026-10-25", "2026-10-24T22:00:00.000Z", "2026-10-25T22:59:59.999Z"),
        ("9999-12-31", "9999-12-30T23:00:00.000Z", "9999-12-30T23:59:59.999Z"),
    ],
)
def test_a_day_takes_in_its_first_and_last_millisecond_and_no_other(
    contacts: Contacts, day: str, begin: str, end: str
) -> None:
    from mappings.types.dates import parse_instant, write_instant
    from segments.moment import instant_at, milliseconds

    def moved(instant: str, by: int) -> str:
        return write_instant(instant_at(milliseconds(parse_instant(instant)) + by))

    outside = [moved(begin, -1), *([moved(end, 1)] if day != "9999-12-31" else [])]
    ids = contacts.add(*({"custom": {"date_1": instant}} for instant in (begin, end, *outside)))
    assert contacts.found(condition(rule("custom.seen", "on", day)), MOMENT) & set(ids) == set(ids[:2])
