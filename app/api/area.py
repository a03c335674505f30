"""A group of endpoints: flask-smorest's Blueprint with one decorator that says all of an endpoint in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from app import writes
from app.api.parser import Parser
from app.auth import admit
from app.errors import invalid
from app.schemas.base import WaitQuery
from segments import Problem
from store.postgres import repeated
from store.tokens import Scope

ID = "int(max=9223372036854775807)"  # of a path; beyond that PostgreSQL has no ids, and so there is no such thing

_WRITE_TOKEN = {
    writes.HEADER: {"schema": {"type": "string"}, "description": "For `wait_for` of whatever reads the index."}
}

View = TypeVar("View", bound=Callable[..., Any])


class Area(Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """The endpoints of one part of the API."""

    ARGUMENTS_PARSER = Parser()

    def endpoint(
        self,
        method: str,
        rule: str,
        *,
        scope: Scope | None,
        answer: type[Schema] | Schema | None = None,
        text: str | None = None,
        status: HTTPStatus = HTTPStatus.OK,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        headers: Mapping[str, Any] | None = None,
        doc: Mapping[str, Any] | None = None,
    ) -> Callable[[View], View]:
        """Serve `rule` by the decorated view, which gets path, query and body as keyword arguments.

        A view is one transaction: where PostgreSQL ends it for the others' sake, it is run again.

        `scope` is what a token must allow, None only where nobody has to be known. Query parameters and bodies that
        no schema declares are refused. With a WaitQuery the view is called once the index has come as far as asked.
        An answer that is no JSON but `text` of that content type is a Response of the view's own.
        """
        given = {**(_WRITE_TOKEN if scope is Scope.WRITE else {}), **(headers or {})} or None

        def serve(view: View) -> View:
            committed = repeated(view)
            waiting = _waiting(committed) if query is not None and issubclass(query, WaitQuery) else committed
            answered = waiting if answer or text else _without_content(waiting, status)
            served: Any = self.response(status, answer, headers=given)(answered)
            if body is not None:
                served = self.arguments(body, location="json", as_kwargs=True)(served)
            if query is not None:
                served = self.arguments(query, location="query", as_kwargs=True)(served)
            security = {"security": [{"token": [scope.value]}] if scope else []}
            said = {**security, **_described(status, text), **(doc or {})}
            served = self.doc(**said)(_guarded(served, scope, query=query, body=body))
            self.route(rule, methods=[method])(served)
            return view

        return serve


def _described(status: HTTPStatus, text: str | None) -> dict[str, Any]:
    content = {"content": {text: {"schema": {"type": "string"}}}}
    return {} if text is None else {"responses": {status.value: content}}


def _waiting(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view without the keyword arguments of a WaitQuery, after what they ask for."""

    @wraps(view)
    def waiting(*args: Any, wait_for: str | None, timeout: float, **kwargs: Any) -> Any:
        if wait_for is not None:
            writes.wait_for(wait_for, timeout)
        return view(*args, **kwargs)

    return waiting


def _without_content(view: Callable[..., Any], status: HTTPStatus) -> Callable[..., Any]:
    @wraps(view)
    def emptied(*args: Any, **kwargs: Any) -> Response:
        view(*args, **kwargs)
        return Response(status=status)

    return emptied


def _guarded(view: Callable[..., Response], scope: Scope | None, *, query: object, body: object) -> Any:
    """The view behind its token and its declaration."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Response:
        if scope is not None:
            admit(scope)
        if query is None and request.args:
            raise invalid(*(Problem(f"?{name}", "unknown", f"there is no parameter {name}") for name in request.args))
        if body is None and (request.content_length or request.headers.get("Transfer-Encoding")):
            raise invalid(Problem("#", "unknown", "this request takes no body"))
        return view(*args, **kwargs)

    return guarded
