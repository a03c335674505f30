"""API tokens: a secret shown once, of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from store import tables
from store.errors import NotFoundError, UnacceptableError
from store.texts import name_of


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    WRITE = "write"
    EXPORT = "export"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Token:
    id: int
    org_id: int
    name: str
    scopes: frozenset[str]
    created_at: datetime


def create(db: Connection, org_id: int, name: str, scopes: Collection[str]) -> str:
    """A new token's secret. It is not stored and cannot be shown again."""
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        raise UnacceptableError(f"no scope {', '.join(unknown) or 'given'}", f"choose from: {', '.join(Scope)}")
    secret = f"seg_{secrets.token_urlsafe(32)}"
    row = {"org_id": org_id, "name": name_of(name), "sha256": _digest(secret), "scopes": sorted(set(scopes))}
    db.execute(insert(tables.tokens).values(row))
    return secret


def find(db: Connection, secret: str) -> Token | None:
    """The token with that secret, unless it was revoked."""
    # Looked up by digest: how long a comparison takes says nothing about the secret.
    return next(iter(_tokens(db, tables.tokens.c.sha256 == _digest(secret))), None)


def all_of(db: Connection, org_id: int) -> tuple[Token, ...]:
    """The tokens of an organisation that were not revoked, oldest first."""
    return _tokens(db, tables.tokens.c.org_id == org_id)


def revoke(db: Connection, org_id: int, token_id: int) -> None:
    """The token opens nothing any more; raises NotFoundError."""
    ours = (tables.tokens.c.org_id == org_id) & (tables.tokens.c.id == token_id)
    open_ = ours & tables.tokens.c.revoked_at.is_(None)
    if not db.execute(update(tables.tokens).where(open_).values(revoked_at=func.now())).rowcount:
        raise NotFoundError(f"there is no token {token_id} of this organisation")


def _tokens(db: Connection, condition: ColumnElement[bool]) -> tuple[Token, ...]:
    c = tables.tokens.c
    open_ = select(c.id, c.org_id, c.name, c.scopes, c.created_at).where(condition, c.revoked_at.is_(None))
    rows = db.execute(open_.order_by(c.id))
    return tuple(Token(row.id, row.org_id, row.name, frozenset(row.scopes), row.created_at) for row in rows)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
