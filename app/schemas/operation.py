"""How the service and its index are."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.schemas.base import Freshness, Instant
from store.drift import Kind


class Built(Schema):
    """An index that workers write to."""

    name = fields.String(required=True)
    own = fields.Boolean(required=True, metadata={"description": "Whether it holds this organisation alone."})
    state = fields.String(required=True, metadata={"enum": ["building", "live", "retired"]})
    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)
    fault = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What keeps it from being written, as the last check found, and what to do."},
    )


class RefusedContact(Schema):
    """Tried again later and later, and at once when the contact or an index changes."""

    contact_id = fields.Integer(required=True)
    reason = fields.String(required=True)
    attempts = fields.Integer(required=True, metadata={"description": "In a row, since the last change."})
    next_try = Instant(required=True, allow_none=True, metadata={"description": "Null while a worker is at it."})


class DriftFound(Schema):
    """Documents that were not as the database says. They were repaired as soon as they were found."""

    kind = fields.String(required=True, metadata={"enum": [str(kind) for kind in Kind]})
    found = fields.Integer(required=True, metadata={"description": "Since ever."})
    repaired = fields.Integer(required=True)
    examples = fields.List(fields.Integer(), required=True, metadata={"description": "Some of those found last."})
    fields_ = fields.List(
        fields.String(),
        required=True,
        data_key="fields",
        attribute="fields",
        metadata={"description": "That differed."},
    )
    found_at = Instant(required=True)


class Drift(Schema):
    """The check of the index against the database, which never ends."""

    checked_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When the last whole pass ended; null before the first."},
    )
    seconds = fields.Float(required=True, allow_none=True, metadata={"description": "How long that pass took."})
    documents = fields.Integer(required=True, allow_none=True, metadata={"description": "Compared in that pass."})
    rebuilt = fields.Integer(
        required=True, metadata={"description": "Documents built anew and compared field by field, since ever."}
    )
    found = fields.List(
        fields.Nested(DriftFound), required=True, metadata={"description": "Of this organisation, by kind."}
    )


class IndexState(Freshness):
    refused = fields.Integer(required=True, metadata={"description": "Contacts that the index refuses."})
    refusals = fields.List(
        fields.Nested(RefusedContact), required=True, metadata={"description": "The first 100 of them by id."}
    )
    indices = fields.List(
        fields.Nested(Built), required=True, metadata={"description": "More than one while a rebuild or a move runs."}
    )
    drift = fields.Nested(Drift, required=True)


class Started(Schema):
    job = fields.String(required=True)


class Health(Schema):
    status = fields.String(required=True)


class Readiness(Schema):
    ready = fields.Boolean(required=True)
    parts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
