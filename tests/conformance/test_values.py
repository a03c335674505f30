"""The instants that trees are asked at stand where calendars are odd, in each of the zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from segments.moment import shift_months
from tests.conformance.values import DAYS, event_times, pasts
from tests.conformance.world import ODD_ZONES

ZONES = [ZoneInfo(name) for name in ODD_ZONES]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def exists(wall: datetime) -> bool:
    return wall.astimezone(UTC).astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_on_days_whose_clocks_change_on_month_ends_and_on_29_february(zone: ZoneInfo) -> None:
    asked = {instant.astimezone(zone).date() for instant in pasts(zone)}
    changes = {
        day for day in DAYS[5:-1] if midnight(day, zone).utcoffset() != midnight(day + timedelta(1), zone).utcoffset()
    }
    assert len(changes) >= 2
    assert changes <= asked
    assert {date(2024, 1, 31), date(2024, 2, 29), date(2024, 5, 31), date(2024, 12, 31), date(2025, 2, 28)} <= asked


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_on_wall_clocks_that_come_twice_and_where_months_lead_to_none(zone: ZoneInfo) -> None:
    local = [instant.astimezone(zone) for instant in pasts(zone)]
    assert any(one.fold for one in local)
    led = [datetime.combine(shift_months(one.date(), -months), one.timetz()) for one in local for months in (1, 2, 3)]
    assert not all(map(exists, led))


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_at_the_ends_of_windows_to_the_second(zone: ZoneInfo) -> None:
    assert set(event_times(zone)) <= set(pasts(zone))
    first = midnight(date(2024, 3, 1), zone).astimezone(UTC)
    assert {first - timedelta(seconds=1), first, first + timedelta(seconds=1)} <= set(pasts(zone))
