"""Who asks, for which organisation, and what they may do. Every organisation id in the API comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import g, request

from app.errors import Refusal
from app.service import service
from store import tokens
from store.tokens import Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation that asks: the tenant fence of everything that a request reads or writes."""

    org_id: int
    token_id: int
    scopes: frozenset[str]  # none includes another


def caller() -> Caller:
    """Who sent this request; only endpoints that `admit` let through may ask."""
    found = g.caller
    assert isinstance(found, Caller)
    return found


def admit(scope: Scope) -> None:
    """Let the request through if its token allows `scope`; raises Refusal (401, 403)."""
    g.caller = _authenticated()
    if scope not in caller().scopes:
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            f"The token does not allow {scope}",
            f"use one with the scope {scope}",
            headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )


def _authenticated() -> Caller:
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise _unauthenticated("The request has no bearer token")
    with service().reading() as db:
        token = tokens.find(db, given.token)
    if token is None:
        raise _unauthenticated("The token is not known or was revoked")
    return Caller(token.org_id, token.id, token.scopes)


def _unauthenticated(detail: str) -> Refusal:
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        detail,
        "send the header Authorization: Bearer <token>",
        headers={"WWW-Authenticate": "Bearer"},
    )
