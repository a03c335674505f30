from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from store import organisations, segments
from store.errors import ConflictError, NotFoundError, StaleError, UnacceptableError
from store.organisations import Organisation
from store.segments import Segment
from tests.integration.store.world import World

TREE = {"field": "city", "operator": "=", "value": "Bonn"}
OTHER_TREE = {"field": "city", "operator": "=", "value": "Mainz"}


@pytest.fixture
def segment(db: Connection, organisation: Organisation) -> Segment:
    return segments.create(db, organisation.id, "Bonners", "live in Bonn", TREE)


def test_a_segment_is_kept_as_created(db: Connection, organisation: Organisation, segment: Segment) -> None:
    assert segments.get(db, organisation.id, segment.id) == segment
    assert (segment.name, segment.description, segment.kind, segment.tree) == (
        "Bonners",
        "live in Bonn",
        "dynamic",
        TREE,
    )
    assert segment.version == 1


def test_a_segment_without_a_tree_is_static(db: Connection, organisation: Organisation) -> None:
    made = segments.create(db, organisation.id, "List")
    assert (made.kind, made.tree) == ("static", None)
    with pytest.raises(UnacceptableError):
        segments.change(db, organisation.id, made.id, 1, tree=TREE)


def test_names_differ_in_more_than_case(db: Connection, organisation: Organisation) -> None:
    segments.create(db, organisation.id, "Bonners", tree=TREE)
    with pytest.raises(ConflictError):
        segments.create(db, organisation.id, "BONNERS", tree=TREE)
    segments.create(db, organisations.create(db, "other").id, "Bonners", tree=TREE)


def test_a_change_makes_a_version(db: Connection, organisation: Organisation, segment: Segment) -> None:
    changed = segments.change(db, organisation.id, segment.id, 1, tree=OTHER_TREE)
    renamed = segments.change(db, organisation.id, segment.id, 2, name="Mainzers", description="")
    assert (changed.version, changed.name, changed.tree) == (2, "Bonners", OTHER_TREE)
    assert (renamed.version, renamed.name, renamed.description, renamed.tree) == (3, "Mainzers", "", OTHER_TREE)
    kept = segments.versions(db, organisation.id, segment.id)
    assert [(one.version, one.name, one.tree) for one in kept] == [
        (3, "Mainzers", OTHER_TREE),
        (2, "Bonners", OTHER_TREE),
        (1, "Bonners", TREE),
    ]


def test_a_change_that_changes_nothing_makes_no_version(
    db: Connection, organisation: Organisation, segment: Segment
) -> None:
    assert segments.change(db, organisation.id, segment.id, 1, name="Bonners", tree=dict(TREE)) == segment


def test_a_change_of_an_older_version_is_refused(db: Connection, organisation: Organisation, segment: Segment) -> None:
    segments.change(db, organisation.id, segment.id, 1, name="Mainzers")
    with pytest.raises(StaleError):
        segments.change(db, organisation.id, segment.id, 1, name="Kölner")
    with pytest.raises(StaleError):
        segments.delete(db, organisation.id, segment.id, 1)


def test_a_deleted_segment_is_gone_and_can_come_back(
    db: Connection, organisation: Organisation, segment: Segment
) -> None:
    segments.delete(db, organisation.id, segment.id, 1)
    with pytest.raises(NotFoundError):
        segments.get(db, organisation.id, segment.id)
    assert segments.page(db, organisation.id, limit=10) == ()
    assert segments.restore(db, organisation.id, segment.id) == segment
    assert segments.page(db, organisation.id, limit=10) == (segment,)


def test_a_deleted_segment_whose_name_was_taken_stays_deleted(
    db: Connection, organisation: Organisation, segment: Segment
) -> None:
    segments.delete(db, organisation.id, segment.id, 1)
    segments.create(db, organisation.id, "Bonners", tree=TREE)
    with pytest.raises(ConflictError):
        segments.restore(db, organisation.id, segment.id)


def test_pages_follow_each_other(db: Connection, organisation: Organisation) -> None:
    made = [segments.create(db, organisation.id, f"segment {number}", tree=TREE).id for number in range(5)]
    first = segments.page(db, organisation.id, limit=3)
    second = segments.page(db, organisation.id, limit=3, after=first[-1].id)
    assert [one.id for one in first + second] == made


def test_a_duplicate_has_the_members_too(db: Connection, organisation: Organisation) -> None:
    world = World.make(db, organisation.id)
    copy = segments.duplicate(db, organisation.id, world.ids["list"], "Copy")
    members = text("SELECT contact_id FROM static_members WHERE segment_id = :id")
    assert db.execute(members, {"id": copy.id}).scalars().all() == [world.ids["anna"]]


@pytest.mark.parametrize(
    "ask",
    [
        segments.get,
        segments.versions,
        segments.restore,
        lambda db, org, id_: segments.change(db, org, id_, 1, name="x"),
        lambda db, org, id_: segments.delete(db, org, id_, 1),
        lambda db, org, id_: segments.duplicate(db, org, id_, "x"),
    ],
    ids=["get", "versions", "restore", "change", "delete", "duplicate"],
)
def test_the_segments_of_others_are_not_found(
    db: Connection, segment: Segment, ask: Callable[[Connection, int, int], object]
) -> None:
    other = organisations.create(db, "other")
    with pytest.raises(NotFoundError):
        ask(db, other.id, segment.id)
