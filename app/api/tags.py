"""Tags."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from app.api.area import ID, Area
from app.auth import caller
from app.schemas.setup import RemovalQuery, Tag, TagRequest, Tags
from app.service import service
from app.uses import refuse_used, without_tag
from mappings.fields import Named
from store import catalogue, named, tables
from store.texts import name_of
from store.tokens import Scope

area = Area("tags", __name__, description="Labels that contacts carry.")

_ONE = f"/tags/<{ID}:tag_id>"


@area.endpoint("GET", "/tags", scope=Scope.READ, answer=Tags)
def all_of() -> Mapping[str, Any]:
    """The organisation's tags, by name."""
    with service().reading() as db:
        return {"tags": named.all_of(db, tables.tags, "name", caller().org_id)}


@area.endpoint("POST", "/tags", scope=Scope.WRITE, body=TagRequest, answer=Tag)
def ensure(name: str) -> Named:
    """The tag of that name, made if there was none; case makes no difference."""
    org_id = caller().org_id
    with service().writing() as db:
        [tag_id] = catalogue.ensure_tags(db, org_id, [name]).values()
        return next(tag for tag in named.all_of(db, tables.tags, "name", org_id) if tag.id == tag_id)


@area.endpoint("PATCH", _ONE, scope=Scope.WRITE, body=TagRequest, answer=Tag)
def rename(tag_id: int, name: str) -> Named:
    """Another name for the tag; contacts carry it as before, and segments mean the same."""
    with service().writing() as db:
        return named.rename(db, tables.tags, "name", caller().org_id, tag_id, name_of(name, "a tag"))


@area.endpoint("DELETE", _ONE, scope=Scope.WRITE, query=RemovalQuery, status=HTTPStatus.NO_CONTENT)
def delete(tag_id: int, force: bool) -> None:
    """No contact carries the tag any more; refused while saved segments ask for it, unless `force` says so."""
    org_id = caller().org_id
    with service().writing() as db:
        if not force:
            refuse_used(db, org_id, "The tag", without_tag(tag_id))
        named.remove(db, tables.tags, org_id, tag_id)
