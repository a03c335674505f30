"""Days and instants. It is Tuesday, 24 November 2026, 9:31 in Berlin, 8:31 UTC."""

from __future__ import annotations

from typing import Any

from tests.unit.segments.operators.cases import Case, Refusal, refusals
from tests.unit.segments.organisation import OPENED, PURCHASE, event, number

D, T = "custom.date_0", "custom.date_1"
LAST, FIRST = "engagement.purchase.last_at", "engagement.purchase.first_at"
DAY, SEEN = "custom.renewal", "custom.seen"
NOW, TODAY = 1_795_509_060, 1_795_474_800  # epoch seconds: now, and the midnight before it in Berlin
NOBODY: dict[str, object] = {"match_none": {}}


def spanned(path: str, low: str | None = None, high: str | None = None) -> dict[str, object]:
    return {"range": {path: {key: bound for key, bound in (("gte", low), ("lt", high)) if bound is not None}}}


def last(low: int, high: int) -> dict[str, object]:
    return {"range": {"events": {"gte": event(PURCHASE, 1, low), "lte": event(PURCHASE, 1, high)}}}


def first(low: int, high: int) -> dict[str, object]:
    return {"range": {"events_first": {"gte": number(PURCHASE, low), "lte": number(PURCHASE, high)}}}


def did(newest: int, oldest: int, code: int = PURCHASE) -> dict[str, object]:
    return {
        "events": [event(code, 1, newest), event(code, 2, oldest), event(OPENED, 1, NOW)],
        "events_first": [number(code, oldest), number(OPENED, NOW)],
    }


LAST_SECOND = 2**32 - 1


def spoken(period: str) -> str:
    days = {"last_day": "yesterday", "this_day": "today", "next_day": "tomorrow"}
    return days.get(period, period.replace("_", " "))


CASES = [
    # -- a day
    Case(DAY, "on", "2026-11-24", spanned(D, "2026-11-24", "2026-11-25"), "Renewal is on 24 November 2026",
         holds=("2026-11-24",), fails=("2026-11-23", "2026-11-25"),
         negative=("notOn", "Renewal is not on 24 November 2026")),
    Case(DAY, "=", "2026-11-24", spanned(D, "2026-11-24", "2026-11-25"), "Renewal is on 24 November 2026",
         holds=("2026-11-24",), fails=("2026-11-25",), negative=("!=", "Renewal is not on 24 November 2026")),
    Case(DAY, "before", "2026-11-24", spanned(D, None, "2026-11-24"), "Renewal is before 24 November 2026",
         holds=("2026-11-23", "0001-01-01"), fails=("2026-11-24",)),
    Case(DAY, "<", "2026-11-24", spanned(D, None, "2026-11-24"), "Renewal is before 24 November 2026",
         holds=("2026-11-23",)),
    Case(DAY, "after", "2026-11-24", spanned(D, "2026-11-25"), "Renewal is after 24 November 2026",
         holds=("2026-11-25", "9999-12-31"), fails=("2026-11-24",)),
    Case(DAY, ">", "2026-11-24", spanned(D, "2026-11-25"), "Renewal is after 24 November 2026", fails=("2026-11-24",)),
    Case(DAY, "onOrBefore", "2026-11-24", spanned(D, None, "2026-11-25"), "Renewal is on or before 24 November 2026",
         holds=("2026-11-24",), fails=("2026-11-25",)),
    Case(DAY, "<=", "2026-11-24", spanned(D, None, "2026-11-25"), "Renewal is on or before 24 November 2026"),
    Case(DAY, "onOrAfter", "2026-11-24", spanned(D, "2026-11-24"), "Renewal is on or after 24 November 2026",
         holds=("2026-11-24",), fails=("2026-11-23",)),
    Case(DAY, ">=", "2026-11-24", spanned(D, "2026-11-24"), "Renewal is on or after 24 November 2026"),
    Case(DAY, "between", ["2026-11-01", "2026-11-30"], spanned(D, "2026-11-01", "2026-12-01"),
         "Renewal is between 1 November 2026 and 30 November 2026", holds=("2026-11-01", "2026-11-30"),
         fails=("2026-10-31", "2026-12-01"),
         negative=("notBetween", "Renewal is not between 1 November 2026 and 30 November 2026")),
    Case(DAY, "between", "2026-11-01, 2026-11-01", spanned(D, "2026-11-01", "2026-11-02"),
         "Renewal is between 1 November 2026 and 1 November 2026", holds=("2026-11-01",), fails=("2026-11-02",),
         kept=["2026-11-01", "2026-11-01"]),
    Case(DAY, "withinLast", {"n": 2, "unit": "day"}, spanned(D, "2026-11-22", "2026-11-24"),
         "Renewal is within the last 2 days",
         holds=("2026-11-22", "2026-11-23"), fails=("2026-11-21", "2026-11-24"),
         negative=("notWithinLast", "Renewal is not within the last 2 days")),
    Case(DAY, "withinLast", {"n": 1, "unit": "month"}, spanned(D, "2026-10-24", "2026-11-24"),
         "Renewal is within the last month",
         holds=("2026-10-24",), fails=("2026-10-23",)),
    Case(DAY, "withinNext", {"n": 1, "unit": "week"}, spanned(D, "2026-11-24", "2026-12-01"),
         "Renewal is within the next week",
         holds=("2026-11-24", "2026-11-30"), fails=("2026-11-23", "2026-12-01")),
    Case(DAY, "moreThanAgo", {"n": 1, "unit": "year"}, spanned(D, None, "2025-11-24"),
         "Renewal is more than 1 year ago",
         holds=("2025-11-23",), fails=("2025-11-24",)),
    Case(DAY, "moreThanAhead", {"n": 1, "unit": "quarter"}, spanned(D, "2027-02-25"),
         "Renewal is more than 1 quarter ahead",
         holds=("2027-02-25",), fails=("2027-02-24",)),
    # -- the calendar's ends
    Case(DAY, "on", "9999-12-31", {"range": {D: {"gte": "9999-12-31", "lte": "9999-12-31"}}},
         "Renewal is on 31 December 9999",
         holds=("9999-12-31",), fails=("9999-12-30",)),
    Case(DAY, "onOrBefore", "9999-12-31", {"range": {D: {"lte": "9999-12-31"}}},
         "Renewal is on or before 31 December 9999",
         holds=("0001-01-01", "9999-12-31")),
    Case(DAY, "after", "9999-12-31", NOBODY, "Renewal is after 31 December 9999", fails=("9999-12-31",)),
    Case(DAY, "before", "0001-01-01", spanned(D, None, "0001-01-01"), "Renewal is before 1 January 1",
         fails=("0001-01-01",)),
    Case(DAY, "moreThanAgo", {"n": 100_000, "unit": "year"}, spanned(D, None, "0001-01-01"),
         "Renewal is more than 100,000 years ago", fails=("0001-01-01",)),
    Case(DAY, "moreThanAhead", {"n": 100_000, "unit": "week"}, spanned(D, "3943-06-09"),
         "Renewal is more than 100,000 weeks ahead", holds=("9999-12-31",), fails=("3943-06-08",)),
    Case(DAY, "moreThanAhead", {"n": 100_000, "unit": "month"}, NOBODY, "Renewal is more than 100,000 months ahead",
         fails=("9999-12-31",)),
    # -- periods
    *(Case(DAY, "inPeriod", period, spanned(D, low, high), f"Renewal is {spoken(period)}", holds=(low,),
           fails=(high,))
      for period, low, high in (
          ("this_day", "2026-11-24", "2026-11-25"), ("last_day", "2026-11-23", "2026-11-24"),
          ("next_day", "2026-11-25", "2026-11-26"), ("this_week", "2026-11-23", "2026-11-30"),
          ("last_week", "2026-11-16", "2026-11-23"), ("next_week", "2026-11-30", "2026-12-07"),
          ("this_month", "2026-11-01", "2026-12-01"), ("last_month", "2026-10-01", "2026-11-01"),
          ("next_month", "2026-12-01", "2027-01-01"), ("this_quarter", "2026-10-01", "2027-01-01"),
          ("last_quarter", "2026-07-01", "2026-10-01"), ("next_quarter", "2027-01-01", "2027-04-01"),
          ("this_year", "2026-01-01", "2027-01-01"), ("last_year", "2025-01-01", "2026-01-01"),
          ("next_year", "2027-01-01", "2028-01-01"))),
    # -- anniversaries
    Case(DAY, "anniversaryOn", "2026-03-01", {"terms": {f"{D}_month_day": [301]}},
         "Renewal has its anniversary on 1 March 2026",
         holds=("1980-03-01",), fails=("1980-02-29", "1980-03-02")),
    Case(DAY, "anniversaryOn", "2026-02-28", {"terms": {f"{D}_month_day": [228, 229]}},
         "Renewal has its anniversary on 28 February 2026", holds=("1980-02-28", "1980-02-29"), fails=("1980-03-01",)),
    Case(DAY, "anniversaryOn", "2028-02-28", {"terms": {f"{D}_month_day": [228]}},
         "Renewal has its anniversary on 28 February 2028", holds=("1980-02-28",), fails=("1980-02-29",)),
    Case(DAY, "anniversaryOn", "2028-02-29", {"terms": {f"{D}_month_day": [229]}},
         "Renewal has its anniversary on 29 February 2028", holds=("1980-02-29",), fails=("1980-02-28",)),
    Case(DAY, "anniversaryWithinNext", {"n": 3, "unit": "day"}, {"terms": {f"{D}_month_day": [1124, 1125, 1126]}},
         "Renewal has its anniversary within the next 3 days", holds=("1980-11-24", "2027-11-26"),
         fails=("1980-11-27", "1980-11-23")),
    Case(DAY, "notNull", None, {"exists": {"field": D}}, "Renewal has a value", holds=("2026-01-01",),
         negative=("null", "Renewal has no value")),
    # -- an instant: a day in a rule is that day in Berlin
    Case(SEEN, "on", "2026-11-24", spanned(T, "2026-11-23T23:00:00.000Z", "2026-11-24T23:00:00.000Z"),
         "Last seen is on 24 November 2026", holds=("2026-11-23T23:00:00.000Z", "2026-11-24T22:59:59.999Z"),
         fails=("2026-11-23T22:59:59.999Z", "2026-11-24T23:00:00.000Z"),
         negative=("notOn", "Last seen is not on 24 November 2026")),
    # The last Sunday of March has 23 hours, that of October 25.
    Case(SEEN, "on", "2026-03-29", spanned(T, "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"),
         "Last seen is on 29 March 2026", holds=("2026-03-29T21:59:59.999Z",), fails=("2026-03-29T22:00:00.000Z",)),
    Case(SEEN, "on", "2026-10-25", spanned(T, "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
         "Last seen is on 25 October 2026", holds=("2026-10-25T22:59:59.999Z",), fails=("2026-10-25T23:00:00.000Z",)),
    Case(SEEN, "=", "2026-11-24T09:00:00.0009+01:00", spanned(T, "2026-11-24T08:00:00.000Z",
         "2026-11-24T08:00:00.001Z"),
         "Last seen is on 24 November 2026, 08:00 UTC", holds=("2026-11-24T08:00:00.000Z",),
         fails=("2026-11-24T08:00:00.001Z", "2026-11-24T07:59:59.999Z"), kept="2026-11-24T08:00:00.000Z"),
    Case(SEEN, "=", "2026-11-24T08:00:00.5019Z", spanned(T, "2026-11-24T08:00:00.501Z", "2026-11-24T08:00:00.502Z"),
         "Last seen is on 24 November 2026, 08:00:00.501 UTC", holds=("2026-11-24T08:00:00.501Z",),
         fails=("2026-11-24T08:00:00.502Z",), kept="2026-11-24T08:00:00.501Z"),
    Case(SEEN, "before", "2026-11-24", spanned(T, None, "2026-11-23T23:00:00.000Z"),
         "Last seen is before 24 November 2026",
         holds=("2026-11-23T22:59:59.999Z",), fails=("2026-11-23T23:00:00.000Z",)),
    Case(SEEN, "after", "2026-11-24", spanned(T, "2026-11-24T23:00:00.000Z"), "Last seen is after 24 November 2026",
         holds=("2026-11-24T23:00:00.000Z",), fails=("2026-11-24T22:59:59.999Z",)),
    Case(SEEN, "after", "2026-11-24T08:00:00Z", spanned(T, "2026-11-24T08:00:00.001Z"),
         "Last seen is after 24 November 2026, 08:00 UTC", holds=("2026-11-24T08:00:00.001Z",),
         fails=("2026-11-24T08:00:00.000Z",), kept="2026-11-24T08:00:00.000Z"),
    Case(SEEN, "onOrBefore", "2026-11-24T08:00:00Z", spanned(T, None, "2026-11-24T08:00:00.001Z"),
         "Last seen is on or before 24 November 2026, 08:00 UTC", holds=("2026-11-24T08:00:00.000Z",),
         fails=("2026-11-24T08:00:00.001Z",), kept="2026-11-24T08:00:00.000Z"),
    Case(SEEN, "onOrAfter", "2026-11-24", spanned(T, "2026-11-23T23:00:00.000Z"),
         "Last seen is on or after 24 November 2026"),
    # The day begins in Berlin while it is the day before in UTC.
    Case(SEEN, "between", ["2026-11-24", "2026-11-23T23:30:00Z"],
         spanned(T, "2026-11-23T23:00:00.000Z", "2026-11-23T23:30:00.001Z"),
         "Last seen is between 24 November 2026 and 23 November 2026, 23:30 UTC",
         holds=("2026-11-23T23:00:00.000Z", "2026-11-23T23:30:00.000Z"),
         fails=("2026-11-23T22:59:59.999Z", "2026-11-23T23:30:00.001Z"),
         kept=["2026-11-24", "2026-11-23T23:30:00.000Z"],
         negative=("notBetween", "Last seen is not between 24 November 2026 and 23 November 2026, 23:30 UTC")),
    Case(SEEN, "between", ["2026-11-24T08:00:00Z", "2026-11-24"],
         spanned(T, "2026-11-24T08:00:00.000Z", "2026-11-24T23:00:00.000Z"),
         "Last seen is between 24 November 2026, 08:00 UTC and 24 November 2026",
         holds=("2026-11-24T22:59:59.999Z",), fails=("2026-11-24T07:59:59.999Z",),
         kept=["2026-11-24T08:00:00.000Z", "2026-11-24"],
         negative=("notBetween", "Last seen is not between 24 November 2026, 08:00 UTC and 24 November 2026")),
    Case(SEEN, "withinLast", {"n": 90, "unit": "minute"}, spanned(T, "2026-11-24T07:01:00.000Z",
         "2026-11-24T08:31:00.000Z"),
         "Last seen is within the last 90 minutes", holds=("2026-11-24T07:01:00.000Z",),
         fails=("2026-11-24T08:31:00.000Z",),
         negative=("notWithinLast", "Last seen is not within the last 90 minutes")),
    # A month ago was summer time: the same time on the clock is another instant of the day.
    Case(SEEN, "withinLast", {"n": 1, "unit": "month"}, spanned(T, "2026-10-24T07:31:00.000Z",
         "2026-11-24T08:31:00.000Z"),
         "Last seen is within the last month"),
    Case(SEEN, "withinLast", {"n": 31, "unit": "day"}, spanned(T, "2026-10-24T08:31:00.000Z",
         "2026-11-24T08:31:00.000Z"),
         "Last seen is within the last 31 days"),
    Case(SEEN, "withinNext", {"n": 1, "unit": "hour"}, spanned(T, "2026-11-24T08:31:00.000Z",
         "2026-11-24T09:31:00.000Z"),
         "Last seen is within the next hour", holds=("2026-11-24T08:31:00.000Z",), fails=("2026-11-24T09:31:00.000Z",)),
    Case(SEEN, "moreThanAgo", {"n": 1, "unit": "hour"}, spanned(T, None, "2026-11-24T07:31:00.000Z"),
         "Last seen is more than 1 hour ago", holds=("2026-11-24T07:30:59.999Z",),
         fails=("2026-11-24T07:31:00.000Z",)),
    Case(SEEN, "moreThanAhead", {"n": 1, "unit": "hour"}, spanned(T, "2026-11-24T09:31:00.001Z"),
         "Last seen is more than 1 hour ahead", holds=("2026-11-24T09:31:00.001Z",),
         fails=("2026-11-24T09:31:00.000Z",)),
    Case(SEEN, "inPeriod", "this_week", spanned(T, "2026-11-22T23:00:00.000Z", "2026-11-29T23:00:00.000Z"),
         "Last seen is this week", holds=("2026-11-22T23:00:00.000Z",), fails=("2026-11-22T22:59:59.999Z",)),
    Case(SEEN, "anniversaryOn", "2026-11-24", {"terms": {f"{T}_month_day": [1124]}},
         "Last seen has its anniversary on 24 November 2026", holds=("1999-11-23T23:00:00.000Z",),
         fails=("1999-11-24T23:00:00.000Z",)),
    Case(SEEN, "anniversaryWithinNext", {"n": 1, "unit": "day"}, {"terms": {f"{T}_month_day": [1124]}},
         "Last seen has its anniversary within the next day", holds=("1999-11-24T22:59:59.000Z",),
         fails=("1999-11-24T23:00:00.000Z",)),
    Case(SEEN, "notNull", None, {"exists": {"field": T}}, "Last seen has a value", holds=("2026-11-24T08:00:00.000Z",),
         negative=("null", "Last seen has no value")),
    # -- the instants' ends: none lies outside 0001-01-02 to 9999-12-30 in UTC
    Case(SEEN, "on", "0001-01-01", spanned(T, "0001-01-02T00:00:00.000Z", "0001-01-02T00:00:00.000Z"),
         "Last seen is on 1 January 1", fails=("0001-01-02T00:00:00.000Z",)),
    Case(SEEN, "onOrBefore", "9999-12-31", spanned(T, None, "9999-12-31T00:00:00.000Z"),
         "Last seen is on or before 31 December 9999", holds=("0001-01-02T00:00:00.000Z", "9999-12-30T23:59:59.999Z")),
    Case(SEEN, "on", "9999-12-31", spanned(T, "9999-12-30T23:00:00.000Z", "9999-12-31T00:00:00.000Z"),
         "Last seen is on 31 December 9999", holds=("9999-12-30T23:00:00.000Z",), fails=("9999-12-30T22:59:59.999Z",)),
    Case(SEEN, "moreThanAgo", {"n": 100_000, "unit": "month"}, spanned(T, None, "0001-01-02T00:00:00.000Z"),
         "Last seen is more than 100,000 months ago", fails=("0001-01-02T00:00:00.000Z",)),
    Case(SEEN, "moreThanAhead", {"n": 100_000, "unit": "month"}, NOBODY,
         "Last seen is more than 100,000 months ahead", fails=("9999-12-30T23:59:59.999Z",)),
    Case(SEEN, "withinNext", {"n": 100_000, "unit": "month"},
         spanned(T, "2026-11-24T08:31:00.000Z", "9999-12-31T00:00:00.000Z"),
         "Last seen is within the next 100,000 months", holds=("9999-12-30T23:59:59.999Z",)),
    # -- the first and the last time of a behaviour, to the second
    Case(LAST, "on", "2026-11-24", last(TODAY, TODAY + 86_399), "the last time of “Purchase” is on 24 November 2026",
         holds=(did(TODAY, 5), did(TODAY + 86_399, 5)), fails=(did(TODAY - 1, 5), did(TODAY + 86_400, TODAY),
         did(TODAY, 5, OPENED + 9)),
         negative=("notOn", "the last time of “Purchase” is not on 24 November 2026")),
    Case(LAST, "after", "2026-11-24T08:30:00Z", last(NOW - 59, LAST_SECOND),
         "the last time of “Purchase” is after 24 November 2026, 08:30 UTC", holds=(did(NOW - 59, 5),),
         fails=(did(NOW - 60, 5),),
         kept="2026-11-24T08:30:00.000Z"),
    Case(LAST, "onOrAfter", "2026-11-24T08:29:59.500Z", last(NOW - 60, LAST_SECOND),
         "the last time of “Purchase” is on or after 24 November 2026, 08:29:59.500 UTC", holds=(did(NOW - 60, 5),),
         fails=(did(NOW - 61, 5),)),
    Case(LAST, "before", "2026-11-24T08:29:59.500Z", last(0, NOW - 61),
         "the last time of “Purchase” is before 24 November 2026, 08:29:59.500 UTC", holds=(did(NOW - 61, 5),),
         fails=(did(NOW - 60, 5),)),
    Case(LAST, "before", "1970-01-01T00:00:00Z", NOBODY,
         "the last time of “Purchase” is before 1 January 1970, 00:00 UTC",
         fails=(did(0, 0),), kept="1970-01-01T00:00:00.000Z"),
    Case(LAST, "before", "1960-05-05", NOBODY, "the last time of “Purchase” is before 5 May 1960", fails=(did(0, 0),)),
    Case(LAST, "after", "2106-02-07T06:28:15Z", NOBODY,
         "the last time of “Purchase” is after 7 February 2106, 06:28:15 UTC",
         fails=(did(LAST_SECOND, 0),), kept="2106-02-07T06:28:15.000Z"),
    Case(LAST, "before", "9999-12-31", last(0, LAST_SECOND), "the last time of “Purchase” is before 31 December 9999",
         holds=(did(LAST_SECOND, 0),)),
    Case(LAST, "notNull", None, {"range": {"events": {"gte": number(PURCHASE, 0), "lte": number(PURCHASE + 1, 0) - 1}}},
         "the last time of “Purchase” has a value", holds=(did(3, 2),), fails=(did(3, 2, OPENED + 9),),
         negative=("null", "the last time of “Purchase” has no value")),
    Case(FIRST, "between", ["1970-01-01", "2026-11-23"], first(0, TODAY - 1),
         "the first time of “Purchase” is between 1 January 1970 and 23 November 2026", holds=(did(NOW, TODAY - 1),),
         fails=(did(NOW, TODAY),),
         negative=("notBetween", "the first time of “Purchase” is not between 1 January 1970 and 23 November 2026")),
    Case(FIRST, "withinLast", {"n": 1, "unit": "hour"}, first(NOW - 3600, NOW - 1),
         "the first time of “Purchase” is within the last hour",
         holds=(did(NOW, NOW - 3600),), fails=(did(NOW, NOW - 3601), did(NOW, NOW))),
    Case(FIRST, "notNull", None, {"range": {"events_first": {"gte": number(PURCHASE, 0),
         "lte": number(PURCHASE + 1, 0) - 1}}},
         "the first time of “Purchase” has a value", holds=(did(3, 2),), fails=(did(3, 2, OPENED + 9),),
         negative=("null", "the first time of “Purchase” has no value")),
]  # fmt: skip

_NO_LAPSES: list[tuple[Any, str, str]] = [
    (None, "wrong_type", ""), (3, "wrong_type", ""), ([], "wrong_type", ""), ({}, "missing", ""),
     ({"n": 3}, "missing", ""),
    ({"n": 3, "unit": "day", "x": 1}, "unknown_key", "/x"), ({"n": 0, "unit": "day"}, "wrong_type", "/n"),
    ({"n": -1, "unit": "day"}, "wrong_type", "/n"), ({"n": 1.5, "unit": "day"}, "wrong_type", "/n"),
    ({"n": True, "unit": "day"}, "wrong_type", "/n"), ({"n": "3", "unit": "day"}, "wrong_type", "/n"),
    ({"n": 100_001, "unit": "day"}, "wrong_type", "/n"), ({"n": 1, "unit": "second"}, "unknown_option", "/unit"),
    ({"n": 1, "unit": None}, "unknown_option", "/unit"), ({"n": 1, "unit": "days"}, "unknown_option", "/unit"),
]  # fmt: skip
_RELATIVE = ("withinLast", "notWithinLast", "withinNext", "moreThanAgo", "moreThanAhead", "anniversaryWithinNext")
_NO_DAYS: tuple[Any, ...] = (
    None,
    "",
    5,
    "2026-02-30",
    "24.11.2026",
    "2026-1-1",
    "20261124",
    "2026-11-24Z",
    ["2026-11-24"],
    {},
)

REFUSALS = [
    *refusals(DAY, ("on", "notOn", "before", "after", "onOrBefore", "onOrAfter", "anniversaryOn"),
    (*_NO_DAYS, "2026-11-24T08:00:00Z", "2026-11-24T08:00:00"), "wrong_type"),
    *refusals(SEEN, ("on",), (*_NO_DAYS, "2026-11-24T08:00:00", "2026-11-24T25:00:00Z", "0001-01-01T23:59:59Z",
    "9999-12-31T00:00:00Z", "2026-11-24T08:00:60Z"), "wrong_type"),
    Refusal(SEEN, "anniversaryOn", "2026-11-24T08:00:00Z", "wrong_type"),
    *refusals(DAY, ("between", "notBetween"), (None, "2026-01-01", []), "wrong_type"),
    Refusal(DAY, "between", ["2026-11-25", "2026-11-24"], "reversed_bounds"),
    Refusal(SEEN, "between", ["2026-11-24T09:00:00Z", "2026-11-24T08:00:00Z"], "reversed_bounds"),
    Refusal(SEEN, "between", ["2026-11-26", "2026-11-24T23:59:59Z"], "reversed_bounds"),
    Refusal(SEEN, "between", ["2026-11-26T00:00:00Z", "2026-11-24"], "reversed_bounds"),
    Refusal(DAY, "between", ["2026-11-24", "x"], "wrong_type", "/value/1"),
    *(Refusal(DAY, operator, value, code, f"/value{at}") for operator in _RELATIVE for value, code, at in _NO_LAPSES),
    *(Refusal(DAY, operator, {"n": 1, "unit": unit}, "unknown_option", "/value/unit") for operator in _RELATIVE
      for unit in ("minute", "hour")),
    Refusal(SEEN, "anniversaryWithinNext", {"n": 1, "unit": "hour"}, "unknown_option", "/value/unit"),
    *refusals(DAY, ("inPeriod",), (None, "", "this_hour", "THIS_DAY", 5, ["this_day"]), "unknown_option"),
    Refusal(LAST, "anniversaryOn", "2026-11-24", "unsupported"),
    Refusal(FIRST, "anniversaryWithinNext", {"n": 1, "unit": "day"}, "unsupported"),
]  # fmt: skip
