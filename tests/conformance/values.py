"""The values that random contacts have, chosen to hurt: every script and metacharacter, edges of days and numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TEXTS = (
    "Anna", "anna", "ÄNNA", "Müller", "MÜLLER", "straße", "STRASSE", "Иван", "ИВАН", "李雷", "Zoë", "İpek", "ipek", "Ǆ",
    "ΣΊΣΥΦΟΣ", "a*b", "a?b", "a\\b", "a.b|c", "ab", "axb", "100%", "_x_", "O'Neil", "tab\there", "tab here", "x\u00a0y",
    "\u3000wide", "x\u2003y", "emoji😀x", "e\u0301", "é", " lead", "trail ", "(a)", "[b]", "{c}", "^d$", "a+b", "~",
    "a", "of the", "ORF", "ﬁ", "#&@<>", "\ue000mark", "ver\ue002y", "null", "true", "0", "Q" * 250,
)  # fmt: skip
CHOICES = ("Germany", "germany", "GERMANY", "Österreich", "österreich", "US", "us", "a,b", "日本")
OPTIONS = ("Gold", "Silver", "Bronze", "Ölzweig")
NUMBERS = (0, -1, 1, 2.5, -3, 0.1, 0.30000000000000004, 19.99, 1e15, 2**53, -(2**53), 1e-9, 1e300, 500)

# Days on which calendars are odd: leap days, month ends, clock changes, the calendar's own ends.
DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        "0001-01-03", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29", "2023-02-28", "2023-03-26", "2023-04-02",
        "2023-10-01", "2023-10-29", "2023-12-31", "2024-01-01", "2024-01-31", "2024-02-28", "2024-02-29", "2024-03-01",
        "2024-03-10", "2024-03-31", "2024-04-07", "2024-04-10", "2024-05-31", "2024-10-06", "2024-10-27", "2024-11-03",
        "2024-11-06", "2024-12-31", "2025-02-28", "9999-12-28",
    )
)  # fmt: skip


def edges(zone: ZoneInfo) -> tuple[datetime, ...]:
    """Midnights of the odd days in the zone, and the instants beside them."""
    midnights = [datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in DAYS[2:-1]]
    steps = (
        timedelta(0),
        timedelta(milliseconds=-1),
        timedelta(milliseconds=1),
        timedelta(hours=2),
        timedelta(hours=12),
    )
    return tuple(midnight + step for midnight in midnights for step in steps)


def event_times(zone: ZoneInfo) -> tuple[datetime, ...]:
    """Instants of events: whole seconds at, before and after the odd midnights, none before 1970."""
    midnights = [datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) for day in DAYS[5:-1]]
    steps = (timedelta(0), timedelta(seconds=-1), timedelta(seconds=1), timedelta(hours=3), timedelta(days=-10))
    return tuple(midnight + step for midnight in midnights for step in steps)


PRESENT = datetime(2025, 4, 1, 12, 1, tzinfo=UTC)  # after every event


def pasts(zone: ZoneInfo) -> tuple[datetime, ...]:
    """Instants to evaluate at, to the second: those of events, and wall clocks that a change skips or repeats.

    The latter also where they are a month or a day away: relative time leads there.
    """
    walls = [
        datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=zone).astimezone(UTC)
        for day in DAYS[5:-1]
        for hour, minute in ((0, 15), (1, 45), (2, 15))
        for fold in (0, 1)
    ]
    return (*event_times(zone), *dict.fromkeys(walls))
