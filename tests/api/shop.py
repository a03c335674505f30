"""Six contacts of a shop, as a client writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime.now(UTC)


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def purchase(days: float, amount: float) -> dict[str, Any]:
    return {"id": f"purchase {days}", "type": "purchase", "at": ago(days), "amount": amount, "currency": "EUR"}


def opened(days: float) -> dict[str, Any]:
    return {"id": f"opened {days}", "type": "email_opened", "at": ago(days), "channel": "email"}


def on_whatsapp(type_: str, days: float) -> dict[str, Any]:
    return {"id": f"{type_} {days}", "type": type_, "at": ago(days), "channel": "whatsapp"}


CONTACTS: tuple[dict[str, Any], ...] = (
    {
        "external_id": "C-1",
        "properties": {"email": "Anna@Example.DE", "full_name": "Anna Schmidt", "country": "DE", "city": "Köln"},
        "tags": ["VIP", "Newsletter"],
        "company": {"external_id": "K-1", "name": "Müller & Söhne", "size": 12},
        "channels": {"whatsapp": "subscribed", "email": "subscribed"},
        "events": [purchase(2, 120), purchase(40, 30), opened(5), on_whatsapp("whatsapp_message_sent", 20)],
    },
    {
        "external_id": "C-2",
        "properties": {"email": "bob@example.com", "full_name": "Bob Stone", "country": "US", "city": "New York"},
        "tags": ["Churned"],
        "channels": {"email": "unsubscribed"},
        "events": [purchase(10, 20)],
    },
    {
        "external_id": "C-3",
        "properties": {"email": "çelik@example.com", "full_name": "Ümit Çelik", "country": "TR"},
        "events": [opened(100)],
    },
    {
        "external_id": "C-4",
        "properties": {"full_name": "Dora"},
        "tags": ["VIP", "Lapsed"],
        "events": [purchase(200, 500)],
    },
    {
        "external_id": "C-5",
        "properties": {"email": "eva@example.org", "country": "DE", "city": "Berlin"},
        "tags": ["Newsletter"],
        "channels": {"whatsapp": "subscribed", "email": "subscribed"},
        "events": [opened(1), on_whatsapp("whatsapp_message_sent", 4), on_whatsapp("whatsapp_answered", 3)],
    },
    {"external_id": "C-6"},
)


def rule(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def group(combinator: str, *rules: Any, **more: Any) -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules), **more}


def within(n: int, unit: str) -> dict[str, Any]:
    return {"window": {"last": {"n": n, "unit": unit}}}


BOUGHT = rule("engagement.purchase", "happened", within(3, "month"))
OPENED = rule("engagement.email_opened", "happened", within(30, "day"))
NOT_CHURNED = rule("tags", "containsNone", ["Churned"])

# The product's example: bought in the last 3 months or opened an e-mail in the last 30 days, and not tagged churned.
ACTIVE = group("and", group("or", BOUGHT, OPENED), NOT_CHURNED)
EVERYONE = rule("external_id", "notNull")
