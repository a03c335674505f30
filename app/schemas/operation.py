"""How the service and its index are."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.schemas.base import Instant


class Built(Schema):
    """An index that workers write to."""

    name = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": ["building", "live", "retired"]})
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)


class IndexState(Schema):
    pending = fields.Integer(
        required=True, metadata={"description": "Contacts whose latest change is not indexed yet."}
    )
    lag_seconds = fields.Float(required=True, metadata={"description": "Age of the oldest of those changes."})
    refused = fields.Integer(required=True, metadata={"description": "Contacts that the index refused; tried again."})
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
