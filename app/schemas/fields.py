"""The catalogue: all that a builder of conditions needs to know."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.schemas.base import WaitQuery

MOST_VALUES = 100  # a list to choose from


class Option(Schema):
    id = fields.Raw(required=True, metadata={"type": ["integer", "string"]})
    label = fields.String(required=True)


class Operator(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)
    negative = fields.Boolean(
        required=True, metadata={"description": "True on missing values, unless includeMissing is false."}
    )
    value = fields.Dict(required=True, metadata={"description": "JSON Schema of the rule's value."})


class Field(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)
    group = fields.String(required=True)
    type = fields.String(required=True)
    operators = fields.List(fields.Nested(Operator), required=True)
    options = fields.List(
        fields.Nested(Option),
        required=True,
        allow_none=True,
        metadata={"description": "What may be chosen; null where any value may."},
    )
    unavailable = fields.String(
        required=True, allow_none=True, metadata={"description": "Why a condition on it is refused at the moment."}
    )
    column = fields.Boolean(required=True, metadata={"description": "Whether it can be shown beside members."})


class Catalogue(Schema):
    time_zone = fields.String(required=True)
    week_start = fields.Integer(required=True, metadata={"description": "1 is Monday, 7 Sunday."})
    fields_ = fields.List(fields.Nested(Field), required=True, data_key="fields", attribute="fields")


class SchemaOfTrees(Schema):
    """A JSON Schema (2020-12)."""

    dialect = fields.String(required=True, data_key="$schema", attribute="$schema")
    title = fields.String(required=True)
    comment = fields.String(
        required=True,
        data_key="$comment",
        attribute="$comment",
        metadata={"description": "What a schema cannot say and trees are held to all the same."},
    )
    all_of = fields.List(fields.Dict(), required=True, data_key="allOf", attribute="allOf")
    defs = fields.Dict(required=True, data_key="$defs", attribute="$defs")


class ValuesQuery(WaitQuery):
    q = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Only values that contain this, whatever the case."},
    )
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_VALUES))


class Value(Schema):
    value = fields.Raw(required=True, metadata={"type": ["integer", "string"], "description": "For a rule's value."})
    label = fields.String(required=True)
    contacts = fields.Integer(required=True, metadata={"description": "How many have it."})


class Values(Schema):
    values = fields.List(fields.Nested(Value), required=True)
