from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from mappings import types
from store.imports.coercion import coercion, localiser
from store.imports.kinds import Observed
from store.imports.names import slug

BERLIN = ZoneInfo("Europe/Berlin")


# Names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("plan", "plan"), ("Favourite colour?", "favourite_colour"), ("Größe", "grosse"), ("  A - B ", "a_b"),
        ("2nd", "field_2nd"), ("любимый", "field_451a7ce5"), ("x" * 80, "x" * 63), ("", "field_00000000"),
    ],
)  # fmt: skip
def test_a_key_is_made_of_a_name(name: str, key: str) -> None:
    assert slug(name) == key


# Types


def kind(*values: object, textual: bool = False) -> str:
    observed = Observed(textual=textual)
    for value in values:
        observed.add(value)
    return observed.kind().type


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, 2.5, None, ""], "number"),
        ([True, False], "boolean"),
        ([True, 1], "text"),
        ([1, "1"], "text"),
        (["2026-01-01", None, "2026-02-01"], "date"),
        (["2026-01-01T00:00:00Z", "2026-01-01 00:00:00+01:00"], "datetime"),
        (["2026-01-01T00:00", "2026-01-01 00:00:00.5"], "datetime"),
        (["2026-01-01", "2026-01-01T00:00:00Z"], "text"),
        (["a", "b", "c"], "text"),
        (["a", "b"] * 3, "choice"),
        (["a", "b"] * 2, "text"),
        (["1", "2"] * 3, "choice"),
        (["x" * 101] * 10, "text"),
        ([str(n) for n in range(101)] * 3, "text"),
        ([["a"], ["b", "c"], []], "multi-choice"),
        ([["a"], "b"], "text"),
        ([{}], "text"),
        ([], "text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_narrowest_type_that_takes_every_value_is_inferred(values: Sequence[object], type_: str) -> None:
    assert kind(*values) == type_


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["1", "-2.5", "0"], "number"),
        (["1", "007"], "text"),
        (["1e5"], "text"),
        (["yes", "No", "TRUE"], "boolean"),
        (["2026-01-01"], "date"),
        (["0"] * 10, "number"),
    ],
    ids=str,
)
def test_what_stands_in_a_csv_file_may_be_more_than_text(values: Sequence[str], type_: str) -> None:
    assert kind(*values, textual=True) == type_


@pytest.mark.parametrize(
    ("type_", "raw", "read"),
    [
        ("text", 5, "5"), ("text", 1.50, "1.5"), ("choice", True, "true"), ("text", "x", "x"), ("text", [], []),
        ("number", "5", 5), ("number", "-5.5", -5.5), ("number", "x", "x"), ("number", 7, 7),
        ("number", "9" * 30, 1e30),
        ("boolean", "Yes", True), ("boolean", "false", False), ("boolean", "x", "x"), ("boolean", True, True),
        ("multi-choice", "a; b;", ["a", "b"]), ("multi-choice", [1, "b"], ["1", "b"]), ("multi-choice", 5, 5),
        ("date", "2026-07-01", "2026-07-01"),
        ("datetime", "2026-07-01", "2026-07-01T00:00:00+02:00"),
        ("datetime", "2026-01-01 08:30", "2026-01-01T08:30:00+01:00"),
        ("datetime", "2026-01-01T08:30:00Z", "2026-01-01T08:30:00Z"),
        ("datetime", "tomorrow", "tomorrow"),
    ],
    ids=str,
)  # fmt: skip
def test_values_are_made_to_fit_where_that_loses_nothing(type_: str, raw: object, read: object) -> None:
    assert coercion(BERLIN)(types.TYPES[type_], raw) == read


def test_a_day_that_does_not_exist_is_left_to_the_type() -> None:
    assert localiser(BERLIN)("2026-13-01") == "2026-13-01"
