"""What comes back of Elasticsearch is whole, or an error."""

from __future__ import annotations

from typing import Any

import pytest

from app.audience.index import IndexAway, IndexMissing, _refused, _succeeded, _whole
from mappings.errors import ServiceError

WHOLE = {"timed_out": False, "_shards": {"total": 3, "successful": 3, "skipped": 0, "failed": 0}}


def test_a_whole_answer_is_given_on() -> None:
    assert _whole(WHOLE) is WHOLE


@pytest.mark.parametrize("change", [{"timed_out": True}, {"_shards": {"total": 3, "successful": 2, "failed": 1}}])
def test_part_of_an_answer_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(IndexAway):
        _whole(WHOLE | change)


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "index_not_found_exception", IndexMissing),
        (404, "search_context_missing_exception", IndexAway),
        (429, "circuit_breaking_exception", IndexAway),
        (500, "search_phase_execution_exception", IndexAway),
        (503, "no_shard_available_action_exception", IndexAway),
        (400, "parsing_exception", ServiceError),
    ],
)
def test_a_refusal_says_whose_fault_it_is(status: int, kind: str, error: type[ServiceError]) -> None:
    assert type(_refused(status, kind, {"type": kind})) is error
    with pytest.raises(error):
        _succeeded({"status": status, "error": {"type": kind}})
