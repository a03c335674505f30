"""How far an organisation's changes had come when a transaction wrote, and whether the index has come as far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Mark:
    """A transaction's place among all changes, whichever contacts it touched and however many.

    The versions that it gave lie above `after` and not above `through`; the last was given before `at`, by the
    database's clock. Others may have given versions in between, and may commit them later.
    """

    after: int
    through: int
    at: datetime

    def with_earlier(self, before: Mark | None) -> Mark:
        """The place of both transactions together."""
        return self if before is None else Mark(before.after, self.through, self.at)


def newest_drawn(db: Connection) -> int:
    """The last version that was given to any contact, committed or not; 0 before the first."""
    return int(db.execute(_NEWEST).scalar_one())


def mark(db: Connection, after: int) -> Mark:
    """The place of a transaction that has given its last version, `after` being the newest when it began."""
    return Mark(after, *db.execute(_NOW).one())


def reached(db: Connection, org_id: int, mark: Mark) -> bool:
    """Whether searches find every contact that the transaction touched as it wrote it, or as somebody did later.

    What other transactions had changed before `at` is waited for, too, except what the index refuses.
    """
    asked = {"org": org_id, "after": mark.after, "through": mark.through, "at": mark.at}
    return not db.execute(_BEHIND, asked).scalar_one()


_NEWEST = text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM contact_version")

_NOW = text("SELECT last_value, clock_timestamp() FROM contact_version")

# A contact that lacks the transaction's change is pending since `at` or longer, and was last indexed with a version
# below `through`: versions follow each contact's commits. One that the index refuses is no obstacle unless it was
# changed since `after`. All of them stand at the beginning of the index of pending rows.
_BEHIND = text("""
    SELECT EXISTS (
        SELECT FROM index_state
         WHERE org_id = :org AND version > indexed_version AND changed_at <= :at
           AND indexed_version < :through AND (error IS NULL OR version > :after))""")
