"""What Elasticsearch says about one item of a bulk request."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any


class Verdict(Enum):
    """DONE: written or deleted. NEWER: a newer version is there already, which is as good.

    BUSY: not now. UNKNOWN: something broke, it may be written or not. REFUSED: this document, never. MISSING: there is
    no such index, or it is closed.
    """

    DONE = auto()
    NEWER = auto()
    BUSY = auto()
    UNKNOWN = auto()
    REFUSED = auto()
    MISSING = auto()


_MISSING = frozenset({"index_not_found_exception", "index_closed_exception"})
_BUSY = frozenset({"cluster_block_exception", "es_rejected_execution_exception"})


def verdict(reply: Mapping[str, Any]) -> Verdict:
    """What became of the item with this `reply`: {"status": 409, "error": {"type": ...}}."""
    status, kind = reply["status"], reply.get("error", {}).get("type")
    if kind is None:
        # A delete of what is not there answers 404, and its version is kept all the same.
        return Verdict.DONE if status < 300 or status == 404 else Verdict.UNKNOWN
    if kind == "version_conflict_engine_exception":
        return Verdict.NEWER
    if kind in _MISSING:
        return Verdict.MISSING
    if kind in _BUSY or status in {429, 503}:
        return Verdict.BUSY
    return Verdict.REFUSED if 400 <= status < 500 else Verdict.UNKNOWN


def reason(reply: Mapping[str, Any]) -> str:
    """The error and what caused it, in Elasticsearch's words."""
    error, words = reply.get("error"), []
    while error:
        words.append(str(error.get("reason") or error.get("type")))
        error = error.get("caused_by")
    return ": ".join(words) or f"status {reply['status']}"
