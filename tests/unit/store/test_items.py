from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from mappings import types
from mappings.fields import Custom
from store.items.companies import CompanyReader
from store.items.contacts import ContactReader
from store.items.problems import RefusedItem, collected
from store.items.rows import ChannelState, CompanyRow, ContactRow, EventRow, Owner
from store.items.values import epoch_seconds, minor_units

NOW = 1_700_000_000
PLAN = Custom("contact", "plan", "Plan", types.CHOICE, "keyword_0", ("Gold", "Silver"))
LIKES = Custom("contact", "likes", "Likes", types.MULTI_CHOICE, "keyword_1", ("Tea", "Coffee"))
SCORE = Custom("contact", "score", "Score", types.NUMBER, "double_0")
TIER = Custom("company", "tier", "Tier", types.TEXT, "keyword_0")
READER = ContactReader([PLAN, LIKES, SCORE, TIER], NOW, frozenset({"any"}))


def read(**item: object) -> ContactRow:
    return READER.read({"external_id": "a", **item})


def problems(item: object) -> dict[str, str]:
    with pytest.raises(RefusedItem) as refused:
        READER.read(item)
    return {problem.pointer: problem.code for problem in refused.value.problems}


def event(**changed: object) -> EventRow:
    (row,) = read(events=[{"type": "purchase", "at": "2020-01-01T00:00:00Z", **changed}]).events
    return row


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ({}, ContactRow("a", {}, {})),
        ({"external_id": 17}, ContactRow("17", {}, {})),
        ({"properties": {"email": "a@b.c"}}, ContactRow("a", {"email": "a@b.c"}, {})),
        ({"properties": {"name": "Ann", "state": "Ohio"}}, ContactRow("a", {"full_name": "Ann", "region": "Ohio"}, {})),
        ({"properties": {"email": ""}}, ContactRow("a", {"email": None}, {})),
        ({"properties": {"email": None}}, ContactRow("a", {"email": None}, {})),
        ({"properties": None}, ContactRow("a", {}, {})),
        ({"properties": {"plan": "GOLD"}}, ContactRow("a", {}, {"plan": "Gold"})),
        ({"custom": {"plan": "gold", "score": 1.5}}, ContactRow("a", {}, {"plan": "Gold", "score": 1.5})),
        ({"custom": {"plan": None, "likes": []}}, ContactRow("a", {}, {"plan": None, "likes": None})),
        ({"custom": {"likes": ["tea", "COFFEE"]}}, ContactRow("a", {}, {"likes": ["Tea", "Coffee"]})),
        ({"tags": ["VIP", " VIP "]}, ContactRow("a", {}, {}, tags=("VIP",))),
        ({"tags": []}, ContactRow("a", {}, {}, tags=())),
        ({"tags": None}, ContactRow("a", {}, {}, tags=())),
        ({"company": {}}, ContactRow("a", {"company_id": None}, {})),
        ({"company": None}, ContactRow("a", {"company_id": None}, {})),
        ({"company": {"name": "Acme"}}, ContactRow("a", {}, {}, company=CompanyRow("Acme", {"name": "Acme"}, {}))),
        ({"owner": "o@x.com"}, ContactRow("a", {}, {}, owner=Owner("o@x.com", "o@x.com"))),
        ({"owner": {"email": "o@x.com", "name": "Olga"}}, ContactRow("a", {}, {}, owner=Owner("o@x.com", "Olga"))),
        ({"owner": None, "team": ""}, ContactRow("a", {"owner_id": None, "team_id": None}, {})),
        ({"team": "North"}, ContactRow("a", {}, {}, team="North")),
        (
            {"channels": {"email": "subscribed", "sms": "unsubscribed", "fax": "unreachable", "post": None}},
            ContactRow(
                "a",
                {},
                {},
                channels={
                    "email": ChannelState(reachable=True, unsubscribed=False),
                    "sms": ChannelState(reachable=True, unsubscribed=True),
                    "fax": ChannelState(reachable=False, unsubscribed=False),
                    "post": None,
                },
            ),
        ),
        (
            {"created_at": "2020-01-01T01:00:00+01:00"},
            ContactRow("a", {"created_at": "2020-01-01T00:00:00.000Z"}, {}),
        ),
        ({"created_at": None, "properties": {"updated_at": ""}}, ContactRow("a", {}, {})),
        ({"events": []}, ContactRow("a", {}, {})),
    ],
)
def test_a_contact_is_read_as_it_means(item: Mapping[str, object], row: ContactRow) -> None:
    assert READER.read({"external_id": "a", **item}) == row


@pytest.mark.parametrize(
    ("item", "found"),
    [
        (None, {"#": "type"}),
        ([], {"#": "type"}),
        ({}, {"#/external_id": "value"}),
        ({"external_id": ""}, {"#/external_id": "value"}),
        ({"external_id": " a"}, {"#/external_id": "value"}),
        ({"external_id": True}, {"#/external_id": "value"}),
        ({"external_id": "x" * 513}, {"#/external_id": "value"}),
        ({"external_id": "a\x00b"}, {"#/external_id": "value"}),
        ({"external_id": "\ud800"}, {"#/external_id": "value"}),
        ({"external_id": "a", "emial": "x"}, {"#/emial": "unknown"}),
        ({"external_id": "a", "properties": []}, {"#/properties": "type"}),
        ({"external_id": "a", "properties": {"shoe": 5}}, {"#/properties/shoe": "unknown"}),
        ({"external_id": "a", "properties": {"a/b~c": 5}}, {"#/properties/a~1b~0c": "unknown"}),
        ({"external_id": "a", "properties": {"external_id": "b"}}, {"#/properties/external_id": "unknown"}),
        ({"external_id": "a", "properties": {"name": "A", "full_name": "B"}}, {"#/properties/full_name": "twice"}),
        ({"external_id": "a", "properties": {"plan": "gold"}, "custom": {"plan": "gold"}}, {"#/custom/plan": "twice"}),
        ({"external_id": "a", "company": {"name": "A", "tier": "x", "custom": {"tier": "y"}}},
         {"#/company/custom/tier": "twice"}),
        ({"external_id": "a", "properties": {"created_at": "x"}, "created_at": "x"},
         {"#/properties/created_at": "value", "#/created_at": "value"}),
        ({"external_id": "a", "properties": {"email": 5}}, {"#/properties/email": "value"}),
        ({"external_id": "a", "properties": {"email": "a\x00"}}, {"#/properties/email": "value"}),
        ({"external_id": "a", "properties": {"email": "\udfff"}}, {"#/properties/email": "value"}),
        ({"external_id": "a", "properties": {"email": "x" * 100_001}}, {"#/properties/email": "value"}),
        ({"external_id": "a", "properties": {"birth_date": "2001-02-29"}}, {"#/properties/birth_date": "value"}),
        ({"external_id": "a", "custom": {"score": "5"}}, {"#/custom/score": "value"}),
        ({"external_id": "a", "custom": {"score": float("nan")}}, {"#/custom/score": "value"}),
        ({"external_id": "a", "custom": {"plan": "bronze"}}, {"#/custom/plan": "value"}),
        ({"external_id": "a", "custom": {"likes": ["tea", "wine"]}}, {"#/custom/likes": "value"}),
        ({"external_id": "a", "custom": {"tier": "x"}}, {"#/custom/tier": "unknown"}),
        ({"external_id": "a", "tags": "VIP"}, {"#/tags": "value"}),
        ({"external_id": "a", "tags": [""]}, {"#/tags": "value"}),
        ({"external_id": "a", "channels": {"email": "yes"}}, {"#/channels/email": "value"}),
        ({"external_id": "a", "channels": {"email": []}}, {"#/channels/email": "value"}),
        ({"external_id": "a", "channels": {"e mail": "subscribed"}}, {"#/channels/e mail": "value"}),
        ({"external_id": "a", "channels": {"count": "subscribed"}}, {"#/channels/count": "value"}),
        ({"external_id": "a", "company": "Acme"}, {"#/company": "type"}),
        ({"external_id": "a", "company": {"size": 5}}, {"#/company": "missing"}),
        ({"external_id": "a", "company": {"name": "A", "plan": "gold"}}, {"#/company/plan": "unknown"}),
        ({"external_id": "a", "owner": "Olga"}, {"#/owner": "value"}),
        ({"external_id": "a", "team": 5}, {"#/team": "value"}),
        ({"external_id": "a", "created_at": "2020-01-01"}, {"#/created_at": "value"}),
        ({"external_id": "a", "events": {}}, {"#/events": "type"}),
        ({"external_id": "a", "events": [5]}, {"#/events/0": "type"}),
        ({"external_id": "a", "events": [{}]}, {"#/events/0/type": "value", "#/events/0/at": "value"}),
        ({"tags": 5, "team": 5}, {"#/external_id": "value", "#/tags": "value", "#/team": "value"}),
    ],
)  # fmt: skip
def test_every_problem_of_a_contact_is_told_with_its_place(item: object, found: dict[str, str]) -> None:
    assert problems(item) == found


def test_an_event_is_read_as_it_means() -> None:
    assert event(id="o-1", amount=9.99, currency="eur", channel="store", items=3, coupon="", note=None) == EventRow(
        "purchase", "store", "o-1", 1_577_836_800, 999, "EUR", '{"items":3}'
    )
    assert event(id=5).external_id == "5"
    assert event(properties={"items": 3}, paid=True).properties == '{"paid":true,"items":3}'
    assert event(list=["a", 1, True, 2.5]).properties == orjson.dumps({"list": ["a", 1, True, 2.5]}).decode()
    assert event(path="a\\u0000b").properties == orjson.dumps({"path": "a\\u0000b"}).decode()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"type": "two words"}, "/type"),
        ({"type": "any"}, "/type"),
        ({"type": []}, "/type"),
        ({"channel": "e mail"}, "/channel"), ({"channel": "last_at"}, "/channel"),
        ({"channel": {}}, "/channel"),
        ({"id": " 5"}, "/id"),
        ({"at": "2020-01-01"}, "/at"),
        ({"at": "2020-01-01T00:00:00"}, "/at"),
        ({"at": 1_577_836_800}, "/at"),
        ({"at": "1969-12-31T23:59:59Z"}, "/at"),
        ({"at": "2023-11-14T22:18:21Z"}, "/at"),
        ({"amount": "ten"}, "/amount"),
        ({"currency": "euro"}, "/currency"),
        ({"currency": 5}, "/currency"),
        ({"nested": {}}, ""),
        ({"nested": [[]]}, ""),
        ({"score": float("inf")}, ""),
        ({"score": 2**70}, ""),
        ({"note": "\ud800"}, ""),
        ({"note": "a\x00"}, ""),
        ({"a\x00": "note"}, ""),
        ({"list": ["a\x00"]}, ""),
        ({"properties": []}, ""),
        ({"note": "x" * 100_000}, ""),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_kept_is_refused_with_its_place(changed: dict[str, Any], pointer: str) -> None:
    item = {"external_id": "a", "events": [{"type": "seen", "at": "2020-01-01T00:00:00Z", **changed}]}
    assert problems(item) == {f"#/events/0{pointer}": "value"}


def test_an_event_up_to_five_minutes_ahead_is_a_difference_of_clocks() -> None:
    assert event(at="2023-11-14T22:18:20Z").at == NOW + 300


@pytest.mark.parametrize(
    ("raw", "minor"),
    [
        (0, 0), (1, 100), (-1, -100), (9.99, 999), ("9.99", 999), (-9.99, -999), ("+1", 100),
        (1.005, 100), (1.015, 102), (2.675, 268), ("0.125", 12), ("0.135", 14), (0.125, 12), (-0.125, -12),
        (0.1 + 0.2, 30), (1e-9, 0), (10_995_116_277.75, 1_099_511_627_775), (123456789.12, 12_345_678_912),
    ],
    ids=repr,
)  # fmt: skip
def test_amounts_are_hundredths_and_halves_go_to_the_even_one(raw: object, minor: int) -> None:
    assert minor_units(raw) == minor


@pytest.mark.parametrize(
    "raw",
    [
        True, None, [], "", " 1", "1_0", "1e3", "1,5", "٣", "NaN", float("nan"), float("inf"), -float("inf"),
        10_995_116_277.77, -10_995_116_277.77, 10**40, 1e300, "9" * 50,
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_amount_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        minor_units(raw)


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2106-02-07T06:28:15Z", 2**32 - 1),
        ("2106-02-07T06:28:15.999Z", 2**32 - 1),
        ("2020-01-01T00:00:00.999999Z", 1_577_836_800),
        ("2020-01-01T01:00:00+01:00", 1_577_836_800),
        ("2020-01-01 00:00:00Z", 1_577_836_800),
    ],
)
def test_instants_are_whole_seconds(raw: str, seconds: int) -> None:
    assert epoch_seconds(raw) == seconds


@pytest.mark.parametrize(
    "raw", ["2106-02-07T06:28:16Z", "1969-12-31T23:59:59.999Z", "2020-02-30T00:00:00Z", "2020-W01-1T00:00:00Z", None]
)
def test_instants_that_the_index_cannot_hold_are_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        epoch_seconds(raw)


def test_a_company_is_read_as_it_means() -> None:
    reader = CompanyReader([TIER])
    with collected() as found:
        row = reader.read({"external_id": "k", "website": "a.com", "custom": {"tier": "A"}}, "#", found)
    assert row == CompanyRow("k", {"domain": "a.com"}, {"tier": "A"})
