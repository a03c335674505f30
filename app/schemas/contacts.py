"""Contact data: written in batches, with an outcome for each item."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.schemas.base import Fault, Strict, WriteReceipt

MOST_ITEMS = 1_000  # one transaction, one answer


def _items(described: str) -> fields.Field[list[object]]:
    return fields.List(
        fields.Raw(metadata={"type": "object"}),
        required=True,
        validate=validate.Length(1, MOST_ITEMS),
        metadata={"description": described},
    )


class ContactsBatch(Strict):
    contacts = _items(
        "Each {external_id, properties, custom, tags, company, channels, owner, team}, as in an import; what a contact "
        "does not name stays as it is."
    )


class CompaniesBatch(Strict):
    companies = _items("Each {external_id, name, domain, industry, size, country, city, custom}.")


class EventsBatch(Strict):
    events = _items(
        "Each {contact, id, type, at, amount, currency, channel, ...properties}; a repeated id is one event."
    )


class Outcome(Schema):
    index = fields.Integer(required=True, metadata={"description": "The item's place in the request, from 0."})
    id = fields.Integer(required=True, allow_none=True, metadata={"description": "Null for a refused item."})
    status = fields.String(required=True, validate=validate.OneOf(["created", "updated", "unchanged", "refused"]))
    errors = fields.List(fields.Nested(Fault), required=True, attribute="problems")


class Outcomes(Schema):
    """The refused items are left out; all others are written."""

    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    outcomes = fields.List(fields.Nested(Outcome), required=True)
    receipt = fields.Nested(WriteReceipt, required=True)


class Contact(Schema):
    """A contact as it is stored; what it does not have is null."""

    id = fields.Integer(required=True)
    external_id = fields.String(required=True)
    properties = fields.Dict(required=True)
    custom = fields.Dict(required=True)
    tags = fields.List(fields.String(), required=True)
    channels = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "By key: its state."}
    )
    company = fields.Dict(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True, metadata={"description": "By e-mail address."})
    team = fields.String(required=True, allow_none=True)


class ContactsQuery(Strict):
    external_id = fields.String(required=True, validate=validate.Length(1), metadata={"description": "Verbatim."})


class Contacts(Schema):
    contacts = fields.List(fields.Nested(Contact), required=True)
