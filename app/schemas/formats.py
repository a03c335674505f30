"""Segments of other products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import Schema, ValidationError, fields, post_load

from app.schemas.base import Strict
from app.schemas.questions import Tree
from segments.formats import UNKNOWN, Account, Fidelity

_FIDELITIES = [one.value for one in Fidelity]


class Format(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)
    writes = fields.Boolean(required=True, metadata={"description": "Whether trees can be written in it, too."})


class Formats(Schema):
    formats = fields.List(fields.Nested(Format), required=True)


class TimeZone(fields.String):
    """The name of a time zone, like Europe/Berlin."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # a ZoneInfo, not a text
        name = super()._deserialize(value, attr, data, **kwargs)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError("There is no such time zone: give a name like Europe/Berlin.") from None


class OptionOf(fields.Raw):
    """An option here, by its name or number."""

    def __init__(self) -> None:
        super().__init__(metadata={"type": ["string", "integer"]})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) or type(value) is int:
            return value
        raise ValidationError("Give an option by its name or number.")


class ByName(fields.Dict):
    """A JSON object whose keys are names of the other product; faults have their places in it."""

    def __init__(self, values: fields.Field[Any], description: str | None = None, named: str | None = None) -> None:
        super().__init__(
            keys=fields.String(),
            values=values,
            load_default=dict,
            data_key=named,
            attribute=named,
            metadata={"description": description} if description else {},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if isinstance(error.messages, list):
                raise
            raise ValidationError({name: one["value"] for name, one in error.messages.items()}) from None


class AccountOf(Strict):
    """What is known of the other product's account; a document refers to things that it does not contain."""

    fields_ = ByName(fields.String(), "Its properties, as fields here: {plan_tier: custom.plan}.", named="fields")
    events = ByName(fields.String(), "Its event types and metrics, as behaviours here: {Xy12Zs: purchase}.")
    values = ByName(ByName(OptionOf()), "Its values, as options here, by the field here: {tags: {7: VIP}}.")
    time_zone = TimeZone(
        load_default=None,
        allow_none=True,
        metadata={"description": "Where its days begin; the organisation's is assumed unless this is known."},
    )
    text_alike = fields.Boolean(
        load_default=False,
        metadata={"description": "Its texts compare as here: without regard to case, with regard to accents."},
    )

    @post_load
    def made(self, known: Mapping[str, Any], **kwargs: Any) -> Account:
        """The account itself."""
        return Account(**known)


class _Request(Strict):
    account = fields.Nested(AccountOf, load_default=lambda: UNKNOWN)
    exact = fields.Boolean(load_default=False, metadata={"description": "Refuse what could only be approximated."})


class ReadRequest(_Request):
    document = fields.Raw(required=True, metadata={"description": "As the other product writes it (docs/formats.md)."})


class WriteRequest(_Request):
    tree = Tree(required=True)


class Finding(Schema):
    """What became of one condition."""

    pointer = fields.String(required=True, metadata={"description": "Its place in the request."})
    fidelity = fields.String(required=True, metadata={"enum": _FIDELITIES})
    detail = fields.String(
        required=True, metadata={"description": "The rule in words, with what is in doubt; or why it is refused."}
    )


class Counts(Schema):
    exact = fields.Integer(required=True)
    approximated = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class _Report(Schema):
    fidelity = fields.String(
        required=True,
        metadata={
            "enum": _FIDELITIES,
            "description": "Of the whole. exact: the same audience. approximated: nothing is left out, but some "
            "conditions only come near. refused: something cannot be said, and so there is no result.",
        },
    )
    counts = fields.Nested(Counts, required=True, metadata={"description": "Conditions by what became of them."})
    findings = fields.List(fields.Nested(Finding), required=True)


class ReadDocument(_Report):
    tree = Tree(required=True, allow_none=True, metadata={"description": "As it would be saved; null where refused."})
    sentence = fields.String(required=True, allow_none=True)


class WrittenDocument(_Report):
    document = fields.Raw(required=True, allow_none=True, metadata={"description": "Null where refused."})
