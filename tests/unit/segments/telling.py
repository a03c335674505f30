"""Rules of the linter's tests, and what it tells of trees of them."""

from __future__ import annotations

from typing import Any

from segments.lint import lint
from tests.unit.segments.organisation import MOMENT, condition, group, rule

Told = tuple[str, str, tuple[str, ...]]


def told(tree: object) -> list[Told]:
    return [(one.pointer, one.code.value, one.related) for one in lint(condition(tree), MOMENT)]


def both(one: object, other: object) -> dict[str, Any]:
    return group("and", one, other)


def either(one: object, other: object) -> dict[str, Any]:
    return group("or", one, other)


def happened(times: object = None, window: object = None) -> dict[str, Any]:
    value = {key: given for key, given in (("times", times), ("window", window)) if given is not None}
    return rule("engagement.purchase", "happened", value)


def not_happened(window: object = None, **more: object) -> dict[str, Any]:
    return rule("engagement.purchase", "didNotHappen", {} if window is None else {"window": window}, **more)


def last(n: int, unit: str) -> dict[str, Any]:
    return {"last": {"n": n, "unit": unit}}


DE, FR, NOT_DE = rule("country", "=", "DE"), rule("country", "=", "FR"), rule("country", "!=", "de")
ULM = rule("city", "=", "Ulm")
VIP, CHURNED = rule("tags", "containsAny", ["VIP"]), rule("tags", "containsAny", ["Churned"])
LEADS = rule("segment", "in", ["Leads"])
