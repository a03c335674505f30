from __future__ import annotations

from typing import Any

import pytest

from indexer.replies import Verdict, reason, verdict


def reply(status: int, kind: str | None = None) -> dict[str, Any]:
    return {"status": status} if kind is None else {"status": status, "error": {"type": kind, "reason": "so it is"}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (reply(200), Verdict.DONE),
        (reply(201), Verdict.DONE),
        (reply(404), Verdict.DONE),
        (reply(409, "version_conflict_engine_exception"), Verdict.NEWER),
        (reply(429, "es_rejected_execution_exception"), Verdict.BUSY),
        (reply(429, "circuit_breaking_exception"), Verdict.BUSY),
        (reply(503, "unavailable_shards_exception"), Verdict.BUSY),
        (reply(403, "cluster_block_exception"), Verdict.BUSY),
        (reply(400, "document_parsing_exception"), Verdict.REFUSED),
        (reply(400, "strict_dynamic_mapping_exception"), Verdict.REFUSED),
        (reply(404, "index_not_found_exception"), Verdict.MISSING),
        (reply(400, "index_closed_exception"), Verdict.MISSING),
        (reply(500, "translog_exception"), Verdict.UNKNOWN),
        (reply(500), Verdict.UNKNOWN),
    ],
)
def test_verdict(given: dict[str, Any], expected: Verdict) -> None:
    assert verdict(given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (reply(500), "status 500"),
        (reply(400, "document_parsing_exception"), "so it is"),
        ({"status": 400, "error": {"type": "a", "caused_by": {"type": "b", "reason": "no number"}}}, "a: no number"),
    ],
)
def test_reason(given: dict[str, Any], expected: str) -> None:
    assert reason(given) == expected
