"""Tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.api.area import Area
from app.auth import caller
from app.schemas.setup import Tag, TagRequest, Tags
from app.service import service
from mappings.fields import Named
from store import catalogue, named, tables
from store.tokens import Scope

area = Area("tags", __name__, description="Labels that contacts carry.")


@area.endpoint("GET", "/tags", scope=Scope.READ, answer=Tags)
def all_of() -> Mapping[str, Any]:
    """The organisation's tags, by name."""
    with service().reading() as db:
        return {"tags": named.all_of(db, tables.tags, "name", caller().org_id)}


@area.endpoint("POST", "/tags", scope=Scope.WRITE, body=TagRequest, answer=Tag)
def ensure(name: str) -> Named:
    """The tag of that name, made if there was none; case makes no difference."""
    with service().writing() as db:
        [(found, tag_id)] = catalogue.ensure_tags(db, caller().org_id, [name]).items()
        return Named(tag_id, found)
