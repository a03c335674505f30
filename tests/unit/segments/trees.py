"""Trees for property tests: made from the JSON Schema, and as clients write them, right and wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from mappings.fields import Field
from segments import Limits, operators_of
from segments.operators import SYMBOLS
from segments.schema import tree_schema
from tests.unit.segments.organisation import CATALOGUE, field_named

JSON = dict[str, Any]

SCHEMA = tree_schema(CATALOGUE)
FIELDS = [field for field in CATALOGUE if field.unavailable is None]
# Two fields of each kind: all others are asked as these are.
ASKED = [
    field_named(name)
    for one in SCHEMA["$defs"]["rule"]["allOf"]
    for name in one["if"]["properties"]["field"]["enum"][:2]
]


# -- made from the schema itself


def made_from(schema: JSON) -> st.SearchStrategy[Any]:
    """Values that validate against a schema of those that shapes give."""
    if "anyOf" in schema:
        return st.one_of([made_from(choice) for choice in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    makers: dict[str, Callable[[JSON], st.SearchStrategy[Any]]] = {
        "boolean": lambda _: st.booleans(),
        "number": _numbers,
        "integer": lambda one: st.integers(one["minimum"], one["maximum"]) | st.just(float(one["minimum"])),
        "array": lambda one: st.lists(
            made_from(one["items"]), min_size=one["minItems"], max_size=min(one["maxItems"], 3)
        ),
        "string": _texts,
        "object": _objects,
    }
    if schema["type"] == ["string", "integer"]:
        return _texts(schema) | st.integers(-1, 9) | st.sampled_from([1.0, 2.0])
    return makers[schema["type"]](schema)


def _numbers(bounds: JSON) -> st.SearchStrategy[Any]:
    low = bounds.get("minimum")
    floats = st.floats(min_value=low, allow_nan=False, allow_infinity=False)
    return floats | st.integers(min_value=0 if low is None else 1) | st.sampled_from([1, 2.5, 99.99])


def _texts(rest: JSON) -> st.SearchStrategy[Any]:
    longest = rest.get("maxLength")
    pattern = rest["pattern"]
    # A $ of Python lets a line break stand behind it; one of a JSON Schema does not.
    found = st.from_regex(re.compile(pattern), fullmatch=True).filter(lambda text: not text.endswith("\n"))
    known = st.sampled_from(["VIP", "a,b", "Gold", "Chess", "Buyers", "email", "Ada"]).filter(
        re.compile(pattern).search
    )
    return (found | known).filter(lambda text: text and (longest is None or len(text) <= longest))


def _objects(rest: JSON) -> st.SearchStrategy[Any]:
    made = {key: made_from(value) for key, value in rest["properties"].items()}
    if rest.get("maxProperties") == 1:
        return st.one_of([st.fixed_dictionaries({key: value}) for key, value in made.items()])
    choices = [one["required"] for one in rest.get("oneOf", [{"required": rest.get("required", [])}])]
    exclusive = {key for required in choices for key in required} if len(choices) > 1 else set()
    return st.one_of(
        [
            st.fixed_dictionaries(
                {key: made[key] for key in required},
                optional={key: value for key, value in made.items() if key not in {*required, *exclusive}},
            )
            for required in choices
        ]
    )


def _rules(field: Field) -> st.SearchStrategy[JSON]:
    symbols = {name: symbol for symbol, name in SYMBOLS.get(field.type.trait, {}).items()}
    return st.one_of(
        [
            st.fixed_dictionaries(
                {
                    "field": st.just(field.name),
                    "operator": st.sampled_from([operator.name, symbols.get(operator.name, operator.name)]),
                    "value": made_from(operator.shape.schema(field, Limits())),
                },
                optional={
                    "includeMissing": st.booleans(),
                    "muted": st.booleans(),
                    "id": st.integers(),
                    "valueSource": st.just("value"),
                },
            )
            for operator in operators_of(field)
        ]
    )


RULES = st.one_of([_rules(field) for field in ASKED])


# -- as clients write them, right and wrong

_WORDS = st.sampled_from(
    [
        *("VIP", "vip", "a,b", "a\\,b", "DE, FR", " ", "", ",", "a,,b", "a\x00b", "Kim", "x" * 201),
        *("5", "1,5", "-1e3", "true", "this_month"),
        *("2026-11-24", "2026-1-4", "2026-01-01,2026-02-01", "2026-01-01,"),
        *("2026-11-24T08:30:00Z", "2026-11-24 08:30+01:00", "2026-11-24t08:30:00.123456789z"),
        "2026-01-01T00:00Z , 2026-02-01",
    ]
)
_SCALARS = st.one_of(
    _WORDS, st.none(), st.booleans(), st.integers(-2, 600), st.floats(allow_nan=False), st.text(max_size=3)
)
_LAPSES = st.fixed_dictionaries(
    {
        "n": st.sampled_from([0, 1, 3, 2.0, 2.5, 100_001, "3", True]),
        "unit": st.sampled_from(["minute", "day", "month", "eon"]),
    }
)
_ENDS = st.sampled_from(["last", "from", "to", "after", "before", "since"])
_WINDOWS = st.dictionaries(_ENDS, _LAPSES | _WORDS, max_size=2)
_COUNTS = st.sampled_from(["at_least", "at_most", "exactly", "more_than", "less_than", "between", "about"])
_TIMES = st.dictionaries(
    _COUNTS, st.integers(-1, 512) | st.lists(st.integers(-1, 4), max_size=3) | st.just(3.0), max_size=2
)
_HAPPENINGS = st.fixed_dictionaries(
    {},
    optional={"times": _TIMES, "window": _WINDOWS, "at_least": _SCALARS, "less_than": st.just(9.99), "mood": st.none()},
)
_VALUES = st.one_of(_SCALARS, st.lists(_SCALARS, max_size=3), _LAPSES, _HAPPENINGS)
_NAMES = sorted({operator.name for field in FIELDS for operator in operators_of(field)} | {"<=", "==", ""})
_WRITTEN = st.fixed_dictionaries(
    {
        "field": st.sampled_from([field.name for field in CATALOGUE] + ["shoe_size"]),
        "operator": st.sampled_from(_NAMES),
    },
    optional={
        "value": _VALUES,
        "includeMissing": st.sampled_from([True, False, None]),
        "muted": st.sampled_from([True, False, 1]),
        "valueSource": st.sampled_from(["value", "field"]),
        "meta": st.none(),
        "mood": st.none(),
    },
)
_PLAUSIBLE = st.one_of(
    [
        st.fixed_dictionaries(
            {
                "field": st.just(field.name),
                "operator": st.sampled_from([operator.name for operator in operators_of(field)]),
                "value": _VALUES,
            }
        )
        for field in ASKED
    ]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    _PLAUSIBLE | _WRITTEN | RULES | st.sampled_from(["and", None, 5, {}, [], {"muted": True, "mood": 1}]),
    lambda inner: st.fixed_dictionaries(
        {
            "combinator": st.sampled_from(["and", "or", "AND", "oR", "xor", None]),
            "rules": st.lists(inner, max_size=3),
        },
        optional={
            "not": st.sampled_from([True, False, None]),
            "muted": st.booleans(),
            "path": st.none(),
            "field": st.none(),
        },
    ),
    max_leaves=5,
)
