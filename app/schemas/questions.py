"""Counting and sampling: a tree in, numbers and contacts out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from app.schemas.base import Fault, Instant, Receipt, Strict, WaitQuery

MOST_SHOWN = 100  # contacts beside a count; more are a page of members
MOST_COLUMNS = 50  # a table that people read


class Tree(fields.Raw):
    """A condition tree; read by the condition language itself, which refuses with pointers into it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {})
        super().__init__(
            metadata={
                "type": "object",
                "description": "A condition tree (docs/segments.md).",
                **kwargs.pop("metadata"),
            },
            **kwargs,
        )


def column_names(**kwargs: Any) -> fields.Field[Any]:
    """Names of the fields shown of each contact, in a body."""
    return fields.List(fields.String(), load_default=[], validate=validate.Length(max=MOST_COLUMNS), **kwargs)


class Member(Schema):
    """A contact: `id`, `external_id` and the columns asked for, by name; null where it has no value."""

    id = fields.Integer(required=True)
    external_id = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class PreviewRequest(Strict):
    tree = Tree(required=True)
    sample = fields.Integer(
        strict=True,
        load_default=10,
        validate=validate.Range(0, MOST_SHOWN),
        metadata={"description": "How many contacts to show."},
    )
    columns = column_names(metadata={"description": "Fields to show of each contact, as in GET /v1/fields."})
    funnel = fields.Boolean(
        load_default=False, metadata={"description": "Count each rule of the outermost group alone and cumulated."}
    )
    as_of = Instant(load_default=None, metadata={"description": "An earlier instant to evaluate at."})


class Remark(Schema):
    """What the author of a tree may not have meant; the tree is answered all the same."""

    pointer = fields.String(required=True, metadata={"description": "A JSON pointer to the rule or group."})
    code = fields.String(required=True, metadata={"description": "For programs (docs/segments.md lists them)."})
    detail = fields.String(required=True, metadata={"description": "For people."})
    related = fields.List(
        fields.String(), required=True, metadata={"description": "Pointers to other rules that it is about."}
    )


class Step(Schema):
    """One rule (or group) of the outermost group."""

    pointer = fields.String(required=True)
    sentence = fields.String(required=True)
    alone = fields.Integer(required=True)
    cumulated = fields.Integer(required=True, metadata={"description": "With all rules before it."})


class Preview(Schema):
    count = fields.Integer(required=True)
    sample = fields.List(fields.Nested(Member), required=True)
    sentence = fields.String(required=True)
    warnings = fields.List(fields.Nested(Remark), required=True)
    funnel = fields.List(fields.Nested(Step), required=True, allow_none=True)
    receipt = fields.Nested(Receipt, required=True)


class ValidateRequest(Strict):
    tree = Tree(required=True)


class Validation(Schema):
    """What is wrong with a tree, or what it says."""

    valid = fields.Boolean(required=True)
    errors = fields.List(fields.Nested(Fault), required=True)
    sentence = fields.String(required=True, allow_none=True)
    warnings = fields.List(
        fields.Nested(Remark), required=True, metadata={"description": "Those that need no look at the contacts."}
    )
    tree = Tree(required=True, allow_none=True, metadata={"description": "As it would be saved, with tags by id."})
    ignored = fields.List(fields.String(), required=True)


class CountQuery(WaitQuery):
    as_of = Instant(load_default=None)


class Count(Schema):
    count = fields.Integer(required=True)
    receipt = fields.Nested(Receipt, required=True)


class SampleQuery(CountQuery):
    size = fields.Integer(load_default=10, validate=validate.Range(1, MOST_SHOWN))
    columns = DelimitedList(
        fields.String(), load_default=[], validate=validate.Length(max=MOST_COLUMNS), metadata={"default": []}
    )


class Sample(Schema):
    sample = fields.List(fields.Nested(Member), required=True)
    receipt = fields.Nested(Receipt, required=True)
