"""Behaviours. It is 24 November 2026, 8:31 UTC; the present leaves windows open, events of the future are refused."""

from __future__ import annotations

from typing import Any

from tests.unit.segments.operators.cases import Case, Refusal, refusals
from tests.unit.segments.organisation import OPENED, PURCHASE, event, history, spending

B = "engagement.purchase"
NOW = 1_795_509_060
DAY = 86_400
LAST_SECOND = 2**32 - 1
WEEK = {"last": {"n": 1, "unit": "week"}}
SINCE = NOW - 7 * DAY


def ranked(rank: int, low: int, high: int = LAST_SECOND) -> dict[str, Any]:
    return {"range": {"events": {"gte": event(PURCHASE, rank, low), "lte": event(PURCHASE, rank, high)}}}


def bought(*times: int) -> dict[str, Any]:
    """Purchases at these times, and an e-mail opened just now."""
    document = history(PURCHASE, *times) if times else {"events": []}
    return document | {"events": [*document["events"], event(OPENED, 1, NOW)]}


def spent(*steps: tuple[int, int]) -> dict[str, Any]:
    """(epoch seconds, minor units) of purchases, newest first."""
    sums = [sum(minor for _, minor in steps[: place + 1]) for place in range(len(steps))]
    spans = [spending(PURCHASE, second, total) for (second, _), total in zip(steps, sums, strict=True)]
    return {"amounts": [*spans, spending(OPENED, NOW, 10**9)]}


def reached(low: int, minor: int) -> dict[str, Any]:
    bounds = spending(PURCHASE, low, minor)
    return {"range": {"amounts": {**bounds, "relation": "within"}}}


def no(clause: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"must_not": [clause]}}


def both(*clauses: dict[str, Any]) -> dict[str, Any]:
    return {"bool": {"filter": list(clauses)}}


CASES = [
    Case(B, "happened", None, ranked(1, 0), "“Purchase” happened at least once", holds=(bought(0), bought(NOW)),
         fails=(bought(),), kept={}),
    Case(B, "happened", "", ranked(1, 0), "“Purchase” happened at least once", holds=(bought(0),), kept={}),
    Case(B, "happened", {"window": WEEK}, ranked(1, SINCE), "“Purchase” happened at least once in the last week",
         holds=(bought(SINCE), bought(NOW + 120)), fails=(bought(SINCE - 1), bought())),
    Case(B, "happened", {"times": {"at_least": 1}}, ranked(1, 0), "“Purchase” happened at least once", kept={}),
    Case(B, "happened", {"times": {"at_least": 3}, "window": WEEK}, ranked(3, SINCE),
         "“Purchase” happened at least 3 times in the last week", holds=(bought(NOW, NOW, SINCE),),
         fails=(bought(NOW, SINCE), bought(NOW, NOW, SINCE - 1))),
    Case(B, "happened", {"times": {"more_than": 2}, "window": WEEK}, ranked(3, SINCE),
         "“Purchase” happened at least 3 times in the last week", kept={"times": {"at_least": 3}, "window": WEEK}),
    Case(B, "happened", {"times": {"at_most": 1}, "window": WEEK}, no(ranked(2, SINCE)),
         "“Purchase” happened at most once in the last week", missing=True,
         holds=(bought(NOW), bought(), bought(NOW, SINCE - 1)),
         fails=(bought(NOW, SINCE),)),
    Case(B, "happened", {"times": {"less_than": 2}, "window": WEEK}, no(ranked(2, SINCE)),
         "“Purchase” happened at most once in the last week", missing=True,
         kept={"times": {"at_most": 1}, "window": WEEK}),
    Case(B, "happened", {"times": {"exactly": 2}, "window": WEEK}, both(no(ranked(3, SINCE)), ranked(2, SINCE)),
         "“Purchase” happened exactly 2 times in the last week",
         holds=(bought(NOW, SINCE), bought(NOW, SINCE, SINCE - 1)),
         fails=(bought(NOW), bought(NOW, NOW, NOW))),
    Case(B, "happened", {"times": {"exactly": 0}}, no(ranked(1, 0)), "“Purchase” never happened", missing=True,
         holds=(bought(),), fails=(bought(5),)),
    Case(B, "happened", {"times": {"at_most": 0}}, no(ranked(1, 0)), "“Purchase” never happened", missing=True,
         kept={"times": {"exactly": 0}}),
    Case(B, "happened", {"times": {"between": [1, 2]}}, both(no(ranked(3, 0)), ranked(1, 0)),
         "“Purchase” happened between 1 and 2 times", holds=(bought(1), bought(1, 2)), fails=(bought(1, 2, 3),)),
    Case(B, "happened", {"times": {"between": [0, 2]}}, no(ranked(3, 0)), "“Purchase” happened at most 2 times",
         missing=True,
         holds=(bought(1),), fails=(bought(1, 2, 3),), kept={"times": {"at_most": 2}}),
    Case(B, "happened", {"times": {"between": [0, 0]}}, no(ranked(1, 0)), "“Purchase” never happened", missing=True,
         fails=(bought(1),), kept={"times": {"exactly": 0}}),
    Case(B, "happened", {"times": {"between": [510, 510]}}, both(no(ranked(511, 0)), ranked(510, 0)),
         "“Purchase” happened exactly 510 times", holds=(bought(*range(510)),),
         fails=(bought(*range(509)), bought(*range(511))), kept={"times": {"exactly": 510}}),
    Case(B, "happened", {"times": {"at_least": 511}}, ranked(511, 0), "“Purchase” happened at least 511 times",
         holds=(bought(*range(511)),), fails=(bought(*range(510)),)),
    Case(B, "happened", {"times": {"at_most": 510.0}}, no(ranked(511, 0)), "“Purchase” happened at most 510 times",
         missing=True, holds=(bought(*range(510)),), fails=(bought(*range(511)),), kept={"times": {"at_most": 510}}),
    # -- windows of one's own
    Case(B, "happened", {"window": {"after": "2026-11-24"}}, ranked(1, NOW - 34_260),
         "“Purchase” happened at least once since 24 November 2026",
         holds=(bought(NOW - 34_260),), fails=(bought(NOW - 34_261),)),
    Case(B, "happened", {"window": {"after": "1960-01-01"}}, ranked(1, 0),
         "“Purchase” happened at least once since 1 January 1960",
         holds=(bought(0),)),
    Case(B, "happened", {"window": {"after": "2106-02-07T06:28:15Z"}}, ranked(1, LAST_SECOND),
         "“Purchase” happened at least once since 7 February 2106, 06:28:15 UTC",
         holds=(bought(LAST_SECOND),), fails=(bought(LAST_SECOND - 1),),
         kept={"window": {"after": "2106-02-07T06:28:15.000Z"}}),
    Case(B, "happened", {"window": {"after": "2200-01-01"}}, {"match_none": {}},
         "“Purchase” happened at least once since 1 January 2200", fails=(bought(LAST_SECOND),)),
    Case(B, "happened", {"window": {"last": {"n": 100_000, "unit": "year"}}}, ranked(1, 0),
         "“Purchase” happened at least once in the last 100,000 years", holds=(bought(0),)),
    # The end lies so far ahead that no event can be behind it.
    Case(B, "happened", {"window": {"before": "2026-11-24T08:36:00.001Z"}}, ranked(1, 0),
         "“Purchase” happened at least once before 24 November 2026, 08:36:00.001 UTC", holds=(bought(NOW + 300),)),
    Case(B, "happened", {"window": {"from": "2026-11-24", "to": "2026-12-01"}}, ranked(1, NOW - 34_260),
         "“Purchase” happened at least once from 24 November 2026 up to but not including 1 December 2026",
         holds=(bought(NOW),)),
    # The same, and the window is empty because the day of the instant began before it.
    Case(B, "happened", {"window": {"from": "2026-11-23T12:00:00Z", "to": "2026-11-23"}}, {"match_none": {}},
         "“Purchase” happened at least once from 23 November 2026, 12:00 UTC up to but not including 23 November 2026",
         fails=(bought(NOW - DAY),), kept={"window": {"from": "2026-11-23T12:00:00.000Z", "to": "2026-11-23"}}),
    # -- not at all
    Case(B, "didNotHappen", {"window": WEEK}, no(ranked(1, SINCE)), "“Purchase” did not happen in the last week",
         missing=True,
         holds=(bought(SINCE - 1), bought()), fails=(bought(SINCE),)),
    Case(B, "didNotHappen", None, no(ranked(1, 0)), "“Purchase” never happened", missing=True, holds=(bought(),),
         fails=(bought(0),), kept={}),
    # -- amounts
    Case(B, "amounted", {"at_least": 100, "window": WEEK}, reached(SINCE, 10_000),
         "“Purchase” amounted to at least 100.00 in the last week",
         holds=(spent((NOW, 4_000), (SINCE, 6_000)), spent((NOW, 10_001))),
         fails=(spent((NOW, 9_999)), spent((NOW, 4_000), (SINCE - 1, 6_000)), spent())),
    Case(B, "amounted", {"less_than": 0.01}, no(reached(0, 1)), "“Purchase” amounted to less than 0.01",
         missing=True,
         holds=(spent((NOW, 0)), spent()), fails=(spent((NOW, 1)),)),
    Case(B, "amounted", {"at_least": 1234.56, "window": {"after": "2026-11-24"}}, reached(NOW - 34_260, 123_456),
         "“Purchase” amounted to at least 1,234.56 since 24 November 2026", holds=(spent((NOW, 123_456)),),
         fails=(spent((NOW, 123_455)),)),
    Case(B, "amounted", {"at_least": 0.1 + 0.2}, reached(0, 30), "“Purchase” amounted to at least 0.30",
         kept={"at_least": 0.3},
         holds=(spent((0, 30)),), fails=(spent((0, 29)),)),
    # A hundred times the binary number next to it is no whole number.
    Case(B, "amounted", {"at_least": 76_960_832.9}, reached(0, 7_696_083_290),
         "“Purchase” amounted to at least 76,960,832.90", holds=(spent((0, 7_696_083_290)),),
         fails=(spent((0, 7_696_083_289)),)),
    Case(B, "amounted", {"at_least": 10_995_116_277.75}, reached(0, 2**40 - 1),
         "“Purchase” amounted to at least 10,995,116,277.75", holds=(spent((0, 2**40 - 1)), spent((0, 2**40))),
         fails=(spent((0, 2**40 - 2)),)),
]  # fmt: skip

_NO_WINDOWS: list[tuple[Any, str, str]] = [
    (None, "wrong_type", ""), ("", "wrong_type", ""), ([], "wrong_type", ""), ({}, "wrong_type", ""),
    ({"from": "2026-01-01"}, "wrong_type", ""), ({"to": "2026-01-01"}, "wrong_type", ""),
    ({"last": {"n": 1, "unit": "day"}, "after": "2026-01-01"}, "wrong_type", ""),
    ({"after": "2026-01-01", "before": "2026-02-01"}, "wrong_type", ""),
     ({"since": "2026-01-01"}, "unknown_key", "/since"),
    ({"last": {"n": 0, "unit": "day"}}, "wrong_type", "/last/n"), ({"last": 3}, "wrong_type", "/last"),
    ({"last": {"n": 1, "unit": "fortnight"}}, "unknown_option", "/last/unit"),
     ({"after": "soon"}, "wrong_type", "/after"),
    ({"before": None}, "wrong_type", "/before"), ({"from": "2026-02-01", "to": "2026-01-01"}, "reversed_bounds", ""),
    ({"from": "2026-01-01", "to": "2026-01-01"}, "reversed_bounds", ""),
     ({"from": "x", "to": "2026-01-01"}, "wrong_type", "/from"),
    ({"from": "2026-01-01", "to": 5}, "wrong_type", "/to"), ({"a/b~": 1}, "unknown_key", "/a~1b~0"),
]  # fmt: skip
_NO_TIMES: list[tuple[Any, str, str]] = [
    (None, "wrong_type", ""), (3, "wrong_type", ""), ({}, "wrong_type", ""),
     ({"at_least": 1, "at_most": 2}, "wrong_type", ""),
    ({"once": 1}, "unknown_key", "/once"), ({"at_least": 0}, "wrong_type", "/at_least"),
    ({"at_least": 512}, "wrong_type", "/at_least"), ({"more_than": 511}, "wrong_type", "/more_than"),
    ({"more_than": -1}, "wrong_type", "/more_than"), ({"at_most": 511}, "wrong_type", "/at_most"),
    ({"less_than": 0}, "wrong_type", "/less_than"), ({"less_than": 512}, "wrong_type", "/less_than"),
    ({"exactly": 511}, "wrong_type", "/exactly"), ({"exactly": "2"}, "wrong_type", "/exactly"),
    ({"exactly": True}, "wrong_type", "/exactly"), ({"exactly": 1.5}, "wrong_type", "/exactly"),
    ({"between": [2, 1]}, "reversed_bounds", "/between"), ({"between": [1]}, "wrong_type", "/between"),
    ({"between": "1,2"}, "wrong_type", "/between"), ({"between": [1, 511]}, "wrong_type", "/between/1"),
    ({"between": [-1, 2]}, "wrong_type", "/between/0"),
]  # fmt: skip
_NO_AMOUNTS: tuple[Any, ...] = (
    None, "5", 0, -1, 0.001, 0.019, 5.000000001, 76_960_832.901, True, 10_995_116_277.76, 1e307, 1.7e308, float("nan"),
)  # fmt: skip

REFUSALS = [
    *(Refusal(B, operator, {"window": value}, code, f"/value/window{at}") for operator in ("happened", "didNotHappen")
      for value, code, at in _NO_WINDOWS),
    *(Refusal(B, "happened", {"times": value}, code, f"/value/times{at}") for value, code, at in _NO_TIMES),
    *refusals(B, ("happened",), (5, [], "ever", True), "wrong_type"),
    Refusal(B, "happened", {"window": WEEK, "count": 3}, "unknown_key", "/value/count"),
    Refusal(B, "didNotHappen", {"times": {"at_least": 2}}, "unknown_key", "/value/times"),
    *refusals(B, ("amounted",), (None, "", 100, [], {}, {"window": WEEK}, {"at_least": 1, "less_than": 2}),
    "wrong_type"),
    Refusal(B, "amounted", {"at_least": 1, "more_than": 0}, "unknown_key", "/value/more_than"),
    *(Refusal(B, "amounted", {"at_least": value}, "wrong_type", "/value/at_least") for value in _NO_AMOUNTS),
    Refusal(B, "amounted", {"less_than": 0}, "wrong_type", "/value/less_than"),
    *(Refusal(B, "amounted", {"at_least": 1, "window": window}, "unsupported", "/value/window") for window in (
      {"before": "2026-01-01"}, {"from": "2026-01-01", "to": "2026-02-01"})),
    Refusal(B, "amounted", {"at_least": 1, "window": {"last": 3}}, "wrong_type", "/value/window/last"),
    Refusal("engagement.refund", "amounted", {"at_least": 1}, "unsupported"),
]  # fmt: skip
