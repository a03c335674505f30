"""The record of the checks."""

from __future__ import annotations

from sqlalchemy import Connection

from store import drift
from store.drift import Kind

ALIAS = "contacts-of-a-test"


def advance(db: Connection, after: int, through: int | None, checked: int = 0) -> bool:
    return drift.advance(db, ALIAS, after=after, through=through, checked=checked, seconds=1.5)


def test_before_the_first_check_nothing_is_known(db: Connection) -> None:
    assert drift.check(db, ALIAS) is None


def test_a_pass_advances_and_ends(db: Connection) -> None:
    assert advance(db, 0, 1_000, checked=5)
    assert advance(db, 1_000, 2_000, checked=6)
    under_way = drift.check(db, ALIAS)
    assert under_way is not None
    assert (under_way.through, under_way.checked, under_way.finished_at) == (2_000, 11, None)
    assert advance(db, 2_000, None, checked=7)
    drift.count_rebuilt(db, ALIAS, 3)
    ended = drift.check(db, ALIAS)
    assert ended is not None
    assert (ended.through, ended.checked, ended.finished_checked, ended.rebuilt) == (0, 0, 18, 3)
    assert ended.finished_at is not None
    assert ended.finished_at >= ended.began_at


def test_a_pass_that_fits_into_one_step(db: Connection) -> None:
    assert advance(db, 0, None, checked=7)
    ended = drift.check(db, ALIAS)
    assert ended is not None
    assert (ended.finished_checked, ended.finished_seconds) == (7, 1.5)


def test_of_two_that_advance_from_the_same_place_one_does(db: Connection) -> None:
    assert advance(db, 0, 1_000, checked=5)
    assert not advance(db, 0, 2_000, checked=9)
    under_way = drift.check(db, ALIAS)
    assert under_way is not None
    assert (under_way.through, under_way.checked) == (1_000, 5)


def test_findings_add_up_by_organisation_and_kind(db: Connection) -> None:
    org = -1  # nobody else's
    assert drift.findings(db, org) == ()
    drift.record(db, org, Kind.DIFFERENT, found=2, repaired=2, examples=[1, 2], fields=["city"])
    drift.record(db, org, Kind.DIFFERENT, found=20, repaired=19, examples=range(20), fields=["events", "tags"])
    drift.record(db, org, Kind.MISSING, found=1, repaired=1)
    drift.record(db, -2, Kind.ORPHAN, found=1, repaired=1)
    different, missing = drift.findings(db, org)
    assert (different.kind, different.found, different.repaired) == (Kind.DIFFERENT, 22, 21)
    assert (different.examples, different.fields) == (tuple(range(drift.EXAMPLES)), ("events", "tags"))
    assert (missing.kind, missing.found, missing.fields) == (Kind.MISSING, 1, ())
    assert {finding.org_id for finding in drift.findings(db)} >= {-1, -2}
