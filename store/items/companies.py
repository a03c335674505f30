"""Companies as clients write them: {"external_id", "name", "domain", ..., "custom": {...}}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mappings.fields import Custom
from mappings.types.base import is_missing
from store.items.problems import Problems
from store.items.properties import Coerce, PropertyReader
from store.items.rows import CompanyRow
from store.texts import external_id_of

_OWN = ("external_id", "custom")


class CompanyReader:
    """Reads the companies of one organisation."""

    def __init__(self, custom: Iterable[Custom], coerce: Coerce | None = None) -> None:
        self._properties = PropertyReader("company", custom, coerce)

    def read(self, raw: object, pointer: str, problems: Problems) -> CompanyRow | None:
        """The company, known by its external id or else by its name; or None and at least one problem."""
        if not isinstance(raw, Mapping):
            problems.add(pointer, "type", f"expected an object, not {type(raw).__name__}")
            return None
        flat = {key: value for key, value in raw.items() if key not in _OWN}
        patch, custom = self._properties.read(flat, pointer, raw.get("custom"), f"{pointer}/custom", problems)
        written = raw.get("external_id")
        known_by = patch.get("name") if is_missing(written) else written
        if known_by is None:
            problems.add(pointer, "missing", "a company is known by its external_id or its name")
            return None
        external_id = problems.attempt(f"{pointer}/external_id", external_id_of, known_by)
        return None if external_id is None else CompanyRow(external_id, patch, custom)
