"""Calendar periods on other days than that of the tables, in weeks that begin on other days than Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments import Moment, evaluate
from segments.operators.dates import period_span
from tests.unit.segments.organisation import condition, document_with, field_named, rule

RENEWAL = field_named("custom.renewal")


def days(period: str, today: date, week_start: int = 1) -> tuple[date, date]:
    """The first and the last day of the period."""
    now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    span = period_span(period, RENEWAL, Moment(now, ZoneInfo("UTC"), week_start))
    assert span.low is not None
    assert span.high is not None
    return date.fromordinal(span.low), date.fromordinal(span.high - 1)


@pytest.mark.parametrize(
    ("today", "week_start", "first", "last"),
    [
        ("2026-11-23", 1, "2026-11-23", "2026-11-29"),  # a Monday
        ("2026-11-29", 1, "2026-11-23", "2026-11-29"),  # a Sunday
        ("2026-11-29", 7, "2026-11-29", "2026-12-05"),
        ("2026-11-28", 7, "2026-11-22", "2026-11-28"),
        ("2026-11-28", 6, "2026-11-28", "2026-12-04"),
        ("2026-11-27", 6, "2026-11-21", "2026-11-27"),
        ("2027-01-01", 1, "2026-12-28", "2027-01-03"),  # a week of two years
        ("2024-02-29", 4, "2024-02-29", "2024-03-06"),
    ],
)
def test_a_week_begins_on_the_organisations_day(today: str, week_start: int, first: str, last: str) -> None:
    found = days("this_week", date.fromisoformat(today), week_start)
    assert found == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("last_month", "2024-03-31", "2024-02-01", "2024-02-29"),
        ("last_month", "2026-01-15", "2025-12-01", "2025-12-31"),
        ("next_month", "2026-01-31", "2026-02-01", "2026-02-28"),
        ("last_quarter", "2026-01-15", "2025-10-01", "2025-12-31"),
        ("this_quarter", "2026-03-31", "2026-01-01", "2026-03-31"),
        ("this_quarter", "2026-04-01", "2026-04-01", "2026-06-30"),
        ("this_quarter", "2026-09-30", "2026-07-01", "2026-09-30"),
        ("next_quarter", "2026-12-31", "2027-01-01", "2027-03-31"),
        ("next_year", "2024-02-29", "2025-01-01", "2025-12-31"),
        ("last_day", "2026-03-01", "2026-02-28", "2026-02-28"),
    ],
)
def test_months_quarters_and_years(period: str, today: str, first: str, last: str) -> None:
    assert days(period, date.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


@given(
    st.dates(date(1971, 1, 1), date(2100, 1, 1)),
    st.integers(1, 7),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_last_this_and_next_lie_side_by_side_around_today(today: date, week_start: int, unit: str) -> None:
    before, now, after = (days(f"{which}_{unit}", today, week_start) for which in ("last", "this", "next"))
    assert now[0] <= today <= now[1]
    assert before[1] + timedelta(days=1) == now[0]
    assert now[1] + timedelta(days=1) == after[0]
    if unit == "week":
        assert now[0].isoweekday() == week_start
        assert (now[1] - now[0]).days == 6


@pytest.mark.parametrize("today", ["2027-02-28", "2027-03-01", "2028-02-29", "2028-03-01"])
def test_within_two_years_every_day_has_its_anniversary(today: str) -> None:
    within = condition(rule("custom.renewal", "anniversaryWithinNext", {"n": 2, "unit": "year"}))
    moment = Moment(datetime.fromisoformat(f"{today}T12:00:00Z"), ZoneInfo("UTC"))
    leap_year = [date(2024, 1, 1) + timedelta(days=place) for place in range(366)]
    assert all(evaluate(within, document_with("custom.renewal", day.isoformat()), moment) for day in leap_year)
