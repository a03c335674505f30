"""The organisation that the examples are about, and the moment they are asked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mappings import timelines, types
from mappings.fields import Behaviour, Custom, Named, catalogue
from segments.moment import Moment

_PURCHASE = 1
_CENTS = 100

SHOP = catalogue(
    time_zone="Europe/Berlin",
    custom=[
        Custom("contact", "points", "Points", types.NUMBER, "double_0"),
        Custom("contact", "plan", "Plan", types.CHOICE, "keyword_0", ("Basic", "Gold")),
        Custom("contact", "hobbies", "Hobbies", types.MULTI_CHOICE, "keyword_1", ("Chess", "Sailing", "Skiing")),
        Custom("contact", "trial", "Trial", types.BOOLEAN, "boolean_0"),
        Custom("contact", "renewal", "Renewal", types.DATE, "date_0"),
        Custom("contact", "last_call", "Last call", types.DATETIME, "date_1"),
    ],
    behaviours=[Behaviour(_PURCHASE, "purchase", "Purchase")],
    tags=[Named(1, "VIP"), Named(2, "Churned"), Named(3, "Newsletter")],
    segments=[Named(1, "Active Customers"), Named(2, "Newsletter Subscribers")],
)
MOMENT = Moment.present(SHOP, datetime(2026, 11, 24, 8, 30, tzinfo=UTC))
WHEN = "Tuesday, 24 November 2026, 9:31 in Berlin (8:31 UTC)"


def bought(*purchases: tuple[str, int]) -> dict[str, Any]:
    """The document of a contact with these purchases, newest first: the day (at noon UTC) and whole euros."""
    times = [int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) for day, _ in purchases]
    total = sum(euros for _, euros in purchases)
    packed = {
        "events": [timelines.pack_event(_PURCHASE, rank, second) for rank, second in enumerate(times, 1)],
        "events_first": [timelines.pack_number(_PURCHASE, times[-1])],
        "events_count": [timelines.pack_number(_PURCHASE, len(times))],
        "amounts_total": [timelines.pack_amount(_PURCHASE, total * _CENTS)],
    }
    return packed | {"amounts": list(_spans(times, [euros for _, euros in purchases]))}


def _spans(times: list[int], euros: list[int]) -> Iterator[dict[str, int]]:
    for place, second in enumerate(times):
        spent = sum(euros[: place + 1]) * _CENTS
        low, high = timelines.pack_spent_from(_PURCHASE, second), timelines.pack_spent_to(_PURCHASE, spent)
        yield {"gte": low, "lte": high}
