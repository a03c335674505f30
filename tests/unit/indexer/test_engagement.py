from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engagement import NO_AMOUNT, Memberships, Occurrences, pack
from mappings import timelines


class Event(NamedTuple):
    contact: int
    event: int
    seconds: int
    amount: int | None
    codes: tuple[int, ...]


def packed(events: list[Event], contacts: int = 1) -> list[dict[str, Any]]:
    """The engagement fields of each contact."""
    columns = [(one.contact, one.event, one.seconds, NO_AMOUNT if one.amount is None else one.amount) for one in events]
    pairs = [(row, code) for row, one in enumerate(events) for code in one.codes]
    engagement = pack(
        Occurrences(*np.array(columns, dtype=np.int64).reshape(-1, 4).T),
        Memberships(*np.array(pairs, dtype=np.int64).reshape(-1, 2).T),
        contacts,
    )
    return [dict(engagement.of(place)) for place in range(contacts)]


def one_of(*events: tuple[int, int | None]) -> dict[str, Any]:
    """The fields of one contact with these (seconds, amount) in behaviour 7."""
    return packed([Event(0, number, seconds, amount, (7,)) for number, (seconds, amount) in enumerate(events, 1)])[0]


def test_a_contact_without_events_has_no_fields() -> None:
    assert packed([], contacts=2) == [{}, {}]


def test_ranks_count_from_the_newest() -> None:
    fields = one_of((100, None), (300, None), (200, None))
    assert fields == {
        "events": [timelines.pack_event(7, rank, seconds) for rank, seconds in ((1, 300), (2, 200), (3, 100))],
        "events_first": [timelines.pack_number(7, 100)],
        "events_count": [timelines.pack_number(7, 3)],
    }


def test_equal_times_keep_a_rank_each() -> None:
    fields = one_of((100, None), (100, None))
    assert fields["events"] == [timelines.pack_event(7, 1, 100), timelines.pack_event(7, 2, 100)]


def test_of_equal_times_the_later_event_is_the_newer() -> None:
    fields = packed([Event(0, 2, 100, 20, (7,)), Event(0, 1, 100, 10, (7,))])[0]
    assert timelines.spendings(fields, 7) == ((100, 20), (100, 30))


def test_the_newest_511_are_ranked_and_all_are_counted() -> None:
    fields = one_of(*((second, 1) for second in range(1_000, 1_600)))
    assert len(fields["events"]) == timelines.MAX_RANK
    assert timelines.times(fields, 7) == tuple(range(1_599, 1_599 - 511, -1))
    assert timelines.number(fields, "events_count", 7) == 600
    assert timelines.number(fields, "events_first", 7) == 1_000
    assert timelines.amount(fields, "amounts_total", 7) == 600
    assert len(fields["amounts"]) == 600


def test_amounts_add_up_from_the_newest_back() -> None:
    fields = one_of((100, 500), (200, None), (300, 250), (400, 0))
    assert timelines.spendings(fields, 7) == ((400, 0), (300, 250), (100, 750))
    assert timelines.amount(fields, "amounts_total", 7) == 750
    assert timelines.amount(fields, "amounts_average", 7) == 250
    assert timelines.amount(fields, "amounts_largest", 7) == 500


def test_without_amounts_there_are_no_amount_fields() -> None:
    assert not [name for name in one_of((100, None)) if name.startswith("amounts")]


def test_a_negative_amount_leaves_the_total_and_takes_the_sums_since() -> None:
    fields = one_of((100, 500), (200, -200))
    assert "amounts" not in fields
    assert timelines.amount(fields, "amounts_total", 7) == 300
    assert timelines.amount(fields, "amounts_largest", 7) == 500


def test_only_negative_amounts() -> None:
    fields = one_of((100, -5), (200, -2))
    assert timelines.amount(fields, "amounts_total", 7) == -7
    assert timelines.amount(fields, "amounts_average", 7) == -4
    assert timelines.amount(fields, "amounts_largest", 7) == -2


def test_a_negative_amount_of_one_behaviour_leaves_the_sums_of_another() -> None:
    fields = packed([Event(0, 1, 100, -5, (7,)), Event(0, 2, 200, 9, (7, 8))])[0]
    assert timelines.spendings(fields, 7) == ()
    assert timelines.spendings(fields, 8) == ((200, 9),)


@pytest.mark.parametrize(
    ("amount", "held"), [(timelines.MAX_AMOUNT, timelines.MAX_AMOUNT), (-timelines.MAX_AMOUNT, -timelines.OFFSET)]
)
def test_sums_beyond_what_can_be_packed_stay_at_the_bound(amount: int, held: int) -> None:
    fields = one_of((100, amount), (200, amount), (300, amount))
    assert timelines.amount(fields, "amounts_total", 7) == held
    assert timelines.amount(fields, "amounts_largest", 7) == amount
    assert fields["events_count"] == [timelines.pack_number(7, 3)]
    for span in fields.get("amounts", ()):
        assert span["gte"] <= span["lte"] < timelines.pack_spent_to(8, timelines.OFFSET)


def test_the_last_second_that_fits() -> None:
    fields = packed([Event(0, 1, timelines.MAX_SECONDS, timelines.MAX_AMOUNT, (timelines.MAX_CODE,))])[0]
    assert timelines.times(fields, timelines.MAX_CODE) == (timelines.MAX_SECONDS,)
    assert max(value for name in fields if name != "amounts" for value in fields[name]) < 1 << 63
    assert fields["amounts"][0]["lte"] < 1 << 63


def test_a_batch_that_the_sort_key_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="4097 contacts"):
        packed([], contacts=4_097)


EVENTS = st.lists(
    st.builds(
        Event,
        contact=st.integers(0, 3),
        event=st.just(0),
        seconds=st.integers(0, 5) | st.integers(0, timelines.MAX_SECONDS),
        amount=st.none() | st.integers(-3, 100) | st.integers(-timelines.MAX_AMOUNT, timelines.MAX_AMOUNT),
        codes=st.lists(st.sampled_from((1, 2, 99, timelines.MAX_CODE)), unique=True).map(tuple),
    ),
    max_size=30,
).flatmap(
    lambda events: st.permutations(range(1, len(events) + 1)).map(
        lambda ids: [one._replace(event=number) for one, number in zip(events, ids, strict=True)]
    )
)


@given(EVENTS)
def test_packing_a_batch_is_packing_each_contact_by_hand(events: list[Event]) -> None:
    assert packed(events, contacts=4) == [by_hand([one for one in events if one.contact == who]) for who in range(4)]


def by_hand(events: list[Event]) -> dict[str, Any]:
    """The definition of the packed fields, one event after the other."""
    fields: dict[str, Any] = defaultdict(list)
    newest_first = sorted(events, key=lambda one: (one.seconds, one.event), reverse=True)
    for code in sorted({code for one in events for code in one.codes}):
        own = [one for one in newest_first if code in one.codes]
        fields["events"] += [timelines.pack_event(code, rank, one.seconds) for rank, one in enumerate(own, 1)]
        fields["events_first"].append(timelines.pack_number(code, own[-1].seconds))
        fields["events_count"].append(timelines.pack_number(code, len(own)))
        amounts = [one.amount for one in own if one.amount is not None]
        if amounts:
            held = min(max(sum(amounts), -timelines.OFFSET), timelines.MAX_AMOUNT)
            fields["amounts_total"].append(timelines.pack_amount(code, held))
            fields["amounts_average"].append(timelines.pack_amount(code, sum(amounts) // len(amounts)))
            fields["amounts_largest"].append(timelines.pack_amount(code, max(amounts)))
        if amounts and min(amounts) >= 0:
            spent = 0
            for one in own:
                if one.amount is not None:
                    spent += one.amount
                    upper = timelines.pack_spent_to(code, min(spent, timelines.OFFSET))
                    fields["amounts"].append({"gte": timelines.pack_spent_from(code, one.seconds), "lte": upper})
    return dict(fields)
