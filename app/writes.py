"""Write tokens: whoever wrote hands one back to read what it wrote."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, g

from app import cursors
from app.auth import caller
from app.errors import Refusal, invalid
from app.service import service
from runtime.queues import wake_index
from segments import Problem
from store import marks, state
from store.marks import Mark

HEADER: Final = "Segments-Write-Token"
_OF: Final = "writes"
_PLACE: Final = "?wait_for"

_RETRY_SECONDS = 1  # the index is a second behind at most, unless somebody writes thousands of contacts
_FIRST_PAUSE = 0.01  # seconds; a single change is found some 60 ms after its commit
_LONGEST_PAUSE = 0.25  # a look costs PostgreSQL less than a millisecond


def token() -> str:
    """A token of all that this request has written; it has written something."""
    written: Mark = g.written
    at = written.at.isoformat()
    return cursors.signed(_OF, caller().org_id, after=written.after, through=written.through, at=at)


def receipt(fresh: state.Freshness) -> dict[str, Any]:
    """What schemas.WriteReceipt shows."""
    return {"write_token": token(), "index": fresh}


def wait_for(given: str, seconds: float) -> None:
    """Searches find what the token's request wrote, or what came after it.

    Raises Refusal: 422 unless it is a token of the caller's organisation, 503 when they do not within `seconds`, or
    when too many requests wait already.
    """
    org_id = caller().org_id
    mark = _read(given, org_id)
    if not _reached(org_id, mark):
        wake_index(service().settings)  # the wake-up after the commit may be lost
        with _waiting():
            _wait(org_id, mark, time.monotonic() + seconds)


def _read(given: str, org_id: int) -> Mark:
    place = cursors.place(given, _OF, org_id)
    if place is None:
        raise invalid(Problem(_PLACE, "unknown_token", "it is no write token of this organisation"))
    return Mark(place["after"], place["through"], datetime.fromisoformat(place["at"]))


def _wait(org_id: int, mark: Mark, deadline: float) -> None:
    pause = _FIRST_PAUSE
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        if _reached(org_id, mark):
            return
        pause = min(2 * pause, _LONGEST_PAUSE)
    with service().reading() as db:
        fresh = state.freshness(db, org_id, state.MOST_COUNTED)
    raise _later("not_reached", f"the index is {fresh.lag_seconds:.1f} s behind and has not come to this write yet")


def _reached(org_id: int, mark: Mark) -> bool:
    with service().reading() as db:
        return marks.reached(db, org_id, mark)


@contextmanager
def _waiting() -> Iterator[None]:
    """One thread of the process at least is left to those who do not wait."""
    places = service().waiting
    if not places.acquire(blocking=False):
        raise _later("too_many_wait", "too many requests wait for the index already")
    try:
        yield
    finally:
        places.release()


def _later(code: str, detail: str) -> Refusal:
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        detail,
        "come back later, or read without wait_for",
        problems=(Problem(_PLACE, code, detail),),
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )


def _add_header(response: Response) -> Response:
    if "written" in g and response.status_code < HTTPStatus.BAD_REQUEST:
        response.headers[HEADER] = token()
    return response


def install(app: Flask) -> None:
    """Every answer to a request that wrote carries its token."""
    app.after_request(_add_header)
