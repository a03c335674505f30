"""What preview and validate say of trees that can be answered, but may not mean what their author thinks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from segments.lint import Code
from tests.api.conftest import Tenant, serving
from tests.api.shop import ACTIVE, BOUGHT, EVERYONE, OPENED, group, rule, within

Told = tuple[str, str]

DE, FR, IT = (rule("country", "=", country) for country in ("DE", "FR", "IT"))
NOT_LATELY = rule("engagement.purchase", "didNotHappen", within(30, "day"))


def warnings(tenant: Tenant, path: str, tree: Any, **options: Any) -> list[dict[str, Any]]:
    answer = tenant.post(f"/segments/{path}", {"tree": tree, **options})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    found: list[dict[str, Any]] = answer.json["warnings"]
    return found


def told(tenant: Tenant, path: str, tree: Any) -> list[Told]:
    return [(one["pointer"], one["code"]) for one in warnings(tenant, path, tree)]


@pytest.mark.parametrize("path", ["preview", "validate"])
def test_of_a_tree_that_means_what_it_says_nothing_is_said(shop: Tenant, path: str) -> None:
    assert warnings(shop, path, EVERYONE) == []
    assert warnings(shop, path, BOUGHT) == []


@pytest.mark.parametrize("path", ["preview", "validate"])
def test_rules_that_contradict_each_other_are_named(shop: Tenant, path: str) -> None:
    found = warnings(shop, path, group("and", BOUGHT, group("and", DE, rule("country", "null"))))
    assert found == [
        {
            "pointer": "#/tree/rules/1/rules/1",
            "code": "contradiction",
            "detail": found[0]["detail"],
            "related": ["#/tree/rules/1/rules/0"],
        }
    ]


@pytest.mark.parametrize("path", ["preview", "validate"])
def test_a_segment_that_is_asked_for_is_looked_into(shop: Tenant, path: str) -> None:
    made = shop.post("/segments", {"name": f"Germans for {path}", "tree": DE})
    assert made.json is not None
    tree = group("and", rule("segment", "in", [made.json["id"]]), rule("country", "=", "US"))
    assert told(shop, path, tree) == [("#/tree/rules/1", "contradiction")]


def test_values_that_no_contact_has(shop: Tenant) -> None:
    cities = rule("city", "in", ["Berlin", "Kölln", "berlin ", "NEW YORK"])
    tree = group("or", cities, rule("tags", "containsAny", ["VIP", "Churned"]), FR)
    found = [(one["pointer"], one["detail"].rpartition("’: ")[2]) for one in warnings(shop, "preview", tree)]
    assert found == [
        ("#/tree/rules/0", "in City no contact has “Kölln” or “berlin ”"),
        ("#/tree/rules/2", "in Country no contact has FR"),
    ]  # fmt: skip
    assert told(shop, "validate", tree) == []


def test_a_tag_that_nobody_has_any_more(tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": "A", "tags": ["Old"]}, {"external_id": "B", "tags": ["New"]}])
    assert told(tenant, "preview", rule("tags", "containsNone", ["Old"])) == []
    tenant.write(contacts=[{"external_id": "A", "tags": ["New"]}])
    assert told(tenant, "preview", rule("tags", "containsNone", ["Old"])) == [("#/tree", "unused_value")]


def test_the_contacts_of_others_are_not_counted(shop: Tenant, other: Tenant) -> None:
    other.write(contacts=[{"external_id": "A", "properties": {"country": "US"}, "tags": ["VIP"]}])
    assert told(other, "preview", DE) == [("#/tree", "unused_value")]
    assert told(shop, "preview", DE) == []
    assert told(other, "preview", rule("country", "!=", "US")) == []  # A has a country; those without are the shop's


@pytest.mark.parametrize(
    ("tree", "how_many"),
    [
        (rule("country", "!=", "DE"), "2 of these contacts have no Country"),  # C-4 and C-6
        (rule("country", "!=", "DE") | {"includeMissing": False}, None),
        (group("and", rule("country", "!=", "DE"), rule("tags", "null")), "1 of these contacts has no Country"),
        (group("and", rule("country", "!=", "DE"), rule("email", "notNull")), None),
        (rule("tags", "containsNone", ["Churned"]), "2 of these contacts have no Tags"),
        (NOT_LATELY, "3 of these contacts never did it"),
        (rule("engagement.purchase", "happened", {"times": {"at_most": 1}}), "3 of these contacts never did it"),
        (group("and", NOT_LATELY, OPENED), "1 of these contacts never did it"),
        (group("and", NOT_LATELY, rule("engagement.purchase", "happened", {})), None),
        (rule("engagement.purchase.count", "<", 2), "3 of these contacts never did it"),
        (rule("engagement.purchase", "didNotHappen", {}), None),
    ],
    ids=str,
)
def test_contacts_without_a_value_that_a_rule_takes_in_are_counted(
    shop: Tenant, tree: Any, how_many: str | None
) -> None:
    found = [one["detail"] for one in warnings(shop, "preview", tree)]
    assert [detail.partition(":")[0] for detail in found] == ([] if how_many is None else [how_many])


def test_without_a_look_at_the_contacts_newcomers_are_not_counted(shop: Tenant) -> None:
    [found] = warnings(shop, "validate", NOT_LATELY)
    assert (found["pointer"], found["code"]) == ("#/tree", "includes_newcomers")
    assert not any(character.isdigit() for character in found["detail"].rpartition("’")[2])


def test_the_example_says_how_many_have_no_tags(shop: Tenant) -> None:
    assert told(shop, "preview", ACTIVE) == []  # both have some
    assert told(shop, "preview", ACTIVE["rules"][1]) == [("#/tree", "includes_missing")]


def test_warnings_stand_in_the_order_of_the_tree(shop: Tenant) -> None:
    tree = group("or", group("and", DE, FR), NOT_LATELY, rule("custom.nothing", "=", "x") | {"muted": True}, IT)
    assert told(shop, "preview", tree) == [
        ("#/tree/rules/0/rules/1", "contradiction"),
        ("#/tree/rules/0/rules/1", "unused_value"),
        ("#/tree/rules/1", "includes_newcomers"),
        ("#/tree/rules/3", "unused_value"),
    ]


def test_of_the_deepest_tree_something_is_said_too(shop: Tenant) -> None:
    tree = rule("country", "!=", "DE")
    for level in range(12):
        tree = group("or" if level % 2 else "and", tree, BOUGHT if level % 2 else OPENED, **{"not": True})
    assert told(shop, "preview", group("or", tree["rules"][0], FR))[-1] == ("#/tree/rules/1", "unused_value")


def test_an_invalid_tree_has_errors_and_no_warnings(shop: Tenant) -> None:
    assert warnings(shop, "validate", group("and", DE, FR, rule("nothing", "=", 1))) == []


def test_windows_are_judged_at_the_time_that_is_asked_for(shop: Tenant) -> None:
    tree = rule("engagement.purchase", "happened", {"window": {"after": "2020-01-01"}})
    assert warnings(shop, "preview", tree) == []
    [found] = warnings(shop, "preview", tree, as_of="2019-01-01T00:00:00Z")
    assert found["code"] == "never_holds"


def test_a_tree_is_validated_while_the_index_is_away(shop: Tenant) -> None:
    away = replace(shop.settings, elasticsearch_url="http://127.0.0.1:9")
    with serving(away) as app:
        deaf = replace(shop, client=app.test_client())
        assert told(deaf, "validate", group("and", DE, FR)) == [("#/tree/rules/1", "contradiction")]
        assert deaf.post("/segments/preview", {"tree": DE}).status_code == 503


def test_every_warning_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "segments.md").read_text(encoding="utf-8")
    section = text.partition("## Warnings\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [code.value for code in Code]
