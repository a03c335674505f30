"""What a file calls things, and what they are called here."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection
from dataclasses import dataclass

from store.imports.errors import ImportFileError
from store.items import contacts, properties

_LONGEST = 63


def slug(name: str) -> str:
    """A key made of a name: "Favourite colour?" becomes favourite_colour."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST]
    if not key:
        return f"field_{zlib.crc32(name.encode()):08x}"  # of a script without a Latin form; the same in every run
    return key if key[0].isalpha() else f"field_{key}"[:_LONGEST]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name of the file stands for: a standard property, or the custom field with that key."""

    key: str
    is_standard: bool


class Names:
    """Resolves the names that a file uses for the properties of contacts, or of companies."""

    def __init__(self, of: str, fields: Collection[str]) -> None:
        """`fields`: the keys of the custom fields that there are."""
        self._of = of
        self._standard = properties.names(of).keys()
        self._kept = frozenset(contacts.KEYS) if of == "contact" else frozenset(("external_id", "custom"))
        self._fields = fields
        self._property: dict[str, Resolved] = {}
        self._custom: dict[str, Resolved] = {}

    def property(self, name: str) -> Resolved:
        """What a name among the properties stands for."""
        if (found := self._property.get(name)) is None:
            found = self._property[name] = self._resolve(name)
        return found

    def custom(self, name: str) -> Resolved:
        """What a name among the custom values stands for."""
        if (found := self._custom.get(name)) is None:
            found = self._custom[name] = Resolved(name if name in self._fields else slug(name), is_standard=False)
        return found

    def refuse_shared(self) -> None:
        """Raises ImportFileError where two names of the file stand for one thing."""
        names: dict[Resolved, str] = {}
        for name, resolved in (*self._property.items(), *self._custom.items()):
            if names.setdefault(resolved, name) != name:
                raise ImportFileError(
                    f"{names[resolved]!r} and {name!r} would both be the {self._of}'s {resolved.key}",
                    "rename one of them in the file",
                )

    def _resolve(self, name: str) -> Resolved:
        if name in self._standard or name in self._kept:
            return Resolved(name, is_standard=True)
        if name in self._fields:
            return Resolved(name, is_standard=False)
        key = slug(name)
        return Resolved(key, is_standard=key in self._standard)
