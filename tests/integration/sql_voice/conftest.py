"""The worlds, made once: nobody changes them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Engine

from store import organisations
from tests.integration.sql_voice.world import ZONES, World, make


@pytest.fixture(scope="package")
def worlds(engine: Engine) -> Iterator[Mapping[str, World]]:
    """The same world in every time zone."""
    with engine.connect() as db, db.begin() as transaction:
        made = {}
        for zone in ZONES:
            organisation = organisations.create(db, f"organisation {uuid.uuid4()}", zone)
            made[zone] = make(db, organisation.id, zone)
        yield made
        transaction.rollback()


@pytest.fixture
def world(worlds: Mapping[str, World]) -> World:
    """The world of Berlin."""
    return worlds["Europe/Berlin"]
