"""The eight questions as condition trees."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _rule(field: str, operator: str, value: Any = None) -> Json:
    return {"field": field, "operator": operator, "value": value}


def _all(*rules: Json) -> Json:
    return {"combinator": "and", "rules": list(rules)}


# cj4 asks for two things of one event: that is a behaviour of its own.
BEHAVIOURS: dict[str, list[Json]] = {
    "northwind": [],
    "completejourney": [
        {
            "key": "type_a_redeemed",
            "label": "Coupon of a Type A campaign redeemed",
            "event_type": "coupon_redeemed",
            "condition": _all(_rule("properties.campaign_type", "=", "Type A")),
        }
    ],
}

TREES: dict[str, Json] = {
    "nw1": _all(
        _rule("country", "=", "Germany"),
        _rule(
            "engagement.purchase",
            "happened",
            {"times": {"at_least": 3}, "window": {"from": "1997-01-01", "to": "1998-01-01"}},
        ),
    ),
    "nw2": _all(
        _rule("job_title", "=", "Owner"),
        _rule("region", "null"),
        _rule("engagement.purchase.total", ">", 2000.00),
    ),
    "nw3": _rule("engagement.purchase", "didNotHappen"),
    "nw4": _all(
        _rule("engagement.purchase", "happened", {"window": {"before": "1997-07-01"}}),
        _rule("engagement.purchase", "didNotHappen", {"window": {"from": "1997-11-08", "to": "1998-05-07"}}),
    ),
    "cj1": _all(
        _rule("custom.marital_status", "=", "Married"),
        _rule("tags", "containsAny", ["type-a"]),
        _rule(
            "engagement.purchase",
            "happened",
            {"times": {"at_least": 10}, "window": {"from": "2017-10-01", "to": "2018-01-01"}},
        ),
    ),
    "cj2": _all(_rule("custom.has_demographics", "=", True), _rule("custom.home_ownership", "null")),
    "cj3": _all(
        _rule("engagement.campaign_received", "happened"),
        _rule("engagement.coupon_redeemed", "didNotHappen"),
    ),
    "cj4": _rule("engagement.type_a_redeemed", "happened", {"times": {"at_least": 3}}),
}
