"""Signed cursors: a place in a list that a client can hand back and cannot make up."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import request
from itsdangerous import BadData

from app.errors import Refusal
from app.service import service


def signed(of: str, org_id: int, **place: str | int | bool | None) -> str:
    """A cursor into the list `of` of an organisation."""
    text = service().cursors.dumps({"of": of, "org": org_id, **place})
    assert isinstance(text, str)
    return text


def read(cursor: str, of: str, org_id: int) -> dict[str, Any]:
    """The place that the cursor names; raises Refusal unless it was signed here for this list and organisation."""
    found = place(cursor, of, org_id)
    if found is None:
        detail = "The cursor does not belong to this list"
        raise Refusal(HTTPStatus.BAD_REQUEST, detail, "begin again without one, or follow the Link header")
    return found


def place(cursor: str, of: str, org_id: int) -> dict[str, Any] | None:
    """The place that the cursor names, if it was signed here for this list and organisation."""
    try:
        found = service().cursors.loads(cursor)
    except BadData:
        return None
    assert isinstance(found, dict)
    return found if (found["of"], found["org"]) == (of, org_id) else None


def link_to_next(cursor: str | None) -> dict[str, str]:
    """The Link header that leads to the next page, if there is one; all other parameters stay."""
    if cursor is None:
        return {}
    query = urlencode(request.args.to_dict() | {"cursor": cursor})
    return {"Link": f'<{request.path}?{query}>; rel="next"'}
