"""Groups, references to segments, and what is refused."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import update

from store import tables
from tests.integration.sql_voice.world import NAMES, NOW, World, group, rule
from tests.sql_voice import UntranslatableError

GERMAN = rule("country", "=", "DE")  # anna, bert
NEW = rule("tags", "containsAny", ["@new"])  # anna, cleo
VIP = rule("tags", "containsAny", ["@vip"])  # anna, bert, cleo
NO_RULES: dict[str, object] = {"combinator": "and", "rules": []}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (group("and", GERMAN, NEW), {"anna"}),
        (group("or", GERMAN, NEW), {"anna", "bert", "cleo"}),
        (group("and", VIP, group("or", GERMAN, NEW, **{"not": True})), set()),
        (group("and", VIP, group("and", GERMAN, NEW, **{"not": True})), {"bert", "cleo"}),
        (group("and", GERMAN, NEW, **{"not": True}), NAMES - {"anna"}),
        (group("or", GERMAN, NEW, **{"not": True}), NAMES - {"anna", "bert", "cleo"}),
        (group("or", group("and", GERMAN, NEW), rule("city", "=", "Paris")), {"anna", "cleo"}),
        (group("or", GERMAN, rule("city", "null")), NAMES - {"cleo"}),
        # what a builder keeps for itself, and rules that are left out
        (
            group("and", {**GERMAN, "id": "7", "path": [0], "valueSource": "value"}, meta={"open": True}),
            {"anna", "bert"},
        ),
        (group("and", GERMAN, {**NEW, "muted": True}), {"anna", "bert"}),
    ],
)
def test_groups(world: World, tree: object, expected: set[str]) -> None:
    assert world.ask(tree) == expected


def test_references_to_segments(world: World) -> None:
    german = world.save(f"German {uuid.uuid4()}", group("and", GERMAN))
    nested = world.save(f"Nested {uuid.uuid4()}", group("and", rule("segment", "notIn", [german]), VIP))
    assert world.ask(rule("segment", "in", ["@list"])) == {"anna", "dora", "t1"}
    assert world.ask(rule("segment", "notIn", ["@list"])) == NAMES - {"anna", "dora", "t1"}
    assert world.ask(rule("segment", "in", [german, "@list"])) == {"anna", "bert", "dora", "t1"}
    assert world.ask(rule("segment", "in", [nested])) == {"cleo"}


def test_a_segment_that_is_gone_is_refused(world: World) -> None:
    gone = world.save(f"Gone {uuid.uuid4()}", group("and", GERMAN))
    deleted = update(tables.segments).where(tables.segments.c.id == gone).values(deleted_at="2026-01-01T00:00:00Z")
    world.db.execute(deleted)
    with pytest.raises(UntranslatableError):
        world.ask(rule("segment", "in", [gone]))


def test_a_segment_that_refers_to_itself_is_refused(world: World) -> None:
    first = world.save(f"First {uuid.uuid4()}", group("and", GERMAN))
    second = world.save(f"Second {uuid.uuid4()}", group("and", rule("segment", "in", [first])))
    circle = group("and", rule("segment", "in", [second]))
    world.db.execute(update(tables.segments).where(tables.segments.c.id == first).values(tree=circle))
    with pytest.raises(UntranslatableError, match="refers to itself"):
        world.ask(rule("segment", "in", [first]))


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ("country = DE", ""),
        (group("xor", GERMAN), "combinator"),
        ({"rules": [GERMAN]}, "combinator"),
        ({"combinator": "and", "rules": [GERMAN, "or", NEW]}, "rules/1"),
        (NO_RULES, "rules"),
        (group("and", {**GERMAN, "muted": True}), "rules"),
        (group("and", GERMAN, **{"not": "yes"}), "not"),
        ({**GERMAN, "color": "red"}, "color"),
        ({**GERMAN, "valueSource": "field"}, "valueSource"),
        (rule("shoe_size", "=", 3), "field"),
        (rule("custom.gone", "=", "x"), "field"),
        (rule("engagement.gone", "happened"), "field"),
        (rule("engagement.purchase.median", "=", 3), "field"),
        (rule("country", "contains", "D"), "operator"),
        (rule("country", "like", "D"), "operator"),
        (rule("email", "<", "D"), "operator"),
        (rule("custom.score", "contains", 3), "operator"),
        (rule("custom.vip", "in", [True]), "operator"),
        (rule("tags", "=", "@vip"), "operator"),
        (rule("segment", "=", "@list"), "operator"),
        (rule("birth_date", "anniversary", "2026-01-01"), "operator"),
        (rule("engagement.purchase", "=", 3), "operator"),
        (rule("engagement.returned", "amounted", {"at_least": 1}), "operator"),
        (rule("engagement.any", "amounted", {"at_least": 1}), "operator"),
        (rule("country", "=", ""), "value"),
        (rule("country", "=", 3), "value"),
        (rule("country", "in", []), "value"),
        (rule("country", "in", ""), "value"),
        (rule("country", "null", "x"), "value"),
        (rule("custom.score", "=", "3"), "value"),
        (rule("custom.score", "=", True), "value"),
        (rule("custom.score", "=", float("nan")), "value"),
        (rule("custom.score", "=", 10**400), "value"),
        (rule("custom.score", "between", [3, 1]), "value"),
        (rule("custom.score", "between", [1, 2, 3]), "value"),
        (rule("custom.score", "in", "1,x"), "value"),
        (rule("tags", "containsAny", ["vip"]), "value"),
        (rule("birth_date", "on", "2026-02-30"), "value"),
        (rule("birth_date", "on", "2026-02-28T00:00:00Z"), "value"),
        (rule("birth_date", "withinLast", {"n": 5, "unit": "hour"}), "value"),
        (rule("birth_date", "between", ["2026-02-02", "2026-02-01"]), "value"),
        (rule("birth_date", "withinLast", {"n": 9999, "unit": "year"}), "value"),
        (rule("custom.seen", "on", "2026-02-28T00:00:00"), "value"),
        (rule("custom.seen", "withinLast", {"n": 0, "unit": "day"}), "value"),
        (rule("custom.seen", "withinLast", {"n": 3, "unit": "fortnight"}), "value"),
        (rule("custom.seen", "withinLast", "3 days"), "value"),
        (rule("custom.seen", "inPeriod", "this_minute"), "value"),
        (rule("custom.seen", "anniversaryOn", "02-28"), "value"),
        (rule("engagement.purchase", "happened", {"often": 3}), "value"),
        (rule("engagement.purchase", "happened", {"times": 3}), "value"),
        (rule("engagement.purchase", "happened", {"times": {"at_least": 1, "at_most": 3}}), "value"),
        (rule("engagement.purchase", "happened", {"times": {"between": [3, 1]}}), "value"),
        (rule("engagement.purchase", "happened", {"times": {"at_least": -1}}), "value"),
        (rule("engagement.purchase", "happened", {"window": {}}), "value"),
        (rule("engagement.purchase", "happened", {"window": {"after": "2026-01-01", "before": "2026-02-01"}}), "value"),
        (rule("engagement.purchase", "happened", {"window": {"from": "2026-02-01", "to": "2026-01-01"}}), "value"),
        (rule("engagement.purchase", "didNotHappen", {"times": {"at_least": 2}}), "value"),
        (rule("engagement.purchase", "amounted", {}), "value"),
        (rule("engagement.purchase", "amounted", {"at_least": 1, "window": {"before": "2026-01-01"}}), "value"),
        (rule("country", "=", "DE", includeMissing=True), "includeMissing"),
        (rule("country", "!=", "DE", includeMissing=None), "includeMissing"),
        (rule("engagement.purchase", "happened", includeMissing=False), "includeMissing"),
        (rule("segment", "notIn", ["@list"], includeMissing=False), "includeMissing"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(world: World, tree: object, place: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        world.ask(tree)
    assert caught.value.pointer == f"#/{place}".rstrip("/")


def test_the_place_leads_through_the_groups(world: World) -> None:
    with pytest.raises(UntranslatableError) as caught:
        world.ask(group("and", GERMAN, group("or", NEW, rule("country", "in", []))))
    assert caught.value.pointer == "#/rules/1/rules/1/value"


def test_a_sum_is_refused_for_an_earlier_moment(world: World) -> None:
    with pytest.raises(UntranslatableError):
        world.ask(rule("engagement.purchase", "amounted", {"at_least": 1}), closed=True)


def test_a_moment_without_a_time_zone_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no instant"):
        world.ask(GERMAN, now=NOW.replace(tzinfo=None))


def test_a_channel_can_be_called_like_a_figure(world: World) -> None:
    with world.db.begin_nested() as undone:
        world.db.execute(tables.channels.insert().values(org_id=world.org_id, key="count", label="Count"))
        with pytest.raises(UntranslatableError, match="is a behaviour, and a figure"):
            world.ask(rule("engagement.any.count", "=", 1))
        undone.rollback()
