from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from indexer.documents import build
from indexer.engagement import NO_AMOUNT
from indexer.registry import Declared, Lookup, Registry
from indexer.rows import COMPANY_FIELDS, CONTACT_FIELDS, Company, Contact, Details, Events, Rows, State
from mappings import timelines
from mappings.fields import Named
from mappings.index import bucket
from mappings.standard import Standard
from mappings.text import MAX_TERM_BYTES, grams
from mappings.types import BOOLEAN, DATE, DATETIME, MULTI_CHOICE, NUMBER, TEXT
from segments.events import parse_event_condition

ORG, CONTACT, ACME = 3, 41, 77
PURCHASE, SENT, EMAIL, WHATSAPP = 501, 502, 601, 602
ANY, ON_EMAIL, BOUGHT, WAS_SENT, LARGE = 1, 2, 3, 4, 5


def row(fields: Sequence[Standard], values: Mapping[str, object]) -> tuple[object, ...]:
    assert values.keys() <= {one.key for one in fields}
    return tuple(values.get(one.key) for one in fields)


def contact(custom: object = None, **values: object) -> Contact:
    return Contact(None, None, None, json.dumps(custom or {}), row(CONTACT_FIELDS, values))


def company(custom: object = None, **values: object) -> Company:
    return Company(ORG, json.dumps(custom or {}), row(COMPANY_FIELDS, values))


def events(*of: tuple[int, int, int, int | None]) -> Events:
    """Events of the contact: (event type, channel or 0, seconds, amount); their ids are 1, 2, 3, ..."""
    columns = [
        (CONTACT, number, kind, channel, at, NO_AMOUNT if amount is None else amount)
        for number, (kind, channel, at, amount) in enumerate(of, 1)
    ]
    return Events(*np.array(columns, dtype=np.int64).reshape(-1, 6).T)


REGISTRY = Registry(
    zones={ORG: ZoneInfo("Europe/Berlin")},
    slots={
        (ORG, "contact"): {
            "plan": ("keyword_0", TEXT),
            "seats": ("double_1", NUMBER),
            "renewal": ("date_2", DATE),
            "seen": ("date_3", DATETIME),
            "active": ("boolean_4", BOOLEAN),
            "hobbies": ("keyword_5", MULTI_CHOICE),
        },
        (ORG, "company"): {"region": ("keyword_1", TEXT)},
    },
    event_types=Lookup.of({PURCHASE: BOUGHT, SENT: WAS_SENT}),
    acts=Lookup.of({PURCHASE: ANY}),
    channels=Lookup.of({EMAIL: ON_EMAIL}),
    declared=(),
)
ROWS = Rows(
    states=(State(CONTACT, ORG, 9),),
    contacts={CONTACT: contact()},
    companies={},
    sets=(),
    events=events(),
    details={},
    registry=REGISTRY,
)
ALWAYS = {"org_id": ORG, "contact_id": CONTACT, "version": 9, "bucket": bucket(CONTACT)}


def source(rows: Rows) -> dict[str, Any]:
    """The document of the only contact, without what every document has."""
    built = build(rows)
    assert not built.refused
    (document,) = built.documents
    assert document.source is not None
    assert ALWAYS.items() <= document.source.items()
    return {name: value for name, value in document.source.items() if name not in ALWAYS}


def of_contact(custom: object = None, **values: object) -> dict[str, Any]:
    return source(replace(ROWS, contacts={CONTACT: contact(custom, **values)}))


def test_a_contact_of_which_nothing_is_known() -> None:
    assert source(ROWS) == {}


def test_properties_stand_under_their_names_and_missing_ones_are_absent() -> None:
    assert of_contact(country="DE", city="Köln", external_id="c-1") == {
        "country": "DE",
        "city": "Köln",
        "external_id": "c-1",
    }


def test_dates_keep_their_month_and_day_in_the_organisations_zone() -> None:
    assert of_contact(birth_date="1990-02-28", created_at="2026-12-31T23:30:00.000Z") == {
        "birth_date": "1990-02-28",
        "birth_date_month_day": 228,
        "created_at": "2026-12-31T23:30:00.000Z",
        "created_at_month_day": 101,
    }


def test_searched_text_has_its_grams() -> None:
    assert of_contact(email="A@b.de", job_title="CTO") == {
        "email": "A@b.de",
        "job_title": "CTO",
        "grams": {"email": grams("A@b.de")},
    }


def test_text_longer_than_a_term_is_cut_in_the_value_and_in_its_grams() -> None:
    found = of_contact(email="x" * (MAX_TERM_BYTES + 5))
    assert found["email"] == "x" * MAX_TERM_BYTES
    assert found["grams"]["email"] == grams("x" * MAX_TERM_BYTES)


def test_custom_values_stand_in_their_slots() -> None:
    custom = {
        "plan": "Gold",
        "seats": 2.5,
        "renewal": "2026-03-01",
        "seen": "2026-06-30T22:00:00.000Z",
        "active": False,
        "hobbies": ["Chess", "Go"],
    }
    assert of_contact(custom)["custom"] == {
        "keyword_0": "Gold",
        "double_1": 2.5,
        "date_2": "2026-03-01",
        "date_2_month_day": 301,
        "date_3": "2026-06-30T22:00:00.000Z",
        "date_3_month_day": 701,
        "boolean_4": False,
        "keyword_5": ["Chess", "Go"],
        "keyword_5_count": 2,
    }


@pytest.mark.parametrize("custom", [{}, {"gone": 1}, {"plan": None}])
def test_without_a_value_of_a_known_field_there_is_no_custom_part(custom: object) -> None:
    assert of_contact(custom) == {}


def test_a_company_is_part_of_each_of_its_contacts() -> None:
    rows = replace(
        ROWS,
        states=(State(CONTACT, ORG, 9), State(CONTACT + 1, ORG, 10)),
        contacts={number: replace(contact(), company_id=ACME) for number in (CONTACT, CONTACT + 1)},
        companies={ACME: company({"region": "North"}, name="Acme", size=50.0)},
    )
    for document in build(rows).documents:
        assert document.source is not None
        assert document.source["company"] == {
            "id": ACME,
            "name": "Acme",
            "size": 50.0,
            "custom": {"keyword_1": "North"},
        }
        assert document.source["grams"] == {"company_name": grams("Acme")}


def test_grams_of_contact_and_company_stand_together_and_are_not_shared() -> None:
    rows = replace(
        ROWS,
        states=(State(CONTACT, ORG, 9), State(CONTACT + 1, ORG, 10)),
        contacts={
            CONTACT: replace(contact(email="a@b.de"), company_id=ACME),
            CONTACT + 1: replace(contact(), company_id=ACME),
        },
        companies={ACME: company(domain="acme.de")},
    )
    first, second = (document.source for document in build(rows).documents)
    assert first is not None
    assert second is not None
    assert first["grams"] == {"email": grams("a@b.de"), "company_domain": grams("acme.de")}
    assert second["grams"] == {"company_domain": grams("acme.de")}


def test_owner_and_team_by_id() -> None:
    assert source(replace(ROWS, contacts={CONTACT: replace(contact(), owner=5, team=6)})) == {"owner": 5, "team": 6}


def test_sets_have_their_sizes_beside_them() -> None:
    sets: tuple[tuple[str, dict[int, list[int]]], ...] = (
        ("tags", {CONTACT: [1, 2]}),
        ("lists", {CONTACT: [3]}),
        ("channels", {CONTACT: [4]}),
        ("unsubscribed", {}),
    )
    assert source(replace(ROWS, sets=sets)) == {
        "tags": [1, 2],
        "tags_count": 2,
        "lists": [3],
        "lists_count": 1,
        "channels": [4],
        "channels_count": 1,
    }


def codes(rows: Rows) -> dict[int, tuple[int, ...]]:
    """Behaviour -> times of its events in the only document."""
    document = source(rows)
    return {code: timelines.times(document, code) for code in range(1, 9) if timelines.times(document, code)}


def test_what_the_contact_did_counts_for_its_type_for_any_and_for_its_channel() -> None:
    rows = replace(ROWS, events=events((PURCHASE, EMAIL, 100, 5), (PURCHASE, 0, 200, 5)))
    assert codes(rows) == {BOUGHT: (200, 100), ANY: (200, 100), ON_EMAIL: (100,)}


def test_what_was_done_to_the_contact_counts_for_its_type_alone() -> None:
    assert codes(replace(ROWS, events=events((SENT, EMAIL, 100, None)))) == {WAS_SENT: (100,)}


def test_a_channel_and_a_type_that_no_behaviour_stands_for() -> None:
    rows = replace(ROWS, events=events((PURCHASE, WHATSAPP, 100, None), (999, EMAIL, 200, None)))
    assert codes(rows) == {BOUGHT: (100,), ANY: (100,)}


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        ({"field": "amount", "operator": ">=", "value": 500}, (300, 200)),
        ({"field": "channel", "operator": "=", "value": WHATSAPP}, (200, 100)),
        ({"field": "properties.category", "operator": "=", "value": "shoes"}, (300, 100)),
        ({"field": "properties.coupon", "operator": ">", "value": 0}, (300,)),
    ],
)
def test_a_declared_behaviour_has_the_events_of_its_type_that_meet_its_condition(
    rule: dict[str, object], met: tuple[int, ...]
) -> None:
    tree = {"combinator": "and", "rules": [rule]}
    condition = parse_event_condition(tree, [Named(WHATSAPP, "whatsapp")])
    rows = replace(
        ROWS,
        events=events((PURCHASE, WHATSAPP, 100, 49_999), (PURCHASE, WHATSAPP, 200, 50_000), (PURCHASE, 0, 300, 60_000)),
        details={
            1: Details(49_999, WHATSAPP, '{"category": "Shoes"}'),
            2: Details(50_000, WHATSAPP, "{}"),
            3: Details(60_000, None, '{"category": "shoes", "coupon": 1.5}'),
        },
        registry=replace(REGISTRY, declared=(Declared(LARGE, PURCHASE, condition),)),
    )
    assert codes(rows)[LARGE] == met
    assert codes(rows)[BOUGHT] == (300, 200, 100)


def test_events_of_several_contacts_stay_apart() -> None:
    column = events((PURCHASE, 0, 100, 5), (PURCHASE, 0, 200, 6))
    rows = replace(
        ROWS,
        states=(State(CONTACT, ORG, 9), State(CONTACT + 1, ORG, 10)),
        contacts={CONTACT: contact(), CONTACT + 1: contact()},
        events=replace(column, contact=np.array([CONTACT + 1, CONTACT])),
    )
    first, second = (document.source for document in build(rows).documents)
    assert timelines.times(first or {}, BOUGHT) == (200,)
    assert timelines.times(second or {}, BOUGHT) == (100,)


def test_a_contact_that_is_gone_has_no_source() -> None:
    (document,) = build(replace(ROWS, contacts={})).documents
    assert (document.contact_id, document.version, document.source) == (CONTACT, 9, None)


@pytest.mark.parametrize(
    "broken",
    [{"plan": 5}, {"seen": "yesterday"}, {"renewal": "2026-02-30"}, {"hobbies": 5}],
)
def test_a_value_that_fits_no_document_costs_its_own_contact_only(broken: dict[str, object]) -> None:
    rows = replace(
        ROWS,
        states=(State(CONTACT, ORG, 9), State(CONTACT + 1, ORG, 10)),
        contacts={CONTACT: contact(broken), CONTACT + 1: contact(country="DE")},
    )
    built = build(rows)
    assert [document.contact_id for document in built.documents] == [CONTACT + 1]
    assert [(refusal.contact_id, refusal.version) for refusal in built.refused] == [(CONTACT, 9)]
