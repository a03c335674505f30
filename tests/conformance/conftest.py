from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime.embedded import Urls
from runtime.settings import Settings
from tests.conformance.voices import Organisation, organisations
from tests.conftest import _own

CONTACTS = 300


@pytest.fixture(scope="package")
def settings(servers: Urls, template: str) -> Iterator[Settings]:
    with _own(servers, template, redis=15) as own:
        yield own


@pytest.fixture(scope="package")
def world(settings: Settings) -> Iterator[list[Organisation]]:
    """Random contacts of three organisations."""
    with organisations(settings, CONTACTS, seed=1) as made:
        yield made
