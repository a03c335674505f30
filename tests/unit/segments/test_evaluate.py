"""Truth on one document where a row of the operator tables does not reach: groups, closed windows, the cap of 511."""

from __future__ import annotations

from typing import Any

import pytest

from segments import ConditionError, compile, evaluate  # noqa: A004 (the field's word)
from tests.unit.segments.organisation import MOMENT, OPENED, PURCHASE, condition, event, group, history, number, rule

GERMAN, VIP = rule("country", "=", "DE"), rule("tags", "containsAny", [1])
BOTH: dict[str, Any] = {"country": "de", "tags": [1]}
GERMAN_ONLY: dict[str, Any] = {"country": "de"}
VIP_ONLY: dict[str, Any] = {"tags": [1]}
NEITHER: dict[str, Any] = {"country": "fr"}


@pytest.mark.parametrize(
    ("tree", "true_on"),
    [
        (group("and", GERMAN, VIP), [BOTH]),
        (group("or", GERMAN, VIP), [BOTH, GERMAN_ONLY, VIP_ONLY]),
        (group("and", GERMAN, VIP, **{"not": True}), [GERMAN_ONLY, VIP_ONLY, NEITHER]),
        (group("or", GERMAN, VIP, **{"not": True}), [NEITHER]),
        (group("or", GERMAN, rule("tags", "containsNone", [1])), [BOTH, GERMAN_ONLY, NEITHER]),
        (group("and", group("or", GERMAN, **{"not": True}), VIP), [VIP_ONLY]),
    ],
    ids=range(6),
)
def test_groups(tree: object, true_on: list[dict[str, Any]]) -> None:
    documents = [BOTH, GERMAN_ONLY, VIP_ONLY, NEITHER]
    assert [document for document in documents if evaluate(condition(tree), document, MOMENT)] == true_on


def happened(times: object, end: int) -> dict[str, Any]:
    """So many times in the seconds 100 to `end` after 1970."""
    window = {"from": "1970-01-01T00:01:40Z", "to": f"1970-01-01T00:{end // 60:02}:{end % 60:02}Z"}
    return rule("engagement.purchase", "happened", {"times": times, "window": window})


@pytest.mark.parametrize(
    ("times", "seconds", "truth"),
    [
        ({"at_least": 2}, (100, 199), True),
        ({"at_least": 2}, (99, 199), False),
        ({"at_least": 2}, (100, 200), False),
        ({"at_least": 2}, (100, 199, 200, 10_000), True),
        ({"at_most": 0}, (99, 200), True),
        ({"exactly": 3}, (150, 150, 150, 500), True),
    ],
)
def test_a_closed_window_takes_in_its_begin_and_not_its_end(
    times: object, seconds: tuple[int, ...], truth: bool
) -> None:
    assert evaluate(condition(happened(times, 200)), history(PURCHASE, *seconds), MOMENT) is truth


# 511 events are kept: later ones may have pushed some out of a closed window's sight.
FULL = history(PURCHASE, *range(1000, 1511))


@pytest.mark.parametrize(
    ("times", "end", "known"),
    [
        ({"at_least": 1}, 1001, True),  # 510 came later, the 511th is in the window
        ({"at_least": 2}, 1001, False),
        ({"at_most": 0}, 1001, True),
        ({"at_most": 1}, 1001, False),
        ({"at_least": 1}, 1000, False),
    ],
)
def test_what_a_full_timeline_cannot_tell_is_refused(times: object, end: int, known: bool) -> None:
    asked = condition(group("and", happened(times, end)))
    if known:
        assert evaluate(asked, FULL, MOMENT) is ("at_least" in str(times))
        return
    with pytest.raises(ConditionError) as caught:
        evaluate(asked, FULL, MOMENT)
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("#/rules/0/value", "window_too_deep")


def test_a_timeline_that_is_not_full_tells_everything() -> None:
    assert not evaluate(condition(happened({"at_least": 2}, 1001)), history(PURCHASE, *range(1000, 1510)), MOMENT)


@pytest.mark.parametrize(
    "window", [{"before": "1970-01-01"}, {"from": "2026-11-22T23:00:00Z", "to": "2026-11-23"}], ids=str
)
def test_an_empty_window_is_answered_on_a_full_timeline(window: object) -> None:
    """The query answers it too: nobody did it there."""
    now = history(PURCHASE, *[1_795_509_000] * 511)
    asked = rule("engagement.purchase", "happened", {"window": window})
    assert not evaluate(condition(asked), now, MOMENT)
    assert evaluate(condition(rule("engagement.purchase", "didNotHappen", {"window": window})), now, MOMENT)


def test_an_empty_list_and_an_absent_object_are_missing() -> None:
    without: list[dict[str, Any]] = [{}, {"tags": []}, {"company": None}, {"company": {}}, {"custom": None}]
    for document in without:
        for field in ("tags", "company.name", "custom.score"):
            assert evaluate(condition(rule(field, "null")), document, MOMENT)


def test_not_having_done_it_lately_may_be_asked_of_those_who_ever_did() -> None:
    value = {"window": {"after": "1970-01-01T00:01:40Z"}}
    asked = condition(rule("engagement.purchase", "didNotHappen", value, includeMissing=False))
    truths = [evaluate(asked, history(PURCHASE, *times), MOMENT) for times in ((99,), (100,), (99, 100))]
    assert truths == [True, False, False]
    assert not evaluate(asked, {}, MOMENT)
    assert not evaluate(asked, history(OPENED, 5), MOMENT)
    ever = {"range": {"events": {"gte": number(PURCHASE, 0), "lte": number(PURCHASE + 1, 0) - 1}}}
    since = {"range": {"events": {"gte": event(PURCHASE, 1, 100), "lte": event(PURCHASE, 1, 2**32 - 1)}}}
    assert compile(asked, MOMENT) == {"bool": {"filter": [{"bool": {"must_not": [since]}}, ever]}}
