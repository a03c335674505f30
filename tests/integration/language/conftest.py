from __future__ import annotations

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from tests.integration.language.contacts import Contacts
from tests.unit.segments.organisation import CATALOGUE


@pytest.fixture(scope="module")
def contacts(elastic: Elasticsearch) -> Iterator[Contacts]:
    """An empty index for the tests of one module."""
    with Contacts.indexed(elastic, CATALOGUE) as made:
        yield made
