"""The fields shown of a contact: what is asked of the index, and how a hit is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mappings.fields import Field
from mappings.types import Trait


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of an audience; `values` by field name, None where the contact has none."""

    id: int
    external_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Columns:
    """Fields whose values documents keep as they were given; tags and the like are shown by name."""

    fields: tuple[Field, ...] = ()
    _names: Mapping[str, Mapping[Any, str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {one.name: {option.id: option.label for option in one.options or ()} for one in self.fields}
        object.__setattr__(self, "_names", names)

    @property
    def source(self) -> list[str]:
        """What of the document is asked for. Not doc values: they hold text in lower case."""
        return ["external_id", *(one.path for one in self.fields)]

    def member(self, hit: Mapping[str, Any]) -> Member:
        """The contact of a hit."""
        document = hit["_source"]
        values = {one.name: self._shown(one, value_at(document, one.path)) for one in self.fields}
        return Member(int(hit["_id"]), document["external_id"], values)

    def _shown(self, shown: Field, value: Any) -> Any:
        names = self._names[shown.name]
        if isinstance(value, list):
            return [names.get(one, one) for one in value]
        return names.get(value, value) if names else value


def can_be_shown(one: Field) -> bool:
    """Whether documents keep the field readably; timelines are packed and left out of what can be read."""
    return one.code is None and one.type.trait not in (Trait.BEHAVIOUR, Trait.REFERENCE)


def value_at(document: Mapping[str, Any], path: str) -> Any:
    """What the document has at a dotted path; None where it has nothing."""
    value: Any = document
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value
