"""What every schema shares: strictness, the problem document, instants, the receipt of an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_dump, validate

from mappings.types.dates import parse_instant

MOST_WAITED = 30.0  # seconds that a request may wait for the index; a client that needs more asks again
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # of events, and so of questions about them


class Strict(Schema):
    """A schema of requests: what it does not name is refused."""

    error_messages = {"type": "expected an object"}  # noqa: RUF012  # marshmallow declares it so

    class Meta:
        unknown = RAISE


class Instant(fields.DateTime):
    """RFC 3339 in UTC. An instant without an offset is refused: whose clock was meant?"""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            instant = parse_instant(value)
        except ValueError as error:
            hint = "; in a query, + is written %2B" if " " in str(value) else ""
            raise ValidationError(f"{error}{hint}") from None
        if instant < EARLIEST:
            raise ValidationError("Nothing happened before 1970.")
        return instant


class Name(fields.String):
    """A name that people read: 1 to 200 characters, without control characters or blanks around it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            validate=[
                validate.Length(1, 200),
                validate.Regexp(r"^[^\x00-\x1f\x7f]*\Z", error="A name has no control characters."),
            ],
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text.strip()


class Fault(Schema):
    """One fault, with its place."""

    pointer = fields.String(
        required=True,
        metadata={"description": "A JSON pointer into the body (#/tree/rules/0/value) or a query parameter (?limit)."},
    )
    code = fields.String(required=True, metadata={"description": "For programs."})
    detail = fields.String(required=True, metadata={"description": "For people."})
    allowed = fields.List(fields.String(), metadata={"description": "What would be accepted, where that is a list."})

    @post_dump
    def leave_out_what_is_no_list(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {key: value for key, value in shown.items() if value is not None}


class ProblemDocument(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(Fault), required=True)


class Freshness(Schema):
    """How far the index is behind."""

    pending = fields.Integer(
        required=True, metadata={"description": "Contacts whose latest change the index has still to apply."}
    )
    exact = fields.Boolean(
        required=True, metadata={"description": "False where there are more than `pending`: it counts to 10,000."}
    )
    lag_seconds = fields.Float(required=True, metadata={"description": "Age of the oldest of those changes."})


class WriteReceipt(Schema):
    """How to read what was written, and how far the index was behind when it was, this write included."""

    write_token = fields.String(required=True, metadata={"description": "For `wait_for`."})
    index = fields.Nested(Freshness, required=True)


class WaitQuery(Strict):
    """Of endpoints that read the index: `wait_for` is heeded before they are asked (app/api/area.py)."""

    wait_for = fields.String(
        load_default=None,
        metadata={"description": "A write token: the answer has what was written by the request that gave it."},
    )
    timeout = fields.Float(
        load_default=5.0,
        validate=validate.Range(0, MOST_WAITED),
        metadata={"description": "How many seconds to wait for that; then it is 503."},
    )


class Receipt(Schema):
    """What an answer is worth: when, of what definition, of which query, over how fresh an index."""

    as_of = Instant(required=True, metadata={"description": "The one instant that every rule was evaluated at."})
    definition_version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the saved segment; null for an unsaved tree."}
    )
    query_hash = fields.String(required=True, metadata={"description": "The same for the same query."})
    index = fields.Nested(Freshness, required=True)
    ignored = fields.List(
        fields.String(), required=True, metadata={"description": "Pointers of muted rules, which were left out."}
    )
