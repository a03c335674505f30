"""The catalogue of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from app import catalogue
from app.api.area import Area
from app.auth import caller
from app.conditional import ETAG, digest, etag, known_already, unchanged
from app.schemas.fields import Catalogue, SchemaOfTrees, Values, ValuesQuery
from store.tokens import Scope

area = Area("fields", __name__, description="What conditions can ask about.")


@area.endpoint("GET", "/fields", scope=Scope.READ, answer=Catalogue)
def fields() -> Mapping[str, Any]:
    """Every field with its type, operators and choices: all that a builder of conditions needs."""
    return catalogue.offered(caller().org_id)


@area.endpoint("GET", "/segments/schema", scope=Scope.READ, answer=SchemaOfTrees, headers=ETAG)
def schema() -> tuple[Mapping[str, Any], Mapping[str, str]] | Response:
    """JSON Schema of the trees that the organisation can ask; it changes with its fields, tags and the like."""
    found = catalogue.schema(caller().org_id)
    version = digest(found)
    return unchanged(version) if known_already(version) else (found, {"ETag": etag(version)})


@area.endpoint("GET", "/fields/<name>/values", scope=Scope.READ, query=ValuesQuery, answer=Values)
def values(name: str, q: str, limit: int) -> Mapping[str, Any]:
    """Values to choose from, the most frequent first."""
    return {"values": catalogue.values(caller().org_id, name, q, limit)}
