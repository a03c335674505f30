"""Conditional requests: the ETag of a thing with a version, and what If-Match and If-None-Match ask for."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus

from flask import Response, request

from app.errors import Refusal

ETAG = {"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match and If-None-Match."}}


def etag(version: int | str) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def digest(value: object) -> str:
    """A version for what is not counted in versions: the same for the same JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def expected_version() -> int | None:
    """The version that If-Match asks for, None for any (`*`); raises Refusal (428, 412)."""
    if "If-Match" not in request.headers:
        raise Refusal(
            HTTPStatus.PRECONDITION_REQUIRED,
            "The request does not say which version it changes",
            "send the ETag that you read in the header If-Match",
        )
    given = request.if_match
    if given.star_tag:
        return None
    versions = [int(tag) for tag in given.as_set() if tag.isdecimal()]
    if len(versions) != 1:
        detail = "If-Match has no ETag of this segment"
        raise Refusal(HTTPStatus.PRECONDITION_FAILED, detail, "send one ETag as it was read")
    return versions[0]


def known_already(version: int | str) -> bool:
    """Whether If-None-Match has the version: the client need not be sent it again."""
    return request.if_none_match.contains_weak(str(version))


def unchanged(version: int | str) -> Response:
    """The answer to a client that has the version already."""
    return Response(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag(version)})
