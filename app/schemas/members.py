"""Lists of members, page by page."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.schemas.base import Receipt
from app.schemas.questions import Member, SampleQuery

MOST_IN_PAGE = 1_000  # contacts; what needs more asks for the stream


class MembersQuery(SampleQuery):
    class Meta(SampleQuery.Meta):
        exclude = ("size",)

    limit = fields.Integer(
        load_default=None,
        validate=validate.Range(1, MOST_IN_PAGE),
        metadata={"default": 100, "description": "Contacts in a page."},
    )
    cursor = fields.String(load_default=None, metadata={"description": "From the Link header of the page before."})


class Page(Schema):
    """The next page is at the Link header's rel="next"; without one this is the last."""

    members = fields.List(fields.Nested(Member), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "The cursor of the next page."})
    receipt = fields.Nested(Receipt, required=True)
