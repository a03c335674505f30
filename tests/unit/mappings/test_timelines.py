"""Packing engagement into longs and reading it back, with integers and with numpy arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import timelines
from mappings.timelines import (
    MAX_AMOUNT,
    MAX_CODE,
    MAX_RANK,
    MAX_SECONDS,
    OFFSET,
    pack_amount,
    pack_event,
    pack_number,
    pack_spent_from,
    pack_spent_to,
)

CODES = st.integers(1, MAX_CODE)
SECONDS = st.integers(0, MAX_SECONDS)
AMOUNTS = st.integers(-OFFSET, MAX_AMOUNT)
SUMS = st.integers(0, MAX_AMOUNT)
Numbers = Callable[..., Any]


@pytest.mark.parametrize(
    ("packed", "value"),
    [
        (pack_event(1, 1, 0), 2**41 + 2**32),
        (pack_event(3, 511, 7), 3 * 2**41 + 511 * 2**32 + 7),
        (pack_event(MAX_CODE, MAX_RANK, MAX_SECONDS), 2**63 - 1),
        (pack_number(3, 0), 3 * 2**41),
        (pack_number(MAX_CODE, 2**41 - 1), 2**63 - 1),
        (pack_amount(3, 0), 3 * 2**41 + 2**40),
        (pack_amount(3, -(2**40)), 3 * 2**41),
        (pack_amount(MAX_CODE, MAX_AMOUNT), 2**63 - 1),
        (pack_spent_from(3, 9), 3 * 2**41 + 9),
        (pack_spent_to(3, 9), 3 * 2**41 + 2**33 + 2**40 - 9),
    ],
    ids=range(10),
)
def test_packed(packed: int, value: int) -> None:
    assert packed == value < 2**63


@given(CODES, st.lists(SECONDS, max_size=40), CODES)
def test_times_come_back_newest_first(code: int, times: list[int], other: int) -> None:
    newest_first = sorted(times, reverse=True)
    packed = [pack_event(code, rank, second) for rank, second in enumerate(newest_first, 1)]
    noise = [pack_event(other, 1, 5)] if other != code else []
    assert timelines.times({"events": [*noise, *reversed(packed)]}, code) == tuple(newest_first)


@given(CODES, st.integers(0, 2**32 - 1), AMOUNTS, CODES)
def test_numbers_and_amounts_come_back(code: int, count: int, minor: int, other: int) -> None:
    document = {"events_count": [pack_number(code, count)], "amounts_total": [pack_amount(code, minor)]}
    assert timelines.number(document, "events_count", code) == count
    assert timelines.amount(document, "amounts_total", code) == minor
    if other != code:
        assert timelines.number(document, "events_count", other) is None
        assert timelines.amount(document, "amounts_total", other) is None


def test_of_an_empty_document_nothing_is_known() -> None:
    assert timelines.times({}, 1) == ()
    assert timelines.spendings({}, 1) == ()
    assert timelines.number({}, "events_first", 1) is None
    assert timelines.amount({}, "amounts_total", 1) is None


@given(CODES, st.lists(st.tuples(SECONDS, SUMS), max_size=10), CODES)
def test_spendings_come_back(code: int, steps: list[tuple[int, int]], other: int) -> None:
    spans = [{"gte": pack_spent_from(code, second), "lte": pack_spent_to(code, minor)} for second, minor in steps]
    noise = [{"gte": pack_spent_from(other, 1), "lte": pack_spent_to(other, 1)}] if other != code else []
    assert timelines.spendings({"amounts": [*noise, *spans]}, code) == tuple(steps)
    assert all(span["gte"] < span["lte"] for span in spans)


@given(CODES, SECONDS, SUMS, CODES, SECONDS, st.integers(1, MAX_AMOUNT))
def test_a_span_lies_within_the_asked_one_exactly_when_enough_was_spent_since(
    code: int, second: int, spent: int, asked_code: int, since: int, wanted: int
) -> None:
    low, high = pack_spent_from(code, second), pack_spent_to(code, spent)
    within = pack_spent_from(asked_code, since) <= low and high <= pack_spent_to(asked_code, wanted)
    assert within is (code == asked_code and second >= since and spent >= wanted)


@given(CODES, st.integers(1, MAX_RANK), SECONDS, CODES, st.integers(1, MAX_RANK), SECONDS)
def test_packed_events_sort_by_code_rank_and_time(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    assert (pack_event(a, b, c) < pack_event(d, e, f)) is ((a, b, c) < (d, e, f))


@pytest.mark.parametrize(
    ("pack", "columns"),
    [
        (pack_event, (CODES, st.integers(1, MAX_RANK), SECONDS)),
        (pack_number, (CODES, SECONDS)),
        (pack_amount, (CODES, AMOUNTS)),
        (pack_spent_from, (CODES, SECONDS)),
        (pack_spent_to, (CODES, SUMS)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_arrays_pack_like_integers(pack: Numbers, columns: tuple[st.SearchStrategy[int], ...]) -> None:
    @given(st.lists(st.tuples(*columns), min_size=1, max_size=20))
    def agree(rows: list[tuple[int, ...]]) -> None:
        arrays = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
        packed = pack(*arrays)
        assert packed.dtype == np.int64
        assert packed.tolist() == [pack(*row) for row in rows]

    agree()
