"""What the index should hold, for comparing it with what it does hold.

Contacts are compared in blocks of neighbouring ids: both sides read those in the order they are kept in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, text

from store import state
from store.holding import Organisations

BLOCK = 1_000  # ids: one that differs is compared contact by contact
_HEADROOM = 1_000_000  # versions; nobody draws as many between reading the sequence and setting it
_LAST_ID = (1 << 63) - 1
HIGHEST_VERSION = 1 << 53  # what both JSON and sums in Elasticsearch keep exactly


@dataclass(frozen=True, slots=True)
class Span:
    """Whole blocks: the ids from `first` up to but not including `end`; None is no limit."""

    first: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """The contacts that an organisation has in a block: how many, and the sum of their versions."""

    count: int
    versions: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of a contact id: `exists`, or only its delete is remembered.

    `settled`: the index was recorded to hold this version. Without a row of index_state the version is 0, and settled,
    since nothing is on its way.
    """

    org_id: int
    version: int
    settled: bool
    exists: bool


def block(contact_id: int) -> int:
    return contact_id // BLOCK


def next_span(db: Connection, first: int | None, contacts: int) -> Span:
    """The blocks from the id `first` on that hold some `contacts` contacts, or all that follow."""
    after = {"first": -_LAST_ID if first is None else first, "contacts": contacts}
    found = db.execute(_NEXT, after).scalar_one_or_none()
    return Span(first, None if found is None else block(found) * BLOCK)


def groups(db: Connection, span: Span, organisations: Organisations) -> dict[tuple[int, int], Group]:
    """Of each block and organisation in the span what its contacts add up to, by (block, org_id)."""
    rows = db.execute(_GROUPS, _span(span) | _organisations(organisations))
    return {(number, org_id): Group(count, versions) for number, org_id, count, versions in rows}


def in_blocks(db: Connection, numbers: Iterable[int]) -> dict[int, Known]:
    """Every contact of these blocks by id, deleted ones that are remembered included."""
    starts = [number * BLOCK for number in numbers]
    return _known(db, _IN_BLOCKS, {"starts": starts})


def of(db: Connection, contact_ids: Collection[int]) -> dict[int, Known]:
    """These contacts by id, as far as the database knows them."""
    return _known(db, _OF, {"ids": sorted(contact_ids)})


def sample(db: Connection, organisations: Organisations, size: int) -> list[int]:
    """Some contacts by chance, at most so many; after a gap in the ids one is more likely."""
    limits = {"only": organisations.only}
    lowest, highest = db.execute(_LIMITS_OF_ONE if organisations.only else _LIMITS, limits).one()
    if lowest is None:
        return []
    points = {"lowest": lowest, "range": highest - lowest + 1, "size": size}
    return sorted(set(db.execute(_SAMPLE, points | _organisations(organisations)).scalars()))


def send_again(db: Connection, judged: Mapping[int, int]) -> None:
    """The contacts, by id with the version that was found wanting, are pending under a new one; none counts as indexed.

    Those that have another version by now are left alone. Contacts without a row of index_state get one.
    """
    now = state.lock(db, judged)
    ids = [one for one, version in judged.items() if now.get(one, 0) == version]
    db.execute(_SEND_AGAIN, {"ids": ids})


def raise_versions(db: Connection, above: int) -> bool:
    """Versions drawn from now on are higher than `above`; whether that had to be seen to.

    They are not where the database was restored from a backup and the index was not.
    """
    raised = db.execute(_RAISE, {"above": above, "next": above + _HEADROOM}).scalar_one_or_none()
    return raised is not None


def _span(span: Span) -> dict[str, int | None]:
    first, end = span.first, span.end
    return {"first": -_LAST_ID if first is None else first, "end": _LAST_ID if end is None else end}


def _organisations(organisations: Organisations) -> dict[str, object]:
    return {"only": organisations.only, "without": list(organisations.without)}


def _known(db: Connection, query: TextClause, parameters: Mapping[str, object]) -> dict[int, Known]:
    rows = db.execute(query, parameters)
    return {
        contact_id: Known(org_id, version, settled, exists) for contact_id, org_id, version, settled, exists in rows
    }


_NEXT = text("""
    SELECT id FROM contacts WHERE id >= :first ORDER BY id OFFSET :contacts LIMIT 1""")

# Both sides are limited before they are joined: whatever the planner expects, it reads no more than the span.
_GROUPS = text(f"""
    SELECT contacts.id / {BLOCK}, contacts.org_id, count(*), CAST(sum(coalesce(version, 0)) AS bigint)
      FROM contacts
      LEFT JOIN (SELECT contact_id, version FROM index_state WHERE contact_id >= :first AND contact_id < :end) AS state
        ON state.contact_id = contacts.id
     WHERE contacts.id >= :first AND contacts.id < :end
       AND (CAST(:only AS bigint) IS NULL OR contacts.org_id = :only)
       AND contacts.org_id <> ALL (CAST(:without AS bigint[]))
     GROUP BY 1, 2""")  # noqa: S608 (a number of this module)

# The organisation is that of the contact: index_state follows it.
_KNOWN = """
    SELECT coalesce(contacts.id, index_state.contact_id),
           coalesce(contacts.org_id, index_state.org_id),
           coalesce(version, 0),
           coalesce(indexed_version >= version, true),
           contacts.id IS NOT NULL"""

_IN_BLOCKS = text(f"""
    SELECT known.*
      FROM unnest(CAST(:starts AS bigint[])) AS start
     CROSS JOIN LATERAL (
           {_KNOWN}
             FROM (SELECT id, org_id FROM contacts WHERE id >= start AND id < start + {BLOCK}) AS contacts
             FULL JOIN (SELECT contact_id, org_id, version, indexed_version FROM index_state
                         WHERE contact_id >= start AND contact_id < start + {BLOCK}) AS index_state
               ON index_state.contact_id = contacts.id) AS known""")  # noqa: S608 (as above)

_OF = text(f"""
    {_KNOWN}
      FROM unnest(CAST(:ids AS bigint[])) AS ids (id)
      LEFT JOIN contacts ON contacts.id = ids.id
      LEFT JOIN index_state ON index_state.contact_id = ids.id
     WHERE contacts.id IS NOT NULL OR index_state.contact_id IS NOT NULL""")

_LIMITS = text("SELECT min(id), max(id) FROM contacts")
_LIMITS_OF_ONE = text("SELECT min(contact_id), max(contact_id) FROM index_state WHERE org_id = :only")
_SAMPLE = text("""
    SELECT found.id
      FROM (SELECT CAST(:lowest + floor(random() * :range) AS bigint) AS point FROM generate_series(1, :size)) AS points
     CROSS JOIN LATERAL (
           SELECT id FROM contacts
            WHERE id >= point
              AND (CAST(:only AS bigint) IS NULL OR org_id = :only)
              AND org_id <> ALL (CAST(:without AS bigint[]))
            ORDER BY id LIMIT 1) AS found""")

_SEND_AGAIN = text("""
    INSERT INTO index_state AS state (contact_id, org_id, version)
    SELECT id, org_id, nextval('contact_version')
      FROM (SELECT id, org_id FROM contacts WHERE id = ANY (CAST(:ids AS bigint[])) ORDER BY id) AS ordered
    ON CONFLICT (contact_id) DO UPDATE
       SET org_id = excluded.org_id,
           version = nextval('contact_version'),
           indexed_version = 0,
           changed_at = CASE WHEN state.version > state.indexed_version THEN state.changed_at
                             ELSE clock_timestamp() END,
           leased_until = CASE WHEN state.lease IS NULL THEN NULL ELSE state.leased_until END,
           retry_at = NULL""")

_RAISE = text("""
    SELECT setval('contact_version', :next) FROM contact_version
     WHERE last_value < :above OR last_value = :above AND NOT is_called""")
