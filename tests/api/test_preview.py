"""Trees that came with a request: counted, sampled, described, followed rule by rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import Tenant
from tests.api.shop import ACTIVE, BOUGHT, EVERYONE, NOT_CHURNED, NOW, OPENED, ago, group, rule, within
from tests.api.test_errors import places


def preview(tenant: Tenant, tree: Any, **options: Any) -> dict[str, Any]:
    answer = tenant.post("/segments/preview", {"tree": tree, **options})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return dict(answer.json)


@pytest.mark.parametrize(
    ("tree", "who"),
    [
        (EVERYONE, "1 2 3 4 5 6"),
        (ACTIVE, "1 5"),
        (group("and", ACTIVE, **{"not": True}), "2 3 4 6"),
        (rule("country", "=", "de"), "1 5"),
        (rule("country", "!=", "DE"), "2 3 4 6"),
        (rule("country", "!=", "DE") | {"includeMissing": False}, "2 3"),
        (rule("full_name", "contains", "Çel"), "3"),
        (rule("company.size", ">=", 10), "1"),
        (rule("tags", "containsAll", ["vip", "newsletter"]), "1"),
        (rule("tags", "null"), "3 6"),
        (rule("channels", "containsAny", ["whatsapp"]), "1 5"),
        (rule("unsubscribed", "containsAny", ["email"]), "2"),
        (rule("engagement.purchase", "happened", {"times": {"at_least": 2}}), "1"),
        (rule("engagement.purchase", "happened", {"times": {"at_most": 0}}), "3 5 6"),
        (rule("engagement.purchase", "happened", {"window": {"from": ago(50), "to": ago(5)}}), "1 2"),
        (rule("engagement.purchase", "amounted", {"at_least": 100, **within(90, "day")}), "1"),
        (rule("engagement.purchase.total", ">=", 150), "1 4"),
        (rule("engagement.any", "happened", within(7, "day")), "1 5"),
        (group("or", BOUGHT, rule("country", "=", "TR") | {"muted": True}), "1 2"),
    ],
    ids=str,
)
def test_a_tree_is_counted_and_sampled(shop: Tenant, tree: Any, who: str) -> None:
    answer = preview(shop, tree)
    assert sorted(one["external_id"] for one in answer["sample"]) == [f"C-{number}" for number in who.split()]
    assert answer["count"] == len(who.split())
    assert answer["sentence"].startswith("Contacts where ")
    assert answer["funnel"] is None


def test_the_sentence_names_what_is_asked(shop: Tenant) -> None:
    sentence = preview(shop, ACTIVE)["sentence"]
    assert "Purchase" in sentence
    assert "3 months" in sentence
    assert "Churned" in sentence


def test_the_receipt_says_when_how_and_how_fresh(shop: Tenant) -> None:
    receipt, again = (preview(shop, group("and", EVERYONE, NOT_CHURNED))["receipt"] for _ in range(2))
    as_of = datetime.fromisoformat(receipt["as_of"])
    assert (as_of.second, as_of.microsecond) == (0, 0)
    assert timedelta(0) <= as_of - NOW < timedelta(hours=1)
    assert receipt["definition_version"] is None
    assert receipt["index"] == {"pending": 0, "exact": True, "lag_seconds": 0.0}
    assert receipt["ignored"] == []
    assert len(receipt["query_hash"]) == 16
    reordered = preview(shop, group("and", NOT_CHURNED, EVERYONE))["receipt"]
    assert receipt["query_hash"] == again["query_hash"] == reordered["query_hash"]
    assert receipt["query_hash"] != preview(shop, EVERYONE)["receipt"]["query_hash"]


def test_muted_rules_are_listed(shop: Tenant) -> None:
    tree = group("and", BOUGHT, group("or", OPENED, NOT_CHURNED | {"muted": True}), EVERYONE | {"muted": True})
    assert preview(shop, tree)["receipt"]["ignored"] == ["#/tree/rules/1/rules/1", "#/tree/rules/2"]


def test_changes_on_their_way_are_counted(tenant: Tenant) -> None:
    tenant.write(contacts=[{"external_id": "A"}])
    tenant.post("/contacts/batch", {"contacts": [{"external_id": "B"}, {"external_id": "C"}]})
    fresh = preview(tenant, EVERYONE)["receipt"]["index"]
    assert fresh["pending"] == 2
    assert 0 < fresh["lag_seconds"] < 60


def test_as_of_an_earlier_instant_windows_end_there(shop: Tenant) -> None:
    assert preview(shop, BOUGHT)["count"] == 2
    month_ago = preview(shop, BOUGHT, as_of=ago(30))
    assert [one["external_id"] for one in month_ago["sample"]] == ["C-1"]
    assert datetime.fromisoformat(month_ago["receipt"]["as_of"]) == datetime.fromisoformat(ago(30))
    spent = rule("engagement.purchase", "amounted", {"at_least": 100, **within(90, "day")})
    answer = shop.post("/segments/preview", {"tree": spent, "as_of": ago(30)})
    assert places(answer) == [("#/tree/value", "unsupported")]


@pytest.mark.parametrize(
    ("tree", "steps"),
    [
        (ACTIVE, [("#/tree/rules/0", 3, 3), ("#/tree/rules/1", 5, 2)]),
        (group("or", BOUGHT, OPENED), [("#/tree/rules/0", 2, 2), ("#/tree/rules/1", 2, 3)]),
        (
            group("and", BOUGHT | {"muted": True}, OPENED, NOT_CHURNED),
            [("#/tree/rules/1", 2, 2), ("#/tree/rules/2", 5, 2)],
        ),
        (group("and", BOUGHT, OPENED, **{"not": True}), [("#/tree", 5, 5)]),
        (BOUGHT, [("#/tree", 2, 2)]),
        (group("and", BOUGHT), [("#/tree/rules/0", 2, 2)]),
    ],
    ids=str,
)
def test_a_funnel_counts_each_rule_alone_and_cumulated(
    shop: Tenant, tree: Any, steps: list[tuple[str, int, int]]
) -> None:
    answer = preview(shop, tree, funnel=True)
    assert [(one["pointer"], one["alone"], one["cumulated"]) for one in answer["funnel"]] == steps
    assert answer["funnel"][-1]["cumulated"] == answer["count"]
    assert all(one["sentence"].startswith("Contacts where ") for one in answer["funnel"])


def test_columns_are_shown_as_they_were_given(shop: Tenant) -> None:
    names = ["email", "tags", "company.name", "birth_date"]
    answer = preview(shop, rule("external_id", "in", ["C-1", "C-6"]), columns=names)
    anna, nobody = sorted(answer["sample"], key=lambda one: one["external_id"])
    assert list(anna) == ["id", "external_id", "values"]
    anna["values"]["tags"].sort()
    assert anna["values"] == {
        "email": "Anna@Example.DE",
        "tags": ["Newsletter", "VIP"],
        "company.name": "Müller & Söhne",
        "birth_date": None,
    }
    assert nobody["values"] == dict.fromkeys(names)


def test_a_sample_of_none_is_a_count_alone(shop: Tenant) -> None:
    assert preview(shop, EVERYONE, sample=0)["sample"] == []


def test_a_valid_tree_is_given_back_as_it_would_be_kept(shop: Tenant) -> None:
    answer = shop.post("/segments/validate", {"tree": group("and", NOT_CHURNED, BOUGHT | {"muted": True})}).json
    assert answer is not None
    assert (answer["valid"], answer["errors"], answer["ignored"]) == (True, [], ["#/tree/rules/1"])
    [churned] = answer["tree"]["rules"][0]["value"]
    assert isinstance(churned, int)  # by id: the tag may be renamed
    assert "Churned" in answer["sentence"]


def test_an_invalid_tree_is_an_answer_of_validate(shop: Tenant) -> None:
    answer = shop.post("/segments/validate", {"tree": group("xor", rule("nothing", "="))})
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["valid"], answer.json["sentence"], answer.json["tree"]) == (False, None, None)
    assert [one["pointer"] for one in answer.json["errors"]] == ["#/tree/combinator", "#/tree/rules/0/field"]


def test_a_funnel_of_more_than_the_index_takes_is_refused(shop: Tenant) -> None:
    tree = group("and", *(rule("company.size", ">", size) for size in range(150)))
    assert preview(shop, tree)["count"] == 0
    answer = shop.post("/segments/preview", {"tree": tree, "funnel": True})
    assert (answer.status_code, list(places(answer))) == (422, [("#/funnel", "too_complex")])
