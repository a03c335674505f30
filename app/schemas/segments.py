"""Saved segments."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.schemas.base import Fault, Instant, Name, Strict
from app.schemas.questions import Tree

MOST_IN_PAGE = 100


class SegmentRequest(Strict):
    name = Name(required=True)
    description = fields.String(load_default="", validate=validate.Length(max=2_000))
    tree = Tree(required=True)


class SegmentChange(Strict):
    """What is left out stays."""

    name = Name()
    description = fields.String(validate=validate.Length(max=2_000))
    tree = Tree()


class DuplicateRequest(Strict):
    name = Name(required=True)


class Segment(Schema):
    id = fields.Integer(required=True, attribute="segment.id")
    name = fields.String(required=True, attribute="segment.name")
    description = fields.String(required=True, attribute="segment.description")
    kind = fields.String(
        required=True,
        attribute="segment.kind",
        metadata={"enum": ["dynamic", "static"], "description": "By conditions, or a list of contacts."},
    )
    tree = Tree(
        required=True,
        allow_none=True,
        attribute="segment.tree",
        metadata={"description": "As it is kept, with tags by id; null for a static segment."},
    )
    version = fields.Integer(required=True, attribute="segment.version")
    sentence = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The condition in English; null where `errors` says why not."},
    )
    errors = fields.List(
        fields.Nested(Fault),
        required=True,
        metadata={"description": "What the definition names and is gone: until it is mended nothing is counted."},
    )
    created_at = Instant(required=True, attribute="segment.created_at")
    updated_at = Instant(required=True, attribute="segment.updated_at")


class ListQuery(Strict):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_IN_PAGE))
    cursor = fields.String(load_default=None, metadata={"description": "From the Link header of the page before."})


class SegmentList(Schema):
    segments = fields.List(fields.Nested(Segment), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The cursor of the next page."})
