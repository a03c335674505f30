"""Every row of the operator tables, asked of a real index: the same documents, the same truth."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.language.contacts import Contacts
from tests.unit.segments.operators import dates, engagement, numbers, sets, texts
from tests.unit.segments.operators.cases import Case
from tests.unit.segments.organisation import MOMENT, condition, field_named, rule

CASES: list[Case] = [*texts.CASES, *numbers.CASES, *dates.CASES, *sets.CASES, *engagement.CASES]
# The field is every contact's own number here: asked for in test_numbers.py.
ASKED = [case for case in CASES if case.field != "contact_id"]


@pytest.fixture(scope="module")
def written(contacts: Contacts) -> dict[str, dict[int, bool]]:
    """For every row the ids of its documents, with the truth it promises."""
    rows = {str(case): list(case.documents()) for case in ASKED}
    ids = iter(contacts.add(*(_without_empty_sets(document) for row in rows.values() for document, _ in row)))
    return {name: {next(ids): truth for _, truth in row} for name, row in rows.items()}


def _without_empty_sets(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value != []}


@pytest.mark.parametrize("case", ASKED, ids=str)
def test_the_index_answers_as_the_table_says(
    case: Case, contacts: Contacts, written: dict[str, dict[int, bool]]
) -> None:
    promised = written[str(case)]
    expected = {contact_id for contact_id, truth in promised.items() if truth}
    assert contacts.found(condition(case.tree), MOMENT) & promised.keys() == expected
    if case.negative:
        negative = condition(rule(case.field, case.negative[0], case.value))
        assert contacts.found(negative, MOMENT) & promised.keys() == promised.keys() - expected


@pytest.mark.parametrize("case", [case for case in ASKED if case.negative], ids=str)
def test_counts_of_an_operator_and_its_complement_come_to_all(
    case: Case, contacts: Contacts, written: dict[str, dict[int, bool]]
) -> None:
    assert case.negative
    everybody = {contact_id for row in written.values() for contact_id in row}
    fits = contacts.found(condition(case.tree), MOMENT)
    differs = contacts.found(condition(rule(case.field, case.negative[0], case.value)), MOMENT)
    assert not fits & differs
    assert fits | differs == everybody
    if case.negative[0] != "null" and case.field != "engagement.purchase" and not case.missing:
        known = condition(rule(case.field, case.negative[0], case.value, includeMissing=False))
        missing = contacts.found(condition(rule(case.field, "null")), MOMENT)
        assert contacts.found(known, MOMENT) == differs - missing, field_named(case.field)
