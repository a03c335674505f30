"""The calendar: clock changes, leap days, month ends, and the ends of the calendar itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.fields import catalogue
from mappings.types.dates import END_OF_INSTANTS, FIRST_INSTANT
from segments import Moment
from segments.moment import Unit, instant_at, milliseconds, seconds, shift_months

ZONES = sorted(available_timezones())
DAYS = st.dates(date(1, 1, 3), date(9999, 12, 29))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 (UTC is added)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def moment(now: str, zone: str = "UTC") -> Moment:
    return Moment(at(now), ZoneInfo(zone))


# -- now


@pytest.mark.parametrize(
    ("clock", "now"),
    [
        ("2026-11-24T08:30:00Z", "2026-11-24T08:31:00Z"),
        ("2026-11-24T08:30:59.999999Z", "2026-11-24T08:31:00Z"),
        ("2026-11-24T09:30:17+01:00", "2026-11-24T08:31:00Z"),
        ("2026-12-31T23:59:30Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_the_present_is_the_end_of_the_current_minute(clock: str, now: str) -> None:
    found = Moment.present(catalogue(time_zone="Asia/Tokyo", week_start=7), datetime.fromisoformat(clock))
    assert found == Moment(at(now), ZoneInfo("Asia/Tokyo"), 7)
    assert found.now.tzinfo is UTC


def test_a_past_moment_is_exact_and_closed() -> None:
    as_of = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=timezone(timedelta(hours=1)))
    assert Moment.past(catalogue(), as_of) == Moment(as_of.astimezone(UTC), ZoneInfo("UTC"), 1, closed=True)


@pytest.mark.parametrize(
    ("now", "zone", "today"),
    [
        ("2026-11-24T23:30:00Z", "Europe/Berlin", date(2026, 11, 25)),
        ("2026-11-24T04:30:00Z", "America/New_York", date(2026, 11, 23)),
        ("2026-11-24T10:30:00Z", "Pacific/Kiritimati", date(2026, 11, 25)),
        ("2026-11-24T10:30:00Z", "Pacific/Pago_Pago", date(2026, 11, 23)),
    ],
)
def test_today_is_the_day_in_the_organisations_zone(now: str, zone: str, today: date) -> None:
    assert moment(now, zone).today == today


# -- where a day begins


@pytest.mark.parametrize(
    ("zone", "day", "begin"),
    [
        ("UTC", "2026-11-24", "2026-11-24T00:00:00Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"),  # 23 hours
        ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z"),  # 25 hours
        ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z"),  # the clock goes back by half an hour
        ("Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30:00Z"),
        ("Asia/Kathmandu", "2026-11-24", "2026-11-23T18:15:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),  # midnight was skipped: it began at 1:00
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"),  # 23:00 to 24:00 came twice the day before
        ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z"),  # 23:30 became 0:30
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),  # there was no such day
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"),  # 0:00 to 1:00 came twice: the first one counts
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),  # 0:01 became 23:01: the first midnight counts
        ("UTC", "0001-01-01", "0001-01-01T00:00:00Z"),
        ("UTC", "9999-12-31", "9999-12-31T00:00:00Z"),
        ("Pacific/Kiritimati", "9999-12-31", "9999-12-30T10:00:00Z"),
        ("Pacific/Pago_Pago", "9999-12-31", "9999-12-31T11:00:00Z"),
    ],
)
def test_start_of_a_day(zone: str, day: str, begin: str) -> None:
    assert moment("2026-01-01T00:00:00Z", zone).start_of(date.fromisoformat(day)) == at(begin)


def test_no_instant_is_older_than_the_first_day_east_of_greenwich() -> None:
    assert moment("2026-01-01T00:00:00Z", "Asia/Tokyo").start_of(date.min) == FIRST_INSTANT


@given(DAYS | st.dates(date(1840, 1, 1), date(2038, 1, 1)), st.sampled_from(ZONES))
def test_a_day_is_what_lies_between_its_start_and_the_next(day: date, zone: str) -> None:
    there = moment("2026-01-01T00:00:00Z", zone)
    begin, end = there.start_of(day), there.start_of(day + timedelta(days=1))
    assert timedelta(0) <= end - begin <= timedelta(hours=48)
    if begin < end:
        assert begin.astimezone(there.zone).date() == day
        assert (begin - timedelta(microseconds=1)).astimezone(there.zone).date() < day


# -- counting from now


@pytest.mark.parametrize(
    ("now", "zone", "count", "unit", "expected"),
    [
        ("2026-03-31T12:00:00Z", "UTC", -1, Unit.MONTH, "2026-02-28T12:00:00Z"),
        ("2024-03-31T12:00:00Z", "UTC", -1, Unit.MONTH, "2024-02-29T12:00:00Z"),
        ("2026-05-31T12:00:00Z", "UTC", -3, Unit.MONTH, "2026-02-28T12:00:00Z"),
        ("2026-01-31T12:00:00Z", "UTC", 1, Unit.MONTH, "2026-02-28T12:00:00Z"),
        ("2026-01-15T12:00:00Z", "UTC", -1, Unit.QUARTER, "2025-10-15T12:00:00Z"),
        ("2024-02-29T12:00:00Z", "UTC", -1, Unit.YEAR, "2023-02-28T12:00:00Z"),
        ("2024-02-29T12:00:00Z", "UTC", 4, Unit.YEAR, "2028-02-29T12:00:00Z"),
        ("2026-01-01T00:00:00Z", "UTC", -13, Unit.MONTH, "2024-12-01T00:00:00Z"),
        # Months keep the clock's time, days are 24 hours.
        ("2026-04-15T10:00:00Z", "Europe/Berlin", -1, Unit.MONTH, "2026-03-15T11:00:00Z"),
        ("2026-04-15T10:00:00Z", "Europe/Berlin", -31, Unit.DAY, "2026-03-15T10:00:00Z"),
        # The time does not exist a month before: it is counted on from before the change.
        ("2026-04-29T00:30:00Z", "Europe/Berlin", -1, Unit.MONTH, "2026-03-29T01:30:00Z"),
        # It is the second 2:30 of that night; a month before there was one.
        ("2026-10-25T01:30:00Z", "Europe/Berlin", -1, Unit.MONTH, "2026-09-25T00:30:00Z"),
        ("2026-11-25T01:30:00Z", "Europe/Berlin", -1, Unit.MONTH, "2026-10-25T00:30:00Z"),
        ("2026-01-01T00:00:30Z", "UTC", -1, Unit.MINUTE, "2025-12-31T23:59:30Z"),
        ("2026-01-01T00:00:00Z", "UTC", 2, Unit.HOUR, "2026-01-01T02:00:00Z"),
        ("2026-01-01T00:00:00Z", "UTC", -2, Unit.WEEK, "2025-12-18T00:00:00Z"),
    ],
)
def test_shifted(now: str, zone: str, count: int, unit: Unit, expected: str) -> None:
    assert moment(now, zone).shifted(count, unit) == at(expected)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_what_leaves_the_calendar_stands_at_its_end(unit: Unit, zone: str) -> None:
    short = unit in (Unit.MINUTE, Unit.HOUR)
    count = 10**10 if short else 10**7
    assert moment("2026-01-01T00:00:00Z", zone).shifted(-count, unit) == FIRST_INSTANT
    assert moment("2026-01-01T00:00:00Z", zone).shifted(count, unit) == END_OF_INSTANTS
    if not short:
        assert moment("2026-01-01T00:00:00Z", zone).shifted_day(-count, unit) == date.min
        assert moment("2026-01-01T00:00:00Z", zone).shifted_day(count, unit) == date.max


def test_what_stays_within_it_by_a_day_does_not_leave_the_instants() -> None:
    assert moment("9999-11-30T20:00:00Z", "America/New_York").shifted(1, Unit.MONTH) == at("9999-12-30T20:00:00Z")
    assert moment("9999-11-30T20:00:00Z", "Asia/Tokyo").shifted(1, Unit.MONTH) == END_OF_INSTANTS
    assert moment("0001-02-02T00:00:00Z", "UTC").shifted(-1, Unit.MONTH) == FIRST_INSTANT
    assert moment("0001-02-01T12:00:00Z", "UTC").shifted(-1, Unit.MONTH) == FIRST_INSTANT


@pytest.mark.parametrize(
    ("now", "count", "unit", "expected"),
    [
        ("2026-11-24T23:30:00Z", -1, Unit.DAY, "2026-11-24"),  # it is the 25th in Berlin
        ("2026-11-24T12:00:00Z", -1, Unit.WEEK, "2026-11-17"),
        ("2026-03-31T12:00:00Z", -1, Unit.MONTH, "2026-02-28"),
        ("2026-11-30T12:00:00Z", 1, Unit.QUARTER, "2027-02-28"),
        ("2024-02-29T12:00:00Z", 1, Unit.YEAR, "2025-02-28"),
    ],
)
def test_shifted_day(now: str, count: int, unit: Unit, expected: str) -> None:
    assert moment(now, "Europe/Berlin").shifted_day(count, unit) == date.fromisoformat(expected)


@given(DAYS, st.integers(-2000, 2000))
def test_months_on_is_the_same_day_or_the_months_last(day: date, months: int) -> None:
    try:
        found = shift_months(day, months)
    except OverflowError:
        assert not 1 <= day.year + (day.month - 1 + months) // 12 <= 9999
        return
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


# -- the axes


@pytest.mark.parametrize(
    ("instant", "millisecond", "second"),
    [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("1970-01-01T00:00:00.001Z", 1, 1),
        ("1970-01-01T00:00:00.000001Z", 1, 1),
        ("1969-12-31T23:59:59.999999Z", 0, 0),
        ("1969-12-31T23:59:59.999Z", -1, 0),
        ("1969-12-31T23:59:59Z", -1000, -1),
        ("2026-11-24T08:31:00Z", 1_795_509_060_000, 1_795_509_060),
    ],
)
def test_axes_count_the_next_whole_unit(instant: str, millisecond: int, second: int) -> None:
    assert (milliseconds(at(instant)), seconds(at(instant))) == (millisecond, second)


@given(INSTANTS)
def test_an_instant_in_milliseconds_comes_back(instant: datetime) -> None:
    whole = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert instant_at(milliseconds(whole)) == whole
