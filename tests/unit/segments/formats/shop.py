"""A shop with four contacts, and whom a tree means among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings import types
from mappings.fields import Behaviour, Catalogue, Custom, Named, catalogue
from mappings.timelines import pack_event, pack_number, pack_spent_from, pack_spent_to
from segments import Moment, evaluate, expand, parse
from segments.formats import Account, Fidelity, Finding

PURCHASE, OPENED = 7, 8
BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = Moment(datetime(2026, 11, 24, 8, 31, tzinfo=UTC), BERLIN)  # a Tuesday, 9:31 in Berlin
ALL = "ada bob cy dee"

SHOP: Catalogue = catalogue(
    time_zone="Europe/Berlin",
    custom=[
        Custom("contact", "note", "Note", types.TEXT, "keyword_0"),
        Custom("contact", "plan", "Plan", types.CHOICE, "keyword_1", ("Gold", "Silver")),
        Custom("contact", "hobbies", "Hobbies", types.MULTI_CHOICE, "keyword_2", ("Chess", "Go", "Golf")),
        Custom("contact", "score", "Score", types.NUMBER, "double_0"),
        Custom("contact", "renewal", "Renewal", types.DATE, "date_0"),
        Custom("contact", "seen", "Last seen", types.DATETIME, "date_1"),
        Custom("contact", "active", "Active", types.BOOLEAN, "boolean_0"),
    ],
    behaviours=[Behaviour(PURCHASE, "purchase", "Purchase"), Behaviour(OPENED, "email_opened", "E-mail opened")],
    tags=[Named(1, "VIP"), Named(2, "Churned")],
    channels=[Named(1, "email"), Named(2, "sms")],
    owners=[Named(1, "Grace"), Named(2, "Linus")],
    segments=[Named(1, "Buyers"), Named(2, "Germans")],
)
_SEGMENTS = {
    1: {"field": "engagement.purchase", "operator": "happened"},
    2: {"field": "country", "operator": "=", "value": "DE"},
}
# Everything that the other service's documentation leaves open, stated: nothing is in doubt but what cannot be said.
STATED = Account(
    time_zone=BERLIN,
    text_alike=True,
    events={"e-purchase": "purchase", "lead_email_read_count": "email_opened"},
    values={
        "tags": {"71": "VIP", "72": "Churned"},
        "segment": {"41": "Buyers", "42": 2},
        "owner": {"901": "Grace"},
    },
)
UNSTATED = Account(events=STATED.events, values=STATED.values)


def _did(code: int, days: Sequence[str], amounts: Sequence[float] = ()) -> dict[str, Any]:
    """Packed as documents have it: events at noon, UTC, of the days, newest first, with their amounts."""
    times = [int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) for day in days]
    sums = [round(sum(amounts[: place + 1]) * 100) for place in range(len(amounts))]
    return {
        "events": [pack_event(code, rank, second) for rank, second in enumerate(times, 1)],
        "events_first": [pack_number(code, times[-1])],
        "events_count": [pack_number(code, len(times))],
        "amounts": [
            {"gte": pack_spent_from(code, second), "lte": pack_spent_to(code, spent)}
            for second, spent in zip(times, sums, strict=False)
        ],
    }


def _both(*parts: dict[str, Any]) -> dict[str, Any]:
    return {key: [item for part in parts for item in part[key]] for key in parts[0]}


PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {
        "contact_id": 1,
        "first_name": "Ada",
        "email": "ada@example.com",
        "phone": "+4930111",
        "country": "DE",
        "city": "Berlin",
        "lifecycle_stage": "customer",
        "owner": 1,
        "birth_date": "1990-11-24",
        "birth_date_month_day": 1124,
        "created_at": "2026-11-23T23:30:00.000Z",  # today in Berlin, yesterday in UTC
        "tags": [1],
        "channels": [1],
        "company": {"name": "Acme"},
        "custom": {
            "keyword_0": "100% wool",
            "keyword_1": "Gold",
            "keyword_2": ["Chess", "Go"],
            "keyword_2_count": 2,
            "double_0": 10,
            "date_0": "2026-11-24",
            "date_1": "2026-11-24T06:00:00.000Z",
            "boolean_0": True,
        },
        **_both(
            _did(PURCHASE, ("2026-11-20", "2026-11-01", "2026-01-02"), (50.0, 25.5, 24.5)),
            _did(OPENED, ("2026-11-23", "2026-11-22")),
        ),
    },
    "bob": {
        "contact_id": 2,
        "first_name": "bob",
        "email": "bob@shop.test",
        "country": "FR",
        "city": "Paris",
        "lifecycle_stage": "lead",
        "birth_date": "1985-12-01",
        "birth_date_month_day": 1201,
        "created_at": "2026-10-25T06:00:00.000Z",  # 30 days ago, later than midnight, earlier than now
        "tags": [2],
        "unsubscribed": [1],
        "custom": {
            "keyword_0": "silk",
            "keyword_1": "Silver",
            "keyword_2": ["Chess"],
            "keyword_2_count": 1,
            "double_0": 5,
            "date_0": "2026-11-23",
            "date_1": "2026-10-25T06:00:00.000Z",
            "boolean_0": False,
        },
        **_did(PURCHASE, ("2025-06-01",), (100.0,)),
    },
    "cy": {"contact_id": 3},
    "dee": {
        "contact_id": 4,
        "first_name": "Dee",
        "country": "DE",
        "city": "Bernau",
        "created_at": "2020-01-01T12:00:00.000Z",
        "tags": [1, 2],
        "custom": {"double_0": -1, "date_0": "2026-12-01", "date_1": "2026-11-26T12:00:00.000Z"},
    },
}


def members(tree: object) -> str:
    """The names of the contacts that the tree means."""
    condition = expand(parse(tree, SHOP).condition, lambda number: parse(_SEGMENTS[number], SHOP).condition)
    return " ".join(name for name, document in PEOPLE.items() if evaluate(condition, document, MOMENT))


def fidelities(findings: Sequence[Finding]) -> set[str]:
    """How well the conditions were said."""
    return {str(finding.fidelity) for finding in findings}


def places(findings: Sequence[Finding], fidelity: Fidelity) -> list[str]:
    """Where conditions were said that well."""
    return [finding.pointer for finding in findings if finding.fidelity is fidelity]
