"""The standard fields and an organisation's catalogue."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from mappings import types
from mappings.errors import ContractError, ServiceError
from mappings.fields import Behaviour, Custom, Named, Option, Packing, catalogue
from mappings.standard import STANDARD
from mappings.types import CUSTOM_TYPES

PLAN = Custom("contact", "plan", "Plan", types.CHOICE, "keyword_0", ("Gold", "Silver"))
SIZE = Custom("company", "size", "Size", types.NUMBER, "double_3", ("ignored",))


def test_standard_fields_have_a_name_a_column_and_sometimes_trigrams() -> None:
    by_name = {one.name: one for one in STANDARD}
    assert len(by_name) == len(STANDARD)
    assert (by_name["email"].column, by_name["email"].grams) == ("c.email", "grams.email")
    assert (by_name["company.name"].column, by_name["company.name"].grams) == ("k.name", "grams.company_name")
    assert (by_name["country"].grams, by_name["country"].type) == (None, types.CHOICE)
    assert "c.first_name" in by_name["full_name"].column
    assert "state" in by_name["region"].aliases


def test_no_name_or_alias_means_two_fields() -> None:
    for owner in ("contact", "company"):
        names = [name for one in STANDARD if one.object == owner for name in (one.key, *one.aliases)]
        assert len(set(names)) == len(names)


def test_only_texts_are_searchable() -> None:
    assert {one.type for one in STANDARD if one.searchable} == {types.TEXT}


def test_an_empty_organisation_has_the_standard_fields() -> None:
    found = catalogue()
    own = {"contact_id", "owner", "team", "tags", "channels", "unsubscribed", "segment"}
    assert {field.name for field in found} == {one.name for one in STANDARD} | own
    assert (found.time_zone, found.week_start) == (ZoneInfo("UTC"), 1)
    assert found.get("no such field") is None


def test_the_fields_of_an_organisation() -> None:
    found = catalogue(
        time_zone="Asia/Tokyo",
        week_start=7,
        custom=[PLAN, SIZE],
        behaviours=[Behaviour(7, "purchase", "Purchase", signed=True)],
        tags=[Named(3, "VIP")],
        channels=[Named(1, "email")],
        owners=[Named(2, "Ada")],
        teams=[Named(4, "North")],
        segments=[Named(5, "Buyers")],
    )
    plan, size = found.fields["custom.plan"], found.fields["company.custom.size"]
    assert (plan.path, plan.group, plan.options) == (
        "custom.keyword_0",
        "contact custom fields",
        (Option("Gold", "Gold"), Option("Silver", "Silver")),
    )
    assert (size.path, size.group, size.options) == ("company.custom.double_3", "company custom fields", None)
    options = {
        name: found.fields[name].options for name in ("tags", "channels", "unsubscribed", "owner", "team", "segment")
    }
    assert options == {
        "tags": (Option(3, "VIP"),),
        "channels": (Option(1, "email"),),
        "unsubscribed": (Option(1, "email"),),
        "owner": (Option(2, "Ada"),),
        "team": (Option(4, "North"),),
        "segment": (Option(5, "Buyers"),),
    }
    assert (found.time_zone, found.week_start) == (ZoneInfo("Asia/Tokyo"), 7)


def test_a_behaviour_brings_its_derived_fields() -> None:
    found = catalogue(
        behaviours=[Behaviour(7, "any.whatsapp", "Any on WhatsApp", signed=True, unavailable="filling: 4 %")]
    )
    derived = {field.name: field for field in found if field.code is not None}
    assert {name: (field.path, field.packing, field.type.name) for name, field in derived.items()} == {
        "engagement.any.whatsapp": ("events", None, "behaviour"),
        "engagement.any.whatsapp.count": ("events_count", Packing.COUNT, "number"),
        "engagement.any.whatsapp.total": ("amounts_total", Packing.AMOUNT, "number"),
        "engagement.any.whatsapp.average": ("amounts_average", Packing.AMOUNT, "number"),
        "engagement.any.whatsapp.largest": ("amounts_largest", Packing.AMOUNT, "number"),
        "engagement.any.whatsapp.first_at": ("events_first", Packing.FIRST, "datetime"),
        "engagement.any.whatsapp.last_at": ("events", Packing.LAST, "datetime"),
    }
    assert {field.unavailable for field in derived.values()} == {"filling: 4 %"}
    assert {field.code for field in derived.values()} == {7}
    assert derived["engagement.any.whatsapp"].signed
    assert derived["engagement.any.whatsapp.count"].label == "Any on WhatsApp: number of times"


@pytest.mark.parametrize("kind", CUSTOM_TYPES.values(), ids=list(CUSTOM_TYPES))
def test_a_custom_field_of_every_type_has_a_place(kind: types.FieldType) -> None:
    field = catalogue(custom=[Custom("contact", "x", "X", kind, f"{kind.slot}_0", ("a",))]).fields["custom.x"]
    assert field.path == f"custom.{kind.slot}_0"
    assert (field.options is not None) is (kind in (types.CHOICE, types.MULTI_CHOICE))


def test_an_error_says_its_remedy() -> None:
    assert (
        str(ServiceError("the index is old", "run: segments index rebuild"))
        == "the index is old; run: segments index rebuild"
    )
    error = ContractError("the index is old")
    assert (str(error), error.detail, error.remedy) == ("the index is old", "the index is old", "")
    assert isinstance(error, ServiceError)
