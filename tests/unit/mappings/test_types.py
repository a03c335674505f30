"""What a client may write, what is stored of it, and what a document keeps."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import types
from mappings.types import CUSTOM_TYPES, TYPES, FieldType, Trait
from mappings.types.dates import END_OF_INSTANTS, FIRST_INSTANT, month_day, parse_day

UTC, KIRITIMATI = ZoneInfo("UTC"), ZoneInfo("Pacific/Kiritimati")

MISSING: tuple[object, ...] = (None, "", [])

LOADED: list[tuple[FieldType, object, object]] = [
    *((kind, missing, None) for kind in CUSTOM_TYPES.values() for missing in MISSING),
    (types.TEXT, "Anna", "Anna"),
    (types.TEXT, " ", " "),
    (types.TEXT, "null", "null"),
    (types.TEXT, "\U0010ffff\x01", "\U0010ffff\x01"),
    (types.CHOICE, "Gold", "Gold"),
    (types.NUMBER, 0, 0),
    (types.NUMBER, -0.0, 0.0),
    (types.NUMBER, 2**53, 2**53),
    (types.NUMBER, 2**53 + 1, float(2**53)),
    (types.NUMBER, 10**300, 1e300),
    (types.NUMBER, 0.1, 0.1),
    (types.NUMBER, 5e-324, 5e-324),
    (types.DATE, "2024-02-29", "2024-02-29"),
    (types.DATE, "0001-01-01", "0001-01-01"),
    (types.DATE, "9999-12-31", "9999-12-31"),
    (types.DATETIME, "2026-11-24T08:30:00Z", "2026-11-24T08:30:00.000Z"),
    (types.DATETIME, "2026-11-24t08:30z", "2026-11-24T08:30:00.000Z"),
    (types.DATETIME, "2026-11-24 08:30:00+05:30", "2026-11-24T03:00:00.000Z"),
    (types.DATETIME, "2026-11-24T00:30:00+01:00", "2026-11-23T23:30:00.000Z"),
    (types.DATETIME, "2026-11-24T08:30:00.9999Z", "2026-11-24T08:30:00.999Z"),
    (types.DATETIME, "2026-11-24T08:30:00.1Z", "2026-11-24T08:30:00.100Z"),
    (types.DATETIME, "1969-12-31T23:59:59.123456789Z", "1969-12-31T23:59:59.123Z"),
    (types.DATETIME, "0001-01-02T00:00:00Z", "0001-01-02T00:00:00.000Z"),
    (types.DATETIME, "9999-12-30T23:59:59.999Z", "9999-12-30T23:59:59.999Z"),
    (types.BOOLEAN, True, True),
    (types.BOOLEAN, False, False),
    (types.MULTI_CHOICE, ["a"], ["a"]),
    (types.MULTI_CHOICE, ["b", "A", "a", "B"], ["b", "A"]),
    (types.MULTI_CHOICE, ["", None, "a", []], ["a"]),
    (types.MULTI_CHOICE, [""], None),
    (types.ID_SET, None, None),
    (types.ID_SET, [], None),
    (types.ID_SET, [3, 1, 3], [3, 1]),
]

REFUSED_OF: list[tuple[FieldType, tuple[object, ...]]] = [
    (types.TEXT, (5, True, ["a"], {}, b"a", "a\x00b", "\ud800", "a\udfff")),
    (types.CHOICE, (5,)),
    (types.NUMBER, ("5", True, [5], {}, math.nan, math.inf, -math.inf, 10**400, -(10**400))),
    (
        types.DATE,
        (
            5,
            True,
            "24.11.2026",
            "2026-2-1",
            "2026-02-30",
            "2023-02-29",
            "0000-01-01",
            "20261124",
            "2026-11-24T00:00:00Z",
            "２０２６-11-24",
            " 2026-11-24",
            "2026-11-24\n",
        ),
    ),
    (
        types.DATETIME,
        (
            5,
            "2026-11-24",
            "2026-11-24T08:30:00",
            "2026-11-24T08Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T08:60:00Z",
            "2026-11-24T08:30:60Z",
            "2026-11-24T08:30:00+0100",
            "2026-11-24T08:30:00.Z",
            "2026-02-30T00:00Z",
            "2026-11-24T08:30:00.1234567890Z",
            "2026-11-24T08:30:00+24:00",
            "0001-01-01T23:59:59Z",
            "0001-01-02T00:00:00+00:01",
            "9999-12-31T00:00:00Z",
            "9999-12-30T23:59:59-00:01",
            "２０２６-11-24T08:30:00Z",
            " 2026-11-24T08:30:00Z",
        ),
    ),
    (types.BOOLEAN, (0, 1, "true", [True])),
    (types.MULTI_CHOICE, ("a", 5, {"a": 1}, ["a", 5], ["a", ["b"]], ["\x00"])),
    (types.ID_SET, ("1", 1, [1, "2"], [True], [1.0], {"1": 1})),
    (types.BEHAVIOUR, (None, "", 1)),
    (types.REFERENCE, (None, "", 1)),
]
REFUSED = [(kind, raw) for kind, raws in REFUSED_OF for raw in raws]


@pytest.mark.parametrize(("kind", "raw", "stored"), LOADED, ids=range(len(LOADED)))
def test_load(kind: FieldType, raw: object, stored: object) -> None:
    loaded = kind.load(raw)
    assert loaded == stored
    assert type(loaded) is type(stored)
    assert str(loaded) == str(stored), "-0.0 is no 0.0 to the index"
    assert kind.load(loaded) == stored, "what is stored can be written again"


@pytest.mark.parametrize(("kind", "raw"), REFUSED, ids=range(len(REFUSED)))
def test_refused(kind: FieldType, raw: object) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        kind.load(raw)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "stored", "indexed"),
    [
        (types.TEXT, "Anna", "Anna"),
        (types.TEXT, "x" * 40_000, "x" * 32_766),
        (types.CHOICE, "x" * 40_000, "x" * 32_766),
        (types.MULTI_CHOICE, ["A", "x" * 40_000], ["A", "x" * 32_766]),
        (types.NUMBER, 5, 5),
        (types.DATE, "2026-11-24", "2026-11-24"),
        (types.BOOLEAN, False, False),
        (types.ID_SET, [2, 1], [2, 1]),
    ],
    ids=range(8),
)
def test_index(kind: FieldType, stored: object, indexed: object) -> None:
    assert kind.index(stored) == indexed


def test_texts_that_are_one_once_they_are_cut_are_one_in_a_set() -> None:
    indexed = types.MULTI_CHOICE.index(["x" * 40_000, "X" * 50_000, "y"])
    assert indexed == ["x" * 32_766, "y"]
    assert types.MULTI_CHOICE.companions(indexed, UTC) == {"_count": 2}


@pytest.mark.parametrize(
    ("kind", "indexed", "zone", "companions"),
    [
        (types.TEXT, "a", UTC, {}),
        (types.NUMBER, 5, UTC, {}),
        (types.BOOLEAN, True, UTC, {}),
        (types.MULTI_CHOICE, ["a", "b"], UTC, {"_count": 2}),
        (types.ID_SET, [1, 2, 3], UTC, {"_count": 3}),
        (types.DATE, "2024-02-29", KIRITIMATI, {"_month_day": 229}),
        (types.DATE, "0001-01-01", KIRITIMATI, {"_month_day": 101}),
        (types.DATE, "9999-12-31", KIRITIMATI, {"_month_day": 1231}),
        (types.DATETIME, "2026-11-24T10:00:00.000Z", UTC, {"_month_day": 1124}),
        (types.DATETIME, "2026-11-24T10:00:00.000Z", KIRITIMATI, {"_month_day": 1125}),
        (types.DATETIME, "9999-12-30T23:59:59.999Z", KIRITIMATI, {"_month_day": 1231}),
        (types.DATETIME, "0001-01-02T00:00:00.000Z", ZoneInfo("Pacific/Pago_Pago"), {"_month_day": 102}),
    ],
    ids=range(12),
)
def test_companions(kind: FieldType, indexed: Any, zone: ZoneInfo, companions: dict[str, int]) -> None:
    assert kind.companions(indexed, zone) == companions
    assert set(companions) == set(kind.companion_suffixes)


@given(st.dates())
def test_a_day_written_comes_back(day: Any) -> None:
    assert parse_day(types.DATE.load(day.isoformat())) == day
    assert divmod(month_day(day), 100) == (day.month, day.day)


LAST_INSTANT = END_OF_INSTANTS - timedelta(milliseconds=1)
INSTANTS = st.datetimes(FIRST_INSTANT.replace(tzinfo=None), LAST_INSTANT.replace(tzinfo=None), timezones=st.just(UTC))


@given(INSTANTS, st.sampled_from([UTC, KIRITIMATI, ZoneInfo("Australia/Lord_Howe")]))
def test_an_instant_falls_on_the_day_it_is_in_the_zone(instant: datetime, zone: ZoneInfo) -> None:
    indexed = types.DATETIME.load(instant.isoformat())
    assert indexed is not None
    assert types.DATETIME.day(indexed, zone) == instant.astimezone(zone).date()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_finite_number_is_kept(number: float) -> None:
    assert types.NUMBER.load(number) == number


def test_every_type_is_in_the_table_by_its_name() -> None:
    assert {name: kind.name for name, kind in TYPES.items()} == {name: name for name in TYPES}
    assert {kind.trait for kind in TYPES.values()} == set(Trait)
    assert {name: kind.slot for name, kind in CUSTOM_TYPES.items()} == {
        "text": "keyword",
        "choice": "keyword",
        "number": "double",
        "date": "date",
        "datetime": "date",
        "boolean": "boolean",
        "multi-choice": "keyword",
    }


@pytest.mark.parametrize(
    ("kind", "mapping"),
    [
        (types.TEXT, {"type": "keyword", "normalizer": "lowercase"}),
        (types.CHOICE, {"type": "keyword", "normalizer": "lowercase"}),
        (types.MULTI_CHOICE, {"type": "keyword", "normalizer": "lowercase"}),
        (types.NUMBER, {"type": "double"}),
        (types.DATE, {"type": "date", "format": "strict_date_optional_time"}),
        (types.DATETIME, {"type": "date", "format": "strict_date_optional_time"}),
        (types.BOOLEAN, {"type": "boolean"}),
        (types.ID_SET, {"type": "keyword"}),
        (types.BEHAVIOUR, {"type": "long"}),
        (types.REFERENCE, {"type": "long"}),
    ],
    ids=range(10),
)
def test_mapping(kind: FieldType, mapping: dict[str, str]) -> None:
    assert kind.mapping() == mapping
