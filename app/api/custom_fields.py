"""Custom fields of contacts and companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from app.api.area import Area
from app.auth import caller
from app.schemas.setup import (
    CustomField,
    CustomFieldRequest,
    CustomFields,
    LabelRequest,
    OptionsRequest,
    RemovalQuery,
)
from app.service import service
from app.uses import refuse_used, without_field
from mappings.fields import Custom
from store import custom_fields
from store.tokens import Scope

area = Area("custom fields", __name__, description="Fields that an organisation adds.")

_ONE = "/custom-fields/<any(contact, company):object>/<key>"


@area.endpoint("GET", "/custom-fields", scope=Scope.READ, answer=CustomFields)
def all_of() -> Mapping[str, Any]:
    """The organisation's custom fields, oldest first."""
    with service().reading() as db:
        return {"custom_fields": custom_fields.all_of(db, caller().org_id)}


@area.endpoint(
    "POST",
    "/custom-fields",
    scope=Scope.WRITE,
    body=CustomFieldRequest,
    answer=CustomField,
    status=HTTPStatus.CREATED,
)
def create(object: str, key: str, label: str | None, type: str, options: Sequence[str]) -> Custom:  # noqa: A002
    """Add a field."""
    with service().writing() as db:
        return custom_fields.create(db, caller().org_id, object, key, label, type, options)


@area.endpoint("POST", f"{_ONE}/options", scope=Scope.WRITE, body=OptionsRequest, status=HTTPStatus.NO_CONTENT)
def add_options(object: str, key: str, options: Sequence[str]) -> None:  # noqa: A002
    """More values to choose from."""
    with service().writing() as db:
        custom_fields.add_options(db, caller().org_id, object, key, options)


@area.endpoint("PATCH", _ONE, scope=Scope.WRITE, body=LabelRequest, answer=CustomField)
def relabel(object: str, key: str, label: str) -> Custom:  # noqa: A002
    """Another label for the field; conditions and values know it by its key."""
    with service().writing() as db:
        return custom_fields.relabel(db, caller().org_id, object, key, label)


@area.endpoint("DELETE", _ONE, scope=Scope.WRITE, query=RemovalQuery, status=HTTPStatus.NO_CONTENT)
def delete(object: str, key: str, force: bool) -> None:  # noqa: A002
    """The field and all its values are gone; refused while saved segments ask about it, unless `force` says so."""
    org_id = caller().org_id
    with service().writing() as db:
        name = custom_fields.get(db, org_id, object, key).name
        if not force:
            refuse_used(db, org_id, f"The field {name!r}", without_field(name))
        custom_fields.remove(db, org_id, object, key)
