"""What an organisation defined, read from its rows: fields, behaviours, channels, segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A kind of engagement; `condition` is the tree over one event that a declared one has."""

    kind: str
    event_type_id: int | None
    channel_id: int | None
    condition: Any
    signed: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved segment; `tree` is None for a static one."""

    id: int
    tree: Any


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of one organisation. What it does not have is None."""

    db: Connection
    org_id: int

    def collation(self) -> str:
        """The collation whose lower case is the simple one: of PostgreSQL's own, or before 17 of the system's."""
        found = self._one("SELECT 1 FROM pg_collation WHERE collname = 'pg_c_utf8'")
        return "pg_c_utf8" if found else "C.utf8"

    def custom_type(self, owner: str, key: str) -> str | None:
        """The type of a custom field of contacts or companies."""
        row = self._one("SELECT type FROM custom_fields WHERE org_id = :org AND object = :a AND key = :b", owner, key)
        return None if row is None else str(row[0])

    def behaviour(self, key: str) -> Behaviour | None:
        columns = "kind, event_type_id, channel_id, condition, signed"
        row = self._one(f"SELECT {columns} FROM behaviours WHERE org_id = :org AND key = :a", key)
        return None if row is None else Behaviour(*row)

    def channel(self, key: str) -> int | None:
        row = self._one("SELECT id FROM channels WHERE org_id = :org AND key = :a", key)
        return None if row is None else int(row[0])

    def segment(self, id_: int) -> Segment | None:
        """A segment that was not deleted."""
        row = self._one("SELECT id, tree FROM segments WHERE org_id = :org AND id = :a AND deleted_at IS NULL", id_)
        return None if row is None else Segment(*row)

    def _one(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        named = dict(zip("ab", values, strict=False))
        row = self.db.execute(text(statement), {"org": self.org_id, **named}).one_or_none()
        return None if row is None else tuple(row)
