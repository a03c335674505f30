from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cli import demonstration
from runtime import database
from runtime.settings import Settings
from store import organisations, tokens


@pytest.fixture
def demo_settings(own_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a demo that is soon made."""
    monkeypatch.setattr(demonstration, "CONTACTS", 50)
    return replace(own_settings, servers_dir=tmp_path)


@pytest.fixture
def demo_database(demo_settings: Settings) -> Engine:
    return database.engine(demo_settings)


def opened(engine: Engine, token: str) -> str:
    """The name of the organisation that a token opens."""
    with engine.connect() as db:
        found = tokens.find(db, token)
        assert found is not None
        name = organisations.get(db, found.org_id).name
    engine.dispose()
    return name


def test_the_second_start_finds_what_the_first_one_made(demo_settings: Settings, demo_database: Engine) -> None:
    token = demonstration.prepare(demo_settings)
    assert opened(demo_database, token) == "Demo"
    assert demonstration.prepare(demo_settings) == token


def test_a_lost_token_is_replaced_and_the_contacts_stay(demo_settings: Settings, demo_database: Engine) -> None:
    token = demonstration.prepare(demo_settings)
    (demo_settings.servers_dir / "demo-token").unlink()
    another = demonstration.prepare(demo_settings)
    assert another != token
    assert opened(demo_database, another) == "Demo"


def test_an_organisation_that_was_left_unfinished_is_left_alone(demo_settings: Settings, demo_database: Engine) -> None:
    with demo_database.begin() as db:
        organisations.create(db, "Demo")
    assert opened(demo_database, demonstration.prepare(demo_settings)) == "Demo 2"
