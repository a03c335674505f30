from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings import types
from mappings.fields import Custom
from store.imports.coercion import localiser
from store.imports.errors import ImportFileError
from store.imports.lines import Line
from store.imports.survey import NewOptions, Survey
from store.imports.timelines import complete

BERLIN = ZoneInfo("Europe/Berlin")


def survey(*items: dict[str, Any], fields: Sequence[Custom] = (), textual: bool = False) -> Survey:
    found = Survey(fields, textual=textual)
    for number, item in enumerate(items, 1):
        found.add(Line(number, b"", item))
    return found


PLAN = Custom("contact", "plan", "Plan", types.CHOICE, "keyword_0", ("gold",))
OPEN = Custom("contact", "open", "Open", types.CHOICE, "keyword_1")


def test_what_is_no_standard_property_is_a_field_of_its_own() -> None:
    item = {
        "properties": {"email": "a", "First Name": "b", "state": "c", "Shoe size": 43, "tags": "x"},
        "custom": {"email": "d"},
        "company": {"name": "e", "website": "f", "Tier": "A", "custom": {"score": 1}},
    }
    found = survey(item)
    new = {(one.of, one.key, one.name, one.kind.type) for one in found.new_fields({})}
    assert new == {
        ("contact", "shoe_size", "Shoe size", "number"),
        ("contact", "email", "email", "text"),
        ("company", "tier", "Tier", "text"),
        ("company", "score", "score", "number"),
    }
    found.rename(item)
    assert item == {
        "properties": {"email": "a", "first_name": "b", "state": "c", "shoe_size": 43, "tags": "x"},
        "custom": {"email": "d"},
        "company": {"name": "e", "website": "f", "tier": "A", "custom": {"score": 1}},
    }


@pytest.mark.parametrize(
    "item",
    [{}, {"properties": 5, "custom": [], "company": "x"}, {"company": {"custom": 5}}, {"company": None}],
    ids=str,
)
def test_what_makes_no_sense_is_left_to_the_reader(item: dict[str, Any]) -> None:
    found = survey(item)
    before = dict(item)
    found.rename(item)
    assert item == before
    assert found.new_fields({}) == []


def test_types_can_be_given() -> None:
    found = survey({"properties": {"Plan": "gold"}, "company": {"size2": "5"}})
    new = found.new_fields({("contact", "Plan"): "choice", ("company", "size2"): "number"})
    assert [(one.key, one.kind.type, one.kind.options) for one in new] == [
        ("plan", "choice", ("gold",)),
        ("size2", "number", ()),
    ]


@pytest.mark.parametrize(
    ("items", "given", "match"),
    [
        ([{"custom": {"plan": "gold"}}], {("contact", "plan"): "number"}, "is a choice already"),
        ([{}], {("contact", "nothing"): "number"}, "has nothing for"),
        ([{"properties": {"A b": 1, "a-b": 2}}], {}, "would both be"),
        ([{"properties": {"First Name": 1, "first_name": 2}}], {}, "would both be"),
        ([{"properties": {"A b": 1}}, {"custom": {"a_b": 2}}], {}, "would both be"),
    ],
    ids=["another type", "no such field", "two names", "two names of a property", "two places"],
)
def test_what_contradicts_itself_is_an_error(items: Any, given: Any, match: str) -> None:
    with pytest.raises(ImportFileError, match=match):
        survey(*items, fields=[PLAN]).new_fields(given)


def test_lists_to_choose_from_learn_new_options() -> None:
    items = [{"custom": {"plan": value, "open": value}} for value in ("GOLD", "silver", None, "silver")]
    found = survey(*items, fields=[PLAN, OPEN])
    assert found.new_fields({}) == []
    assert found.new_options() == [NewOptions("contact", "plan", ("silver",))]


# Events


def ids(*events: Any, contact: str = "a") -> list[Any]:
    made = [dict(event) for event in events]
    complete(contact, made, localiser(BERLIN))
    return [event["id"] for event in made]


def test_an_event_without_an_id_gets_the_same_one_in_every_import() -> None:
    seen = {"type": "seen", "at": "2026-01-01T00:00:00Z"}
    first, second, other = ids(seen, seen, {**seen, "page": "/"})
    assert len({first, second, other}) == 3
    assert ids({"at": "2026-01-01T00:00:00Z", "type": "seen", "id": None}, contact="b") != [first]
    assert ids(dict(reversed(seen.items())), seen) == [first, second]
    assert ids({**seen, "id": 5}) == [5]


def test_events_get_the_offset_of_the_organisation() -> None:
    events: list[Any] = [{"at": "2026-07-01"}, {"at": "2026-07-01T00:00:00Z"}, {"at": "soon"}, {}, 5]
    complete("a", events, localiser(BERLIN))
    assert [event.get("at") for event in events[:4]] == [
        "2026-07-01T00:00:00+02:00", "2026-07-01T00:00:00Z", "soon", None
    ]  # fmt: skip
