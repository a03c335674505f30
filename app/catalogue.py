"""What conditions can ask of an organisation's contacts, as a builder is shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from app.audience import Audience, can_be_shown
from app.errors import Refusal, missing
from app.questions import limits
from app.service import service
from mappings.fields import Catalogue, Field, Option
from mappings.text import fold
from mappings.types import Trait
from segments import operators_of
from segments.operators import Negation, Operator
from segments.schema import tree_schema
from store import catalogue as catalogues
from store import indices

_LISTED = (Trait.TEXT, Trait.CHOICE, Trait.SET)


@dataclass(frozen=True, slots=True)
class Value:
    """A value that can be chosen, and how many contacts have it."""

    value: int | str
    label: str
    contacts: int


def offered(org_id: int) -> Mapping[str, Any]:
    """What schemas.Catalogue shows."""
    with service().reading() as db:
        catalogue = catalogues.load(db, org_id)
    fields = [_field(field) for field in catalogue]
    return {"time_zone": catalogue.time_zone.key, "week_start": catalogue.week_start, "fields": fields}


def schema(org_id: int) -> Mapping[str, Any]:
    """The JSON Schema of the organisation's trees."""
    with service().reading() as db:
        return tree_schema(catalogues.load(db, org_id), limits(service().settings))


def _field(field: Field) -> Mapping[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "group": field.group,
        "type": field.type.name,
        "operators": [_operator(operator, field) for operator in operators_of(field)],
        "options": field.options,
        "unavailable": field.unavailable,
        "column": can_be_shown(field),
    }


def _operator(operator: Operator[Any], field: Field) -> Mapping[str, Any]:
    return {
        "name": operator.name,
        "label": operator.phrase,
        "negative": isinstance(operator, Negation),
        "value": operator.shape.schema(field, limits(service().settings)),
    }


def values(org_id: int, name: str, containing: str, limit: int) -> tuple[Value, ...]:
    """Values of the field that contain the text: its options, or the most frequent that contacts have.

    Raises Refusal (404, 422).
    """
    with service().reading() as db:
        field = _listed(catalogues.load(db, org_id), name)
        index = indices.read_from(db, service().settings.index_prefix, org_id)
    audience = Audience(service().index.of(org_id, index))
    if field.options is None:
        found = audience.values(field, containing, limit)
        return tuple(Value(one.value, str(one.value), one.contacts) for one in found)
    options = [one for one in field.options if fold(containing) in fold(one.label)][:limit]
    return _counted(audience, field, options)


def _listed(catalogue: Catalogue, name: str) -> Field:
    field = catalogue.get(name)
    if field is None:
        raise missing(f"The field {name!r}")
    if field.code is not None or field.type.trait not in _LISTED:
        detail = f"{field.label} is a {field.type.name}: its values are not listed"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, detail, "ask for a text, a choice or a set")
    return field


def _counted(audience: Audience, field: Field, options: list[Option]) -> tuple[Value, ...]:
    counts = audience.counts([{"term": {field.path: one.id}} for one in options]) if options else []
    return tuple(Value(one.id, one.label, count) for one, count in zip(options, counts, strict=True))
