"""The catalogue of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import catalogue
from app.api.area import Area
from app.auth import caller
from app.schemas.fields import Catalogue, Values, ValuesQuery
from store.tokens import Scope

area = Area("fields", __name__, description="What conditions can ask about.")


@area.endpoint("GET", "/fields", scope=Scope.READ, answer=Catalogue)
def fields() -> Mapping[str, Any]:
    """Every field with its type, operators and choices: all that a builder of conditions needs."""
    return catalogue.offered(caller().org_id)


@area.endpoint("GET", "/fields/<name>/values", scope=Scope.READ, query=ValuesQuery, answer=Values)
def values(name: str, q: str, limit: int) -> Mapping[str, Any]:
    """Values to choose from, the most frequent first."""
    return {"values": catalogue.values(caller().org_id, name, q, limit)}
