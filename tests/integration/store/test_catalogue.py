from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, text

from mappings.errors import ServiceError
from mappings.fields import Option
from store import behaviours, catalogue, custom_fields, organisations, segments
from store.errors import ConflictError, NotFoundError, UnacceptableError
from store.organisations import Organisation


def test_a_new_organisation_has_the_standard_fields_and_any(db: Connection) -> None:
    organisation = organisations.create(db, "new", "Europe/Berlin", 7)
    loaded = catalogue.load(db, organisation.id)
    assert str(loaded.time_zone) == "Europe/Berlin"
    assert loaded.week_start == 7
    assert loaded.get("email")
    assert loaded.get("engagement.any")


def test_everything_an_organisation_has_is_in_its_catalogue(db: Connection, organisation: Organisation) -> None:
    other = organisations.create(db, "other")
    catalogue.ensure_tags(db, other.id, ["Theirs"])
    tags = catalogue.ensure_tags(db, organisation.id, ["VIP", "Churned"])
    channels = catalogue.ensure_channels(db, organisation.id, ["whatsapp"])
    owners = catalogue.ensure_owners(db, organisation.id, {"olga@example.com": "Olga"})
    teams = catalogue.ensure_teams(db, organisation.id, ["North"])
    catalogue.ensure_event_types(db, organisation.id, ["purchase"])
    catalogue.create_field(db, organisation.id, "contact", "plan", None, "choice", ["gold", "silver"])
    segment = segments.create(db, organisation.id, "Everyone")
    loaded = catalogue.load(db, organisation.id)

    def options(field: str) -> tuple[Option, ...] | None:
        found = loaded.get(field)
        assert found
        return found.options

    assert options("tags") == (Option(tags["Churned"], "Churned"), Option(tags["VIP"], "VIP"))
    assert options("channels") == (Option(channels["whatsapp"], "whatsapp"),)
    assert options("owner") == (Option(owners["olga@example.com"], "Olga"),)
    assert options("team") == (Option(teams["North"], "North"),)
    assert options("custom.plan") == (Option("gold", "gold"), Option("silver", "silver"))
    assert options("segment") == (Option(segment.id, "Everyone"),)
    assert loaded.get("engagement.purchase.total")
    assert loaded.get("engagement.any.whatsapp")


def test_a_missing_organisation_has_no_catalogue(db: Connection) -> None:
    with pytest.raises(NotFoundError):
        catalogue.load(db, -1)


def test_a_renamed_event_type_names_its_behaviour(db: Connection, organisation: Organisation) -> None:
    catalogue.ensure_event_types(db, organisation.id, ["purchase"])
    db.execute(text("UPDATE event_types SET label = 'Order' WHERE org_id = :org"), {"org": organisation.id})
    field = catalogue.load(db, organisation.id).get("engagement.purchase")
    assert field
    assert field.label == "Order"


def test_tags_that_differ_in_case_are_one(db: Connection, organisation: Organisation) -> None:
    made = catalogue.ensure_tags(db, organisation.id, ["VIP", "vip", "Über", " VIP "])
    assert made["VIP"] == made["vip"]
    again = catalogue.ensure_tags(db, organisation.id, ["Vip", "ÜBER"])
    assert (again["Vip"], again["ÜBER"]) == (made["VIP"], made["Über"])


@pytest.mark.parametrize(
    ("key", "actor"),
    [
        ("email_sent", "organisation"),
        ("email_delivered", "organisation"),
        ("email_bounced", "organisation"),
        ("campaign_received", "organisation"),
        ("order_shipped", "organisation"),
        ("purchase", "contact"),
        ("email_opened", "contact"),
        ("sent_back", "contact"),
    ],
)
def test_who_acts_in_an_event_type_follows_from_its_key(
    db: Connection, organisation: Organisation, key: str, actor: str
) -> None:
    made = catalogue.ensure_event_types(db, organisation.id, [key])
    stored = db.execute(text("SELECT actor, label FROM event_types WHERE id = :id"), {"id": made[key]}).one()
    assert tuple(stored) == (actor, key.replace("_", " ").capitalize())


def test_who_acts_can_be_said(db: Connection, organisation: Organisation) -> None:
    made = catalogue.ensure_event_types(db, organisation.id, ["reply_received"], {"reply_received": "contact"})
    stored = text("SELECT actor FROM event_types WHERE id = :id")
    assert db.execute(stored, {"id": made["reply_received"]}).scalar_one() == "contact"


@pytest.mark.parametrize("key", ["any.whatsapp", "", "two words", "1st", "x" * 64, 5, None])
def test_a_key_must_fit_into_a_field_name(db: Connection, organisation: Organisation, key: str) -> None:
    with pytest.raises(UnacceptableError):
        catalogue.ensure_event_types(db, organisation.id, [key])


@pytest.mark.parametrize("key", ["count", "total", "average", "largest", "first_at", "last_at"])
def test_a_channel_cannot_be_called_like_a_figure_of_all_engagement(
    db: Connection, organisation: Organisation, key: str
) -> None:
    with pytest.raises(UnacceptableError, match=rf"engagement\.any\.{key} is a figure .*choose another key"):
        catalogue.ensure_channels(db, organisation.id, ["email", key])


@pytest.mark.parametrize("key", ["any", "large_purchase"])
def test_an_event_type_cannot_take_the_key_of_another_behaviour(
    db: Connection, organisation: Organisation, key: str
) -> None:
    catalogue.ensure_event_types(db, organisation.id, ["purchase"])
    behaviours.declare(
        db, organisation.id, "large_purchase", None, "purchase", {"field": "amount", "operator": ">", "value": 1}
    )
    with pytest.raises(ConflictError):
        catalogue.ensure_event_types(db, organisation.id, [key])


def test_writers_that_make_the_same_things_at_once_get_the_same(engine: Engine, organisation: Organisation) -> None:
    names = [f"name_{number}" for number in range(50)]

    def ensure(reverse: bool) -> list[dict[str, int]]:
        makers: list[Callable[[Connection, int, list[str]], dict[str, int]]] = [
            catalogue.ensure_tags,
            catalogue.ensure_channels,
            catalogue.ensure_event_types,
        ]
        with engine.begin() as db:
            return [make(db, organisation.id, names[::-1] if reverse else names) for make in makers]

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ensure, [True, False])
    assert one == other


# Custom fields


def test_a_field_takes_the_lowest_free_slot_of_its_kind_and_object(db: Connection, organisation: Organisation) -> None:
    def slot(of: str, key: str, kind: str) -> str:
        return catalogue.create_field(db, organisation.id, of, key, None, kind).slot

    assert slot("contact", "plan", "choice") == "keyword_0"
    assert slot("contact", "note", "text") == "keyword_1"
    assert slot("contact", "likes", "multi-choice") == "keyword_2"
    assert slot("contact", "age", "number") == "double_0"
    assert slot("contact", "joined", "date") == "date_0"
    assert slot("contact", "seen", "datetime") == "date_1"
    assert slot("contact", "active", "boolean") == "boolean_0"
    assert slot("company", "plan", "choice") == "keyword_0"


def test_slots_are_shared_between_organisations(db: Connection, organisation: Organisation) -> None:
    other = organisations.create(db, "other")
    ours = catalogue.create_field(db, organisation.id, "contact", "plan", None, "choice")
    theirs = catalogue.create_field(db, other.id, "contact", "tariff", None, "choice")
    assert ours.slot == theirs.slot


def test_fields_made_at_once_get_slots_of_their_own(engine: Engine, organisation: Organisation) -> None:
    def make(number: int) -> str:
        with engine.begin() as db:
            return catalogue.create_field(db, organisation.id, "contact", f"field_{number}", None, "number").slot

    with ThreadPoolExecutor(4) as pool:
        slots = set(pool.map(make, range(12)))
    assert slots == {f"double_{number}" for number in range(12)}


def test_a_freed_slot_is_taken_again_only_when_no_document_holds_it(db: Connection, organisation: Organisation) -> None:
    org = organisation.id
    db.execute(text("INSERT INTO contacts (org_id, external_id) VALUES (:org, 'a')"), {"org": org})
    catalogue.create_field(db, org, "contact", "plan", None, "choice")
    db.execute(text('UPDATE contacts SET custom = \'{"plan": "gold"}\' WHERE org_id = :org'), {"org": org})
    custom_fields.remove(db, org, "contact", "plan")
    assert db.execute(text("SELECT custom FROM contacts WHERE org_id = :org"), {"org": org}).scalar_one() == {}
    assert catalogue.create_field(db, org, "contact", "second", None, "choice").slot == "keyword_1"
    db.execute(text("UPDATE index_state SET indexed_version = version WHERE org_id = :org"), {"org": org})
    assert catalogue.create_field(db, org, "contact", "third", None, "choice").slot == "keyword_0"


@pytest.mark.parametrize(
    ("of", "key", "kind", "options"),
    [
        ("deal", "plan", "choice", []),
        ("contact", "a.b", "choice", []),
        ("contact", "plan", "money", []),
        ("contact", "plan", "behaviour", []),
        ("contact", "plan", "number", ["1"]),
        ("contact", "plan", "choice", [f"o{number}" for number in range(1001)]),
        ("contact", "plan", "choice", [""]),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(
    db: Connection, organisation: Organisation, of: str, key: str, kind: str, options: list[str]
) -> None:
    with pytest.raises(UnacceptableError):
        catalogue.create_field(db, organisation.id, of, key, None, kind, options)


def test_a_key_is_taken_once(db: Connection, organisation: Organisation) -> None:
    catalogue.create_field(db, organisation.id, "contact", "plan", None, "choice")
    with pytest.raises(ConflictError):
        catalogue.create_field(db, organisation.id, "contact", "plan", None, "text")


def test_options_are_added_behind_those_there_were(db: Connection, organisation: Organisation) -> None:
    catalogue.create_field(db, organisation.id, "contact", "plan", None, "choice", ["gold", "GOLD", "silver"])
    custom_fields.add_options(db, organisation.id, "contact", "plan", ["Silver", "bronze"])
    (field,) = custom_fields.all_of(db, organisation.id)
    assert field.options == ("gold", "silver", "bronze")


@pytest.mark.parametrize(
    "ask",
    [
        lambda db, org: custom_fields.remove(db, org, "contact", "nothing"),
        lambda db, org: custom_fields.add_options(db, org, "contact", "nothing", []),
        lambda db, org: behaviours.progress(db, org, 0),
        lambda db, org: behaviours.remove(db, org, 0),
    ],
    ids=["remove a field", "add options", "progress", "remove a behaviour"],
)
def test_what_is_not_there_is_not_found(
    db: Connection, organisation: Organisation, ask: Callable[[Connection, int], object]
) -> None:
    with pytest.raises(NotFoundError):
        ask(db, organisation.id)


@pytest.mark.parametrize(
    ("name", "time_zone", "week_start"), [("", "UTC", 1), ("x", "Mars/Phobos", 1), ("x", "../UTC", 1), ("x", "UTC", 8)]
)
def test_an_organisation_that_makes_no_sense_is_refused(
    db: Connection, name: str, time_zone: str, week_start: int
) -> None:
    with pytest.raises(ServiceError):
        organisations.create(db, name, time_zone, week_start)


def test_an_organisation_is_found_by_name(db: Connection, organisation: Organisation) -> None:
    assert organisations.by_name(db, organisation.name) == organisation
    assert organisations.by_name(db, "nobody") is None
    with pytest.raises(ConflictError):
        organisations.create(db, organisation.name)
