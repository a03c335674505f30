"""What is refused becomes a problem document (RFC 9457), and this is the one place where that happens."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import psycopg
from flask import Flask, Response, g, json, request
from redis.exceptions import RedisError
from sqlalchemy import exc as database
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from app.audience import IndexAway, IndexMissing
from mappings.errors import ServiceError
from runtime.outages import DATABASE_AWAY
from segments import ConditionError, Problem
from store.errors import ConflictError, NotFoundError, StaleError, UnacceptableError

log = logging.getLogger(__name__)

RETRY_SECONDS = 5  # a restarting server is back within seconds; asking more often only adds load
MOST_DISCARDED = 32_000_000  # bytes of a body that is refused unread; who sends more is cut off
_PIECE = 64_000
_LATER = {"Retry-After": str(RETRY_SECONDS)}
PROBLEM_TYPE = "application/problem+json"


class Refusal(ServiceError):
    """A request that gets no answer but a problem: its status, what is wrong in all its places, and headers."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        remedy: str = "",
        *,
        problems: tuple[Problem, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, remedy)
        self.status = status
        self.problems = problems
        self.headers = dict(headers or {})


def unavailable(what: str) -> Refusal:
    """A server that is needed for the answer is away; the client should come back."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        f"{what} cannot be reached at the moment",
        f"try again in {RETRY_SECONDS} seconds",
        headers=_LATER,
    )


def missing(what: str) -> Refusal:
    """It does not exist, or belongs to another organisation: a client cannot tell which."""
    return Refusal(HTTPStatus.NOT_FOUND, f"{what} does not exist")


def invalid(*problems: Problem) -> Refusal:
    """A request that was understood and is wrong in these places."""
    detail = "; ".join(problem.detail for problem in problems)
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, detail, problems=problems)


_STATUS: Mapping[type[Exception], HTTPStatus] = {
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    StaleError: HTTPStatus.PRECONDITION_FAILED,
    UnacceptableError: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def refusal_of(error: Exception) -> Refusal:  # noqa: PLR0911  # a line for each kind of error
    """What the client is told of `error`; one that nobody foresaw says nothing of its inside and is logged in full."""
    match error:
        case Refusal():
            return error
        case ConditionError():
            return invalid(*error.problems)
        case RedisError():
            log.warning("Redis cannot be reached: %s", error)
            return unavailable("The queue")
        case IndexAway():
            log.warning("no answer from the index: %s", error)
            return unavailable("The index")
        case IndexMissing():
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, error.detail, error.remedy, headers=_LATER)
        case ServiceError() if type(error) in _STATUS:
            return Refusal(_STATUS[type(error)], error.detail, error.remedy)
        case _ if isinstance(error, DATABASE_AWAY):
            # The first line: those behind it quote what was being written.
            log.warning("PostgreSQL cannot be reached: %s", str(error).partition("\n")[0])
            return unavailable("The database")
        case database.DataError() | psycopg.DataError():
            return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "A value cannot be stored", "leave out NUL characters")
        case HTTPException():
            return _refused_by_flask(error)
        case _:
            log.error("unforeseen", exc_info=error)
            return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "The service failed", "its log says why")


def _refused_by_flask(error: HTTPException) -> Refusal:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if isinstance(error, RequestEntityTooLarge):
        too_large = f"The body has more than {request.max_content_length:,} bytes"
        return Refusal(status, too_large, "send less, or in several requests")
    kept = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
    return Refusal(status, error.description or status.phrase, headers=kept)


def document(refusal: Refusal) -> dict[str, Any]:
    """The problem document: what schemas.ProblemDocument describes."""
    return {
        "type": "about:blank",  # the status says it all; `errors` has a code for each fault
        "title": refusal.status.phrase,
        "status": refusal.status.value,
        "detail": str(refusal),
        "errors": [_fault(problem) for problem in refusal.problems],
    }


def _fault(problem: Problem) -> dict[str, Any]:
    fault: dict[str, Any] = {"pointer": problem.pointer, "code": problem.code, "detail": problem.detail}
    return fault if problem.allowed is None else fault | {"allowed": list(problem.allowed)}


def answer(error: Exception) -> Response:
    """The HTTP response for an exception."""
    refusal = refusal_of(error)
    _discard_unread()
    body = json.dumps(document(refusal))
    return Response(body, refusal.status.value, headers=refusal.headers, content_type=PROBLEM_TYPE)


def _discard_unread() -> None:
    """A client that is still sending reads no answer: what it sends is taken and thrown away, within bounds."""
    if g.get("body_was_read"):
        return
    rest = get_input_stream(request.environ)
    try:
        for _ in range(0, MOST_DISCARDED, _PIECE):
            if not rest.read(_PIECE):
                return
    except ClientDisconnected:
        return  # nobody is left to read the answer


def install(app: Flask) -> None:
    """Every exception of a request becomes a problem document."""
    app.register_error_handler(Exception, answer)
    app.register_error_handler(HTTPException, answer)  # in place of flask-smorest's own
