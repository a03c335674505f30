"""The properties of a contact or company: standard ones by name or alias, custom ones by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mappings.fields import Custom
from mappings.standard import STANDARD
from mappings.types import FieldType
from store.items import values
from store.items.problems import Problems, escaped
from store.items.values import MOST_TEXT, Read

Coerce = Callable[[FieldType, object], object]
"""Makes of a value as a file holds it what the field's type reads; raises ValueError."""

# Set by the database where nothing is said, so that they cannot be taken away.
_ALWAYS_SET = ("created_at", "updated_at")


def names(of: str) -> dict[str, str]:
    """The standard properties of contacts or companies: every name and alias -> column."""
    found: dict[str, str] = {}
    for one in STANDARD:
        if one.object == of and one.key != "external_id":
            found |= dict.fromkeys((one.key, *one.aliases), one.key)
    return found


class PropertyReader:
    """Reads the properties of contacts, or of companies, of one organisation."""

    def __init__(self, of: str, custom: Iterable[Custom], coerce: Coerce | None = None) -> None:
        kinds = {one.key: one.type for one in STANDARD if one.object == of}
        self._columns = names(of)
        self._standard = {
            column: _limited(_coerced(kinds[column].load, kinds[column], coerce)) for column in self._columns.values()
        }
        self._custom = {
            field.key: _limited(_coerced(values.of_custom(field), field.type, coerce))
            for field in custom
            if field.object == of
        }

    def read(
        self, named: object, pointer: str, keyed: object, keyed_pointer: str, problems: Problems
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The new values of columns and of custom fields, from properties by any name and custom fields by key."""
        patch, custom = self.read_named(named, pointer, problems)
        given = self._read_keyed(keyed, keyed_pointer, problems)
        for key in custom.keys() & given.keys():
            problems.add(f"{keyed_pointer}/{escaped(key)}", "twice", f"{key} is given twice")
        return patch, custom | given

    def read_named(self, raw: object, pointer: str, problems: Problems) -> tuple[dict[str, Any], dict[str, Any]]:
        """The new values of columns and of custom fields; a name that is neither is a problem."""
        patch: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        for name, written in entries(raw, pointer, problems):
            column = self._columns.get(name)
            if column in patch:
                problems.add(f"{pointer}/{escaped(name)}", "twice", f"{column} is given twice")
            elif column is not None:
                patch[column] = self._value(self._standard[column], written, pointer, name, problems)
            elif name in self._custom:
                custom[name] = self._value(self._custom[name], written, pointer, name, problems)
            else:
                detail = f"{name!r} is no property and no custom field: create the field first"
                problems.add(f"{pointer}/{escaped(name)}", "unknown", detail)
        for column in _ALWAYS_SET:
            if patch.get(column, "") is None:
                del patch[column]
        return patch, custom

    def _read_keyed(self, raw: object, pointer: str, problems: Problems) -> dict[str, Any]:
        custom = {}
        for key, written in entries(raw, pointer, problems):
            if key in self._custom:
                custom[key] = self._value(self._custom[key], written, pointer, key, problems)
            else:
                detail = f"there is no custom field {key!r}: create it first"
                problems.add(f"{pointer}/{escaped(key)}", "unknown", detail)
        return custom

    @staticmethod
    def _value(read: Read, written: object, pointer: str, name: str, problems: Problems) -> Any:
        try:
            return read(written)
        except ValueError as error:
            problems.add(f"{pointer}/{escaped(name)}", "value", str(error))
            return None


def entries(raw: object, pointer: str, problems: Problems) -> Iterable[tuple[str, object]]:
    """The keys and values of a JSON object; anything else is a problem."""
    if raw is None:
        return ()
    if not isinstance(raw, Mapping):
        problems.add(pointer, "type", f"expected an object, not {type(raw).__name__}")
        return ()
    return raw.items()


def _coerced(read: Read, kind: FieldType, coerce: Coerce | None) -> Read:
    return read if coerce is None else lambda raw: read(coerce(kind, raw))


def _limited(read: Read) -> Read:
    def limited(raw: object) -> Any:
        if isinstance(raw, str) and len(raw) > MOST_TEXT:
            raise ValueError(f"a text of {len(raw):,} characters; {MOST_TEXT:,} is the most")
        return read(raw)

    return limited
