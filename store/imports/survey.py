"""The first reading of a file: how many contacts it has, and what it holds beside the standard properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.fields import Custom
from mappings.index import OBJECTS
from mappings.text import fold
from store.imports.errors import ImportFileError
from store.imports.kinds import Kind, Observed
from store.imports.lines import Line
from store.imports.names import Names, slug

Place = tuple[str, str]
"""A custom field: contact or company, and its key."""


@dataclass(frozen=True, slots=True)
class NewField:
    """A custom field to be made; `name` is what the file calls it."""

    of: str
    key: str
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class NewOptions:
    """Options to be added to the list of a field."""

    of: str
    key: str
    options: tuple[str, ...]


class Survey:
    """What a file holds, line by line."""

    def __init__(self, fields: Iterable[Custom], *, textual: bool) -> None:
        """`fields`: the custom fields that there are; `textual`: the file can hold nothing but texts."""
        self._fields = {(field.object, field.key): field for field in fields}
        self._names = {of: Names(of, {key for owner, key in self._fields if owner == of}) for of in OBJECTS}
        self._observed: dict[Place, Observed] = {}
        self._called: dict[Place, str] = {}
        self._textual = textual
        self.contacts = 0
        self.fault: Line | None = None  # the first line that holds no contact

    def add(self, line: Line) -> None:
        """One more line."""
        if line.item is None:
            self.fault = self.fault or line
            return
        self.contacts += 1
        for of, name, value in self._custom_values(line.item):
            self._observe(of, name, value)

    def rename(self, item: dict[str, Any]) -> None:
        """Call everything in a contact what it is called here; changes `item`."""
        names = self._names["contact"]
        for part, resolve in (("properties", names.property), ("custom", names.custom)):
            if isinstance(item.get(part), dict):
                item[part] = {resolve(name).key: value for name, value in item[part].items()}
        company = item.get("company")
        if isinstance(company, dict):
            names = self._names["company"]
            item["company"] = {names.property(name).key: value for name, value in company.items()}
            if isinstance(company.get("custom"), dict):
                custom = {names.custom(name).key: value for name, value in company["custom"].items()}
                item["company"]["custom"] = custom

    def new_fields(self, types: Mapping[tuple[str, str], str]) -> list[NewField]:
        """The fields that the file needs and there are not, each of the type given or the narrowest that fits.

        `types`: by contact or company, and by the field's key or what the file calls it.

        Raises ImportFileError for a given type that contradicts a field there is, or of which the file knows nothing.
        """
        for names in self._names.values():
            names.refuse_shared()
        given = {self._place(of, name): type_ for (of, name), type_ in types.items()}
        for (of, key), type_ in given.items():
            self._check(of, key, type_)
        return [
            NewField(*place, self._called[place], one.as_type(given[place]) if place in given else one.kind())
            for place, one in self._observed.items()
            if place not in self._fields
        ]

    def new_options(self) -> list[NewOptions]:
        """What the file holds for lists to choose from and these lists lack."""
        found = []
        for place, field in self._fields.items():
            if field.options and place in self._observed:
                known = set(map(fold, field.options))
                lacking = tuple(one for one in self._observed[place].options if fold(one.strip()) not in known)
                if lacking:
                    found.append(NewOptions(*place, lacking))
        return found

    def _place(self, of: str, name: str) -> Place:
        return (of, name) if (of, name) in self._observed else (of, slug(name))

    def _check(self, of: str, key: str, type_: str) -> None:
        field = self._fields.get((of, key))
        if field is not None and field.type.name != type_:
            raise ImportFileError(f"the field {key} is a {field.type.name} already", f"leave out {key}={type_}")
        if (of, key) not in self._observed:
            raise ImportFileError(f"the file has nothing for a {of}'s field {key}", f"leave out {key}={type_}")

    def _custom_values(self, item: Mapping[str, Any]) -> Iterator[tuple[str, str, object]]:
        """What belongs to custom fields: of contact or company, the key, the value."""
        company = item.get("company")
        for of, part in (("contact", item.get("properties")), ("company", company)):
            if isinstance(part, dict):
                for name, value in part.items():
                    resolved = self._names[of].property(name)
                    if not resolved.is_standard:
                        self._called.setdefault((of, resolved.key), name)
                        yield of, resolved.key, value
        for of, part in (("contact", item), ("company", company)):
            custom = part.get("custom") if isinstance(part, dict) else None
            if isinstance(custom, dict):
                for name, value in custom.items():
                    key = self._names[of].custom(name).key
                    self._called.setdefault((of, key), name)
                    yield of, key, value

    def _observe(self, of: str, key: str, value: object) -> None:
        if (observed := self._observed.get((of, key))) is None:
            observed = self._observed[of, key] = Observed(textual=self._textual)
        observed.add(value)
