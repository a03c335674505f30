"""Conditions on one event: what a declared behaviour narrows its event type by.

The tree is the language's own, over the fields `amount`, `channel` and `properties.<key>`. All rules speak of the same
event, which is what independent conditions on a contact cannot say. A property has no declared type: it takes that
of the values it is compared with, and an event whose property is of another type has no value there. One that is
compared with nothing (`null`, `notNull`) may have a value of any type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings import types
from mappings.fields import Catalogue, Field, Named, Option
from mappings.types import FieldType
from mappings.types.base import is_missing
from mappings.types.texts import Text
from segments.conditions import Condition
from segments.evaluate import evaluate
from segments.limits import Limits
from segments.moment import Moment
from segments.parse import parse

_PROPERTY = "properties."
_EVER = Moment(datetime(1970, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))  # no rule here depends on the time


@dataclass(frozen=True, slots=True)
class EventCondition:
    """A condition on one event; `tree` is the JSON to keep."""

    condition: Condition
    tree: Mapping[str, Any]
    _properties: Mapping[str, Field]

    def holds(self, *, amount: int | None, channel: int | None, properties: Mapping[str, object]) -> bool:
        """Whether the event meets it; `amount` in minor units, `channel` by id."""
        values = {field.path: _fitting(properties.get(key), field.type) for key, field in self._properties.items()}
        document = values | {"amount": None if amount is None else amount / 100, "channel": channel}
        return evaluate(self.condition, document, _EVER)


def parse_event_condition(tree: object, channels: Iterable[Named]) -> EventCondition:
    """The condition on one event that the JSON `tree` describes.

    Raises:
        ConditionError: with every problem of the tree.
    """
    properties = dict(_properties(tree))
    options = tuple(Option(channel.id, channel.name) for channel in channels)
    fields = (
        Field("amount", "Amount", "event", types.NUMBER, "amount"),
        Field("channel", "Channel", "event", types.CHOICE, "channel", options=options),
        *properties.values(),
    )
    parsed = parse(tree, Catalogue({field.name: field for field in fields}, ZoneInfo("UTC")), Limits())
    return EventCondition(parsed.condition, parsed.tree, properties)


def _properties(tree: object) -> Iterator[tuple[str, Field]]:
    values: dict[str, list[object]] = {}
    for key, value in _compared(tree, Limits().depth):
        values.setdefault(key, []).extend([] if is_missing(value) else [value])
    for place, (key, compared) in enumerate(values.items()):
        kind = _type_of(compared[0]) if compared else _ANYTHING
        # The path is a place of its own in the document of the event: the key itself may hold dots.
        yield key, Field(f"{_PROPERTY}{key}", key, "event", kind, f"property_{place}")


def _compared(tree: object, depth: int) -> Iterator[tuple[str, object]]:
    """What each property is compared with; rules that are muted or nested deeper than `parse` reads are left out."""
    if not isinstance(tree, dict) or tree.get("muted") is True or depth < 0:
        return
    name, rules = tree.get("field"), tree.get("rules")
    if isinstance(name, str) and name.startswith(_PROPERTY) and name != _PROPERTY:
        yield name.removeprefix(_PROPERTY), tree.get("value")
    for rule in rules if isinstance(rules, list) else ():
        yield from _compared(rule, depth - 1)


class _Anything(Text):
    """A property that is only asked whether it is there."""

    def load(self, raw: object) -> str | None:
        return None if is_missing(raw) else "there"


_ANYTHING = _Anything()


def _type_of(value: object) -> FieldType:
    match value[0] if isinstance(value, list) else value:
        case bool():
            return types.BOOLEAN
        case int() | float():
            return types.NUMBER
        case _:
            return types.TEXT


def _fitting(value: object, kind: FieldType) -> object:
    try:
        return kind.load(value)
    except ValueError:
        return None
