"""How the service and its index are."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.schemas.base import Freshness, Instant


class Built(Schema):
    """An index that workers write to."""

    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["building", "live", "retired"]})
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)


class RefusedContact(Schema):
    """Tried again later and later, and at once when the contact or an index changes."""

    contact_id = fields.Integer(required=True)
    reason = fields.String(required=True)
    attempts = fields.Integer(required=True, metadata={"description": "In a row, since the last change."})
    next_try = Instant(required=True, allow_none=True, metadata={"description": "Null while a worker is at it."})


class IndexState(Freshness):
    refused = fields.Integer(required=True, metadata={"description": "Contacts that the index refuses."})
    refusals = fields.List(
        fields.Nested(RefusedContact), required=True, metadata={"description": "The first 100 of them by id."}
    )
    indices = fields.List(
        fields.Nested(Built), required=True, metadata={"description": "More than one while a rebuild runs."}
    )


class Started(Schema):
    job = fields.String(required=True)


class Health(Schema):
    status = fields.String(required=True)


class Readiness(Schema):
    ready = fields.Boolean(required=True)
    parts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
