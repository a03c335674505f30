"""The members of saved segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, request

from app import members
from app.answers import Receipt
from app.api.area import ID, Area
from app.auth import caller
from app.cursors import link_to_next
from app.errors import Refusal, invalid
from app.schemas.base import Receipt as ReceiptSchema
from app.schemas.members import MembersQuery, Page
from app.schemas.questions import Count, CountQuery, Sample, SampleQuery
from segments import Problem
from store.tokens import Scope

area = Area("members", __name__, description="Who is in a segment.")

NDJSON = "application/x-ndjson"
DEFAULT_LIMIT = 100  # contacts in a page

_STREAM = {
    "responses": {
        200: {
            "content": {
                NDJSON: {
                    "schema": {"type": "string"},
                    "example": '{"id": 1, "external_id": "C-1", "values": {"email": "a@example.com"}}\n',
                }
            }
        }
    }
}


@area.endpoint("GET", f"/segments/<{ID}:segment_id>/count", scope=Scope.READ, query=CountQuery, answer=Count)
def count(segment_id: int, as_of: datetime | None) -> Mapping[str, Any]:
    """How many contacts are in the segment."""
    return members.count(caller().org_id, segment_id, as_of)


@area.endpoint("GET", f"/segments/<{ID}:segment_id>/sample", scope=Scope.READ, query=SampleQuery, answer=Sample)
def sample(segment_id: int, as_of: datetime | None, size: int, columns: Sequence[str]) -> Mapping[str, Any]:
    """Some contacts of the segment: the same ones until the data changes."""
    return members.sample(caller().org_id, segment_id, as_of, size, columns)


@area.endpoint(
    "GET", f"/segments/<{ID}:segment_id>/members", scope=Scope.READ, query=MembersQuery, answer=Page, doc=_STREAM
)
def members_of(
    segment_id: int, as_of: datetime | None, columns: Sequence[str], limit: int | None, cursor: str | None
) -> tuple[Mapping[str, Any], Mapping[str, str]] | Response:
    """The segment's contacts by id, page by page; or, with `Accept: application/x-ndjson`, all of them as lines.

    The lines are one state of the index, in no particular order; their receipt is in the headers. A stream that
    breaks off ends without the last chunk of its transfer encoding.
    """
    if _wants_lines():
        _refuse_paging(limit=limit, cursor=cursor)
        lines, receipt = members.stream(caller().org_id, segment_id, as_of, columns)
        return Response(lines, content_type=NDJSON, headers=_headers(receipt))
    page = members.page(caller().org_id, segment_id, as_of, cursor, limit or DEFAULT_LIMIT, columns)
    return page, link_to_next(page["next"])


def _wants_lines() -> bool:
    best = request.accept_mimetypes.best_match(["application/json", NDJSON])
    if request.accept_mimetypes and best is None:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Members come as application/json or {NDJSON}")
    return best == NDJSON


def _refuse_paging(**given: object) -> None:
    names = [name for name, value in given.items() if value is not None]
    if names:
        raise invalid(*(Problem(f"?{name}", "unknown", f"a stream has no {name}") for name in names))


def _headers(receipt: Receipt) -> Mapping[str, str]:
    shown = ReceiptSchema().dump(receipt)
    return {
        "Segments-As-Of": shown["as_of"],
        "Segments-Definition-Version": str(shown["definition_version"]),
        "Segments-Query-Hash": shown["query_hash"],
        "Segments-Index-Pending": str(shown["index"]["pending"]),
        "Segments-Index-Pending-Exact": str(shown["index"]["exact"]).lower(),
        "Segments-Index-Lag-Seconds": str(shown["index"]["lag_seconds"]),
    }
