"""What an organisation sets up: tags, custom fields, event types, behaviours."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.schemas.base import Name, Strict
from app.schemas.questions import Tree
from mappings.index import OBJECTS
from mappings.types import CUSTOM_TYPES

_KEY = {"description": "A letter, then letters, digits, _ and -; 63 characters at most."}


class LabelRequest(Strict):
    label = Name(required=True)


class RemovalQuery(Strict):
    force = fields.Boolean(
        load_default=False,
        metadata={"description": "Although saved segments ask about it; without, that is refused with their names."},
    )


class TagRequest(Strict):
    name = Name(required=True)


class Tag(Schema):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class Tags(Schema):
    tags = fields.List(fields.Nested(Tag), required=True)


class CustomFieldRequest(Strict):
    object = fields.String(load_default="contact", validate=validate.OneOf(OBJECTS))
    key = fields.String(required=True, metadata=_KEY)
    label = Name(load_default=None, allow_none=True)
    type = fields.String(required=True, validate=validate.OneOf(list(CUSTOM_TYPES)))
    options = fields.List(Name(), load_default=[])


class OptionsRequest(Strict):
    options = fields.List(
        Name(), required=True, validate=validate.Length(1), metadata={"description": "To be added to the list."}
    )


class CustomField(Schema):
    object = fields.String(required=True, metadata={"enum": list(OBJECTS)})
    key = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.Function(lambda field: field.type.name, required=True, metadata={"type": "string"})
    options = fields.List(fields.String(), required=True)
    field = fields.String(
        required=True, attribute="name", metadata={"description": "Its name in conditions and columns."}
    )


class CustomFields(Schema):
    custom_fields = fields.List(fields.Nested(CustomField), required=True)


class EventTypeRequest(Strict):
    key = fields.String(required=True, metadata=_KEY)
    actor = fields.String(
        load_default=None,
        validate=validate.OneOf(["contact", "organisation"]),
        metadata={"description": "Who acts; left out, it follows from the key: what ends in _sent is our act."},
    )


class EventType(Schema):
    id = fields.Integer(required=True)
    key = fields.String(required=True)
    label = fields.String(required=True)
    actor = fields.String(required=True, metadata={"enum": ["contact", "organisation"]})


class EventTypes(Schema):
    event_types = fields.List(fields.Nested(EventType), required=True)


class BehaviourRequest(Strict):
    key = fields.String(required=True, metadata=_KEY)
    label = Name(load_default=None, allow_none=True)
    event_type = fields.String(required=True, metadata={"description": "Whose events it narrows."})
    condition = Tree(
        required=True,
        metadata={"description": "A tree over the fields amount, channel and properties.<key> of one event."},
    )


class Behaviour(Schema):
    key = fields.String(required=True, attribute="behaviour.key")
    label = fields.String(required=True, attribute="behaviour.label")
    field = fields.Function(lambda one: f"engagement.{one.behaviour.key}", required=True, metadata={"type": "string"})
    kind = fields.String(required=True, metadata={"enum": ["any", "channel", "event_type", "declared"]})
    event_type = fields.String(required=True, allow_none=True, metadata={"description": "Whose events it has."})
    condition = Tree(
        required=True, allow_none=True, metadata={"description": "Which of them, where it is declared; channels by id."}
    )
    unavailable = fields.String(
        required=True,
        allow_none=True,
        attribute="behaviour.unavailable",
        metadata={"description": "How far it is filled for past events; null when done."},
    )


class Behaviours(Schema):
    behaviours = fields.List(fields.Nested(Behaviour), required=True)
