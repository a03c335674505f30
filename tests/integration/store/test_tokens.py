from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from store import organisations, tokens
from store.errors import NotFoundError, UnacceptableError
from store.organisations import Organisation


def test_a_secret_opens_its_organisation(db: Connection, organisation: Organisation) -> None:
    secret = tokens.create(db, organisation.id, "CI", ["write", "read"])
    assert secret.startswith("seg_")
    token = tokens.find(db, secret)
    assert token
    assert (token.org_id, token.name, token.scopes) == (organisation.id, "CI", frozenset({"read", "write"}))
    assert tokens.all_of(db, organisation.id) == (token,)


def test_the_secret_is_not_stored(db: Connection, organisation: Organisation) -> None:
    secret = tokens.create(db, organisation.id, "CI", ["read"])
    stored = db.execute(text("SELECT tokens::text FROM tokens WHERE org_id = :org"), {"org": organisation.id})
    assert secret.removeprefix("seg_") not in stored.scalar_one()


def test_another_secret_opens_nothing(db: Connection, organisation: Organisation) -> None:
    secret = tokens.create(db, organisation.id, "CI", ["read"])
    assert tokens.find(db, secret + "x") is None
    assert tokens.find(db, "") is None


def test_a_revoked_token_opens_nothing(db: Connection, organisation: Organisation) -> None:
    secret = tokens.create(db, organisation.id, "CI", ["read"])
    token = tokens.find(db, secret)
    assert token
    with pytest.raises(NotFoundError):
        tokens.revoke(db, organisations.create(db, "other").id, token.id)
    tokens.revoke(db, organisation.id, token.id)
    assert tokens.find(db, secret) is None
    with pytest.raises(NotFoundError):
        tokens.revoke(db, organisation.id, token.id)


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "root"]])
def test_scopes_are_known(db: Connection, organisation: Organisation, scopes: list[str]) -> None:
    with pytest.raises(UnacceptableError):
        tokens.create(db, organisation.id, "CI", scopes)
