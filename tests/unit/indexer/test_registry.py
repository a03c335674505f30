from __future__ import annotations

import numpy as np

from indexer.registry import Lookup, widths


def test_lookup_finds_codes_and_zero_where_there_is_none() -> None:
    lookup = Lookup.of({30: 3, 10: 1, 20: 2})
    assert lookup.find(np.array([20, 5, 30, 99, 10, 25])).tolist() == [2, 0, 3, 0, 1, 0]


def test_a_lookup_of_nothing_finds_nothing() -> None:
    assert Lookup.of({}).find(np.array([1, 2])).tolist() == [0, 0]


def test_widths_have_room_for_every_slot() -> None:
    used = [("contact", "keyword_3"), ("contact", "keyword_0"), ("contact", "date_0"), ("company", "double_7")]
    assert widths(used) == {"contact": {"keyword": 4, "date": 1}, "company": {"double": 8}}
