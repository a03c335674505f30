"""Saved segments."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, url_for

from app import cursors, saved
from app.api.area import ID, Area
from app.auth import caller
from app.conditional import ETAG, etag, expected_version, known_already, unchanged
from app.saved import Saved
from app.schemas.segments import DuplicateRequest, ListQuery, Segment, SegmentChange, SegmentList, SegmentRequest
from store.tokens import Scope

area = Area("segments", __name__, description="Conditions that are kept.")

_IF_MATCH = {
    "parameters": [
        {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}, "description": "An ETag."}
    ]
}


@area.endpoint("GET", "/segments", scope=Scope.READ, query=ListQuery, answer=SegmentList)
def all_of(limit: int, cursor: str | None) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The organisation's segments, by id."""
    org_id = caller().org_id
    after = 0 if cursor is None else cursors.read(cursor, "segments", org_id)["after"]
    found = saved.page(org_id, after, limit + 1)
    more = cursors.signed("segments", org_id, after=found[limit - 1].segment.id) if len(found) > limit else None
    return {"segments": found[:limit], "next": more}, cursors.link_to_next(more)


@area.endpoint(
    "POST",
    "/segments",
    scope=Scope.WRITE,
    body=SegmentRequest,
    answer=Segment,
    status=HTTPStatus.CREATED,
    headers=ETAG,
)
def create(name: str, description: str, tree: object) -> tuple[Saved, Mapping[str, str]]:
    """Keep a condition under a name."""
    return _created(saved.create(caller().org_id, name, description, tree))


@area.endpoint("GET", f"/segments/<{ID}:segment_id>", scope=Scope.READ, answer=Segment, headers=ETAG)
def read(segment_id: int) -> tuple[Saved, Mapping[str, str]] | Response:
    """The segment as it is kept, and what it means now."""
    found = saved.get(caller().org_id, segment_id)
    version = found.segment.version
    return unchanged(version) if known_already(version) else _tagged(found)


@area.endpoint(
    "PATCH",
    f"/segments/<{ID}:segment_id>",
    scope=Scope.WRITE,
    body=SegmentChange,
    answer=Segment,
    headers=ETAG,
    doc=_IF_MATCH,
)
def change(segment_id: int, **changes: Any) -> tuple[Saved, Mapping[str, str]]:
    """Change what is given; a new version is kept."""
    return _tagged(saved.change(caller().org_id, segment_id, expected_version(), changes))


@area.endpoint("DELETE", f"/segments/<{ID}:segment_id>", scope=Scope.WRITE, status=HTTPStatus.NO_CONTENT, doc=_IF_MATCH)
def delete(segment_id: int) -> None:
    """Put the segment away; it can be restored."""
    saved.delete(caller().org_id, segment_id, expected_version())


@area.endpoint(
    "POST",
    f"/segments/<{ID}:segment_id>/duplicate",
    scope=Scope.WRITE,
    body=DuplicateRequest,
    answer=Segment,
    status=HTTPStatus.CREATED,
    headers=ETAG,
)
def duplicate(segment_id: int, name: str) -> tuple[Saved, Mapping[str, str]]:
    """A copy under another name."""
    return _created(saved.duplicate(caller().org_id, segment_id, name))


@area.endpoint("POST", f"/segments/<{ID}:segment_id>/restore", scope=Scope.WRITE, answer=Segment, headers=ETAG)
def restore(segment_id: int) -> tuple[Saved, Mapping[str, str]]:
    """Bring a deleted segment back."""
    return _tagged(saved.restore(caller().org_id, segment_id))


def _tagged(found: Saved) -> tuple[Saved, Mapping[str, str]]:
    return found, {"ETag": etag(found.segment.version)}


def _created(made: Saved) -> tuple[Saved, Mapping[str, str]]:
    location = url_for("segments.read", segment_id=made.segment.id)
    return made, {"ETag": etag(made.segment.version), "Location": location}
