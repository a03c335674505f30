"""The API as its clients see it: an application over real servers, organisations with tokens and contacts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app import create_app
from app.service import EXTENSION
from indexer.connections import Connections
from indexer.sync import Sync
from runtime.settings import Settings
from store import organisations, tokens
from tests.api.shop import CONTACTS

ALL_SCOPES = ("read", "write", "export", "admin")


@dataclass(frozen=True)
class Tenant:
    """An organisation and the token that opens it."""

    client: FlaskClient
    settings: Settings
    org_id: int
    name: str
    token: str

    def ask(self, method: str, path: str, json: Any = None, **options: Any) -> TestResponse:
        """A request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        return self.client.open(f"/v1{path}", method=method, json=json, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.ask("POST", path, json, **options)

    def write(self, contacts: Sequence[Any] = (), events: Sequence[Any] = ()) -> None:
        """Contacts and events are stored and indexed."""
        for kind, items in (("contacts", contacts), ("events", events)):
            if items:
                answer = self.post(f"/{kind}/batch", {kind: list(items)})
                assert answer.json is not None
                assert (answer.status_code, answer.json["refused"]) == (200, 0), answer.json
        self.index()

    def index(self) -> None:
        """Nothing is pending."""
        connections = Connections.open(self.settings)
        Sync(connections).drain(60)
        connections.close()

    def count(self, tree: Any) -> int:
        answer = self.post("/segments/preview", {"tree": tree, "sample": 0})
        assert answer.json is not None
        assert answer.status_code == 200, answer.json
        count: int = answer.json["count"]
        return count


@contextmanager
def serving(settings: Settings) -> Iterator[Flask]:
    """An application by these settings, whose connections are closed afterwards."""
    made = create_app(settings)
    try:
        yield made
    finally:
        made.extensions[EXTENSION].close()


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application over the session's servers."""
    with serving(settings) as made:
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def tenant_of(app: Flask, settings: Settings, engine: Engine, scopes: Sequence[str] = ALL_SCOPES) -> Tenant:
    """A new organisation with a token of these scopes."""
    with engine.begin() as db:
        organisation = organisations.create(db, f"organisation {uuid.uuid4()}", "Europe/Berlin")
        secret = tokens.create(db, organisation.id, "tests", scopes)
    return Tenant(app.test_client(), settings, organisation.id, organisation.name, secret)


@pytest.fixture
def tenant(app: Flask, settings: Settings, engine: Engine) -> Tenant:
    """A new organisation, empty."""
    return tenant_of(app, settings, engine)


@pytest.fixture
def other(app: Flask, settings: Settings, engine: Engine) -> Tenant:
    """Another one."""
    return tenant_of(app, settings, engine)


@pytest.fixture(scope="session")
def shop(app: Flask, settings: Settings, engine: Engine) -> Tenant:
    """An organisation with six contacts, which tests only read."""
    made = tenant_of(app, settings, engine)
    made.write(contacts=CONTACTS)
    return made
