"""What the name of a field stands for, over the contact `c` and its company `k`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.sql_voice.definitions import Behaviour, Definitions
from tests.sql_voice.engagement import DERIVED, Timeline
from tests.sql_voice.moments import Moment
from tests.sql_voice.occurrences import Occurrences
from tests.sql_voice.statement import Parameters, filled
from tests.sql_voice.values import Kind, Value

_CONTACTS = Path(__file__).parents[2] / "mappings" / "contacts.toml"

_OWN = {
    "contact_id": Value.single(Kind.NUMBER, "CAST(c.id AS double precision)"),
    "owner": Value.single(Kind.ID, "c.owner_id"),
    "team": Value.single(Kind.ID, "c.team_id"),
    "tags": Value.several(Kind.ID_SET, "ARRAY(SELECT tag_id FROM contact_tags WHERE contact_id = c.id)"),
    "channels": Value.several(
        Kind.ID_SET, "ARRAY(SELECT channel_id FROM contact_channels WHERE contact_id = c.id AND reachable)"
    ),
    "unsubscribed": Value.several(
        Kind.ID_SET, "ARRAY(SELECT channel_id FROM contact_channels WHERE contact_id = c.id AND unsubscribed)"
    ),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """Finds fields by name for one statement."""

    definitions: Definitions
    moment: Moment
    parameters: Parameters

    def find(self, name: str) -> Value | Timeline | None:
        """A value or a behaviour; None where there is no such field."""
        if name in _OWN:
            return _OWN[name]
        for prefix, owner, column in (("custom.", "contact", "c.custom"), ("company.custom.", "company", "k.custom")):
            if name.startswith(prefix):
                return self._custom(owner, column, name.removeprefix(prefix))
        if name.startswith("engagement."):
            return self._engagement(name.removeprefix("engagement."))
        return standard().get(name)

    def _custom(self, owner: str, column: str, key: str) -> Value | None:
        kind = self.definitions.custom_type(owner, key)
        if kind is None:
            return None
        bound = self.parameters.bind(key, "text")
        if kind == "multi-choice":
            return self._chosen(f"({column} -> {bound})")
        return _single(kind, f"nullif({column} ->> {bound}, '')")

    def _chosen(self, json: str) -> Value:
        listed = f"CASE WHEN jsonb_typeof({json}) = 'array' THEN {json} ELSE '[]' END"
        one = self.parameters.folded("one")
        texts = f"SELECT {one} FROM jsonb_array_elements_text({listed}) AS one WHERE one <> ''"
        return Value.several(Kind.TEXT_SET, f"ARRAY({texts})")

    def _engagement(self, name: str) -> Value | Timeline | None:
        own = self._timeline(name)
        key, _, suffix = name.rpartition(".")
        behind = self._timeline(key) if suffix in DERIVED else None
        if own and behind:
            raise LookupError(f"{name} is a behaviour, and a figure of the behaviour {key}")
        return behind.derived(suffix) if behind else own

    def _timeline(self, key: str) -> Timeline | None:
        behaviour = self.definitions.behaviour(key)
        return None if behaviour is None else Timeline(self._belongs(behaviour), behaviour.signed)

    def _belongs(self, behaviour: Behaviour) -> str:
        match behaviour.kind:
            case "any":
                return "t.actor = 'contact'"
            case "channel":
                channel = self.parameters.bind(behaviour.channel_id, "bigint")
                return f"t.actor = 'contact' AND e.channel_id = {channel}"
            case "event_type":
                return f"t.id = {self.parameters.bind(behaviour.event_type_id, 'bigint')}"
            case "declared":
                narrowed = Occurrences(self.definitions, self.moment, self.parameters).condition(behaviour.condition)
                return f"t.id = {self.parameters.bind(behaviour.event_type_id, 'bigint')} AND {narrowed}"
            case _:
                raise LookupError(f"a behaviour of the kind {behaviour.kind}")


@cache
def standard() -> dict[str, Value]:
    """The fields of contacts.toml."""
    found = {}
    entries: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(_CONTACTS.read_text(encoding="utf-8"))
    for owner, prefix, alias in (("contact", "", "c"), ("company", "company.", "k")):
        for key, entry in entries[owner].items():
            found[prefix + key] = _single(entry["type"], f"({entry.get('column', f'{alias}.{key}')})")
    return found


def _single(kind: str, sql: str) -> Value:
    """One value of a type that contacts.toml or a custom field names; `sql` gives it, or its text out of JSON."""
    match kind:
        case "text":
            return Value.single(Kind.TEXT, filled(sql))
        case "choice":
            return Value.single(Kind.CHOICE, filled(sql))
        case "number":
            return Value.single(Kind.NUMBER, f"CAST({sql} AS double precision)")
        case "boolean":
            return Value.single(Kind.BOOLEAN, f"CAST({sql} AS boolean)")
        case "date":
            return Value.single(Kind.DATE, f"CAST({sql} AS date)")
        case "datetime":
            return Value.single(Kind.DATETIME, f"date_trunc('milliseconds', CAST({sql} AS timestamptz))")
        case _:
            raise LookupError(f"a field of the type {kind}")
