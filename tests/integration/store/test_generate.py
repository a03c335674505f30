from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Engine, text

from store.errors import ConflictError
from store.generate import Sizes, generate


def _made(engine: Engine, contacts: int, seed: int, organisations: int = 1) -> str:
    prefix = f"generated {uuid.uuid4()}"
    assert sum(generate(engine, prefix, Sizes(organisations, contacts), seed)) == contacts
    return prefix


def _facts(engine: Engine, name: str) -> list[tuple[object, ...]]:
    """What is told about the contacts, without ids and without what counts from today."""
    query = text("""
        SELECT c.external_id, c.email, c.first_name, c.city, k.name, c.custom -> 'score',
               (SELECT count(*) FROM events e WHERE e.contact_id = c.id),
               (SELECT sum(amount) FROM events e WHERE e.contact_id = c.id),
               (SELECT string_agg(t.name, ',' ORDER BY t.name) FROM contact_tags JOIN tags t ON t.id = tag_id
                 WHERE contact_id = c.id)
          FROM contacts c JOIN organisations o ON o.id = c.org_id LEFT JOIN companies k ON k.id = c.company_id
         WHERE o.name = :name ORDER BY c.external_id""")
    with engine.connect() as db:
        return [tuple(row) for row in db.execute(query, {"name": name})]


def test_the_same_seed_makes_the_same_people(engine: Engine) -> None:
    one, same, other = (_facts(engine, _made(engine, 300, seed)) for seed in (7, 7, 8))
    assert one == same
    assert one != other


def test_contacts_are_as_different_as_real_ones(engine: Engine) -> None:
    facts = _facts(engine, _made(engine, 3000, 1))
    counts = sorted(row[6] for row in facts)  # type: ignore[type-var]
    assert counts[0] == 0
    assert counts[-1] >= 700  # type: ignore[operator]
    assert any(not str(row[2]).isascii() for row in facts)
    assert any(row[1] is None for row in facts)
    assert any(row[4] is None for row in facts)


def test_the_first_organisation_is_the_largest(engine: Engine) -> None:
    prefix = _made(engine, 101, 1, organisations=3)
    assert [len(_facts(engine, name)) for name in (prefix, f"{prefix} 2", f"{prefix} 3")] == [51, 25, 25]


def test_a_taken_name_is_refused(engine: Engine) -> None:
    prefix = _made(engine, 10, 1)
    with pytest.raises(ConflictError, match="choose another name"):
        list(generate(engine, prefix, Sizes(1, 10), 1))
    assert len(_facts(engine, prefix)) == 10
