"""What the JSON Schema says of each form of value, written out."""

from __future__ import annotations

from typing import Any

import pytest

from segments import Limits
from segments.operators import operator_named
from tests.unit.segments.organisation import field_named

JSON = dict[str, Any]

B = "engagement.purchase"
LONG = ["day", "week", "month", "quarter", "year"]
UNITS = ["minute", "hour", *LONG]
PERIODS = [f"{which}_{unit}" for which in ("last", "this", "next") for unit in LONG]

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_INSTANT = (
    rf"{_DAY}[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,9}})?)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_NUMBER = r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_ITEM = r"\s*([^,\\\s\u0000]|\\,|\\(?!,))([^,\\\u0000]|\\,|\\(?!,))*"

TEXT = {"type": "string", "minLength": 1, "pattern": r"^[^\u0000]*$"}
NUMBERED = TEXT | {"type": ["string", "integer"]}
NUMBER = {"type": "number"}
DAY = {"type": "string", "format": "date", "pattern": f"^{_DAY}$"}
INSTANT = {"anyOf": [DAY, {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT}$"}]}


def closed(properties: JSON, *required: str) -> JSON:
    names = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False} | names


def many(one: JSON, item: str) -> JSON:
    array = {"type": "array", "items": one, "minItems": 1, "maxItems": 10_000}
    return {"anyOf": [array, {"type": "string", "pattern": f"^{item}(,{item})*$"}]}


def pair(one: JSON, item: str) -> JSON:
    array = {"type": "array", "items": one, "minItems": 2, "maxItems": 2}
    return {"anyOf": [array, {"type": "string", "pattern": f"^{item},{item}$"}]}


def lapse(units: list[str]) -> JSON:
    n = {"type": "integer", "minimum": 1, "maximum": 100_000}
    return closed({"n": n, "unit": {"enum": units}}, "n", "unit")


def whole(low: int, high: int) -> JSON:
    return {"type": "integer", "minimum": low, "maximum": high}


OPEN_WINDOWS = [closed({"last": lapse(UNITS)}, "last"), closed({"after": INSTANT}, "after")]
ENDED_WINDOWS = [closed({"from": INSTANT, "to": INSTANT}, "from", "to"), closed({"before": INSTANT}, "before")]
WINDOW = {"anyOf": [*OPEN_WINDOWS, *ENDED_WINDOWS]}
TIMES = {
    "minProperties": 1,
    "maxProperties": 1,
    **closed(
        {
            "at_least": whole(1, 511),
            "more_than": whole(0, 510),
            "at_most": whole(0, 510),
            "less_than": whole(1, 511),
            "exactly": whole(0, 510),
            "between": {"type": "array", "items": whole(0, 510), "minItems": 2, "maxItems": 2},
        }
    ),
}
AMOUNT = {"type": "number", "minimum": 0.01}
SPENDING = closed({"at_least": AMOUNT, "less_than": AMOUNT, "window": {"anyOf": OPEN_WINDOWS}}) | {
    "oneOf": [{"required": ["at_least"]}, {"required": ["less_than"]}]
}


@pytest.mark.parametrize(
    ("field", "operator", "schema"),
    [
        ("email", "=", TEXT),
        ("email", "contains", TEXT | {"maxLength": 200}),
        ("email", "notNull", {"enum": [None, "", []]}),
        ("email", "in", many(TEXT, _ITEM)),
        ("country", "=", TEXT),
        ("custom.plan", "=", TEXT),
        ("owner", "=", NUMBERED),
        ("tags", "containsAny", many(NUMBERED, _ITEM)),
        ("custom.active", "=", {"type": "boolean"}),
        ("custom.score", "=", NUMBER),
        ("custom.score", "in", many(NUMBER, _NUMBER)),
        ("custom.score", "between", pair(NUMBER, _NUMBER)),
        ("custom.renewal", "on", DAY),
        ("custom.renewal", "between", pair(DAY, rf"\s*{_DAY}\s*")),
        ("custom.renewal", "withinLast", lapse(LONG)),
        ("custom.renewal", "inPeriod", {"enum": PERIODS}),
        ("custom.seen", "on", INSTANT),
        ("custom.seen", "between", pair(INSTANT, rf"\s*({_DAY}|{_INSTANT})\s*")),
        ("custom.seen", "withinLast", lapse(UNITS)),
        ("custom.seen", "anniversaryOn", DAY),
        ("custom.seen", "anniversaryWithinNext", lapse(LONG)),
        (B, "happened", closed({"times": TIMES, "window": WINDOW})),
        (B, "didNotHappen", closed({"window": WINDOW})),
        (B, "amounted", SPENDING),
    ],
    ids=lambda value: f"{value!s:.40}",
)
def test_the_schema_of_a_value(field: str, operator: str, schema: JSON) -> None:
    asked = field_named(field)
    found = operator_named(operator, asked)
    assert found is not None
    assert found.shape.schema(asked, Limits()) == schema
