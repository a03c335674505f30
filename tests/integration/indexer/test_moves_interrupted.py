"""A move that is killed at one of its steps, stopped, given up or found wanting."""

from __future__ import annotations

from collections.abc import Generator
from types import ModuleType

import pytest

from indexer import bulk, filling, joining, leaving, rebuild
from indexer.connections import Connections
from indexer.errors import RebuildError
from indexer.progress import Progress
from store import moves, write_set
from tests.integration.indexer.moves import differences, moved_apart, moved_back, read_from, resumed, seen
from tests.integration.indexer.rebuilds import drain, entries, exists
from tests.integration.indexer.shop import Shop, found
from tests.integration.indexer.work import killed_at_a_bulk


class _KilledError(Exception):
    pass


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filling, joining, leaving):
        monkeypatch.setattr(module, "BATCH", 10)


def _killed_at(module: ModuleType, step: str, work: Generator[Progress]) -> None:
    """The work goes on to this step and no further."""

    def die(*_: object, **__: object) -> None:
        raise _KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, step, die)
        with pytest.raises(_KilledError):
            list(work)


def _stopped(work: Generator[Progress]) -> None:
    """The work stops after its second report."""
    next(work)
    next(work)
    work.close()


@pytest.mark.parametrize(
    ("module", "step"),
    [(filling, "_backfill"), (filling, "_check"), (moves, "begin_leaving"), (filling, None)],
)
def test_a_move_out_that_is_killed_is_gone_on_with(
    connections: Connections, shop: Shop, neighbour: Shop, module: ModuleType, step: str | None
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(5)
    drain(connections)
    work = rebuild.move_apart(connections, shop.org)
    if step is None:
        _stopped(work)
    else:
        _killed_at(module, step, work)
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(ours)
    late = shop.contact("late")
    drain(connections)
    assert rebuild.left_behind(connections)
    resumed(connections)
    assert read_from(connections, shop.org) != connections.alias
    assert seen(connections, shop.org) == {*ours, late}
    assert seen(connections, neighbour.org) == set(theirs)
    assert not rebuild.left_behind(connections)


def test_a_move_out_that_was_killed_before_anything_was_begun_begins_anew(connections: Connections, shop: Shop) -> None:
    ours = shop.contacts(5)
    drain(connections)
    _killed_at(write_set, "begin_backfill", rebuild.move_apart(connections, shop.org))
    assert not rebuild.left_behind(connections)
    own = moved_apart(connections, shop.org)
    assert seen(connections, shop.org) == set(ours)
    (abandoned,) = rebuild.clean(connections, grace_seconds=0)
    assert abandoned != own


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (moves, "fenced"),
        (joining, "_send_again"),
        (joining, "_check"),
        (moves, "end"),
        (joining, None),
    ],
)
def test_a_move_back_that_is_killed_is_gone_on_with(
    connections: Connections, shop: Shop, neighbour: Shop, module: ModuleType, step: str | None
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    work = rebuild.move_back(connections, shop.org)
    if step is None:
        _stopped(work)
    else:
        _killed_at(module, step, work)
    assert read_from(connections, shop.org) == own
    assert seen(connections, shop.org) == set(ours)
    shop.run("DELETE FROM contacts WHERE id = :id", id=ours[0])
    drain(connections)
    assert rebuild.left_behind(connections)
    resumed(connections)
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(ours[1:])
    assert differences(connections, shop.org) == differences(connections, neighbour.org) == set()
    assert seen(connections, neighbour.org) == set(theirs)
    assert not rebuild.left_behind(connections)


@pytest.mark.parametrize(("module", "step"), [(moves, "fenced"), (bulk, "deliver"), (moves, "end"), (leaving, None)])
def test_a_removal_that_is_killed_is_gone_on_with(
    connections: Connections,
    shop: Shop,
    neighbour: Shop,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    step: str | None,
) -> None:
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    ours, theirs = shop.contacts(35), neighbour.contacts(5)
    drain(connections)
    moved_apart(connections, shop.org)
    if step is None:
        _stopped(rebuild.resume(connections))
    else:
        _killed_at(module, step, rebuild.resume(connections))
    if step != "fenced":
        monkeypatch.setattr(rebuild, "GRACE_SECONDS", 600.0)  # what was begun does not wait again
    assert rebuild.left_behind(connections)
    resumed(connections)
    connections.indices.refresh(entries(connections)[0])
    assert found(connections) == set(theirs)
    assert seen(connections, shop.org) == set(ours)
    assert not rebuild.left_behind(connections)


def test_a_process_that_is_killed_on_the_way_back_is_followed_by_another(
    connections: Connections, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # batches as large as those of the process that is killed
    contacts = shop.contacts(2_500)
    drain(connections)
    moved_apart(connections, shop.org)
    with killed_at_a_bulk(connections, 1, "move", "--org", "shop", "--shared"):
        assert _sent_again(connections)
    assert read_from(connections, shop.org) != connections.alias
    shop.run("UPDATE index_state SET leased_until = now() WHERE lease IS NOT NULL")  # half a minute has gone by
    for _ in rebuild.move_back(connections, shop.org):
        pass
    assert read_from(connections, shop.org) == connections.alias
    assert seen(connections, shop.org) == set(contacts)
    assert shop.pending() == 0


def _sent_again(connections: Connections) -> int:
    """How many contacts the move back has made pending."""
    with connections.engine.connect() as db:
        move = moves.joining(db, connections.alias)
    return move.done if move else 0


def test_a_move_out_that_is_given_up_leaves_no_trace(connections: Connections, shop: Shop) -> None:
    ours = shop.contacts(35)
    drain(connections)
    before = entries(connections)
    work = rebuild.move_apart(connections, shop.org)
    name = next(work).name
    next(work)
    assert rebuild.abort(connections) == name
    with pytest.raises(RebuildError, match="aborted"):
        list(work)
    assert entries(connections) == before
    assert not exists(connections, name)
    assert seen(connections, shop.org) == set(ours)
    assert shop.pending() == 0
    assert not rebuild.left_behind(connections)


def test_a_move_back_that_is_given_up_takes_what_it_sent_out_again(
    connections: Connections, shop: Shop, neighbour: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = shop.contacts(35), neighbour.contacts(5)
    drain(connections)
    own = moved_apart(connections, shop.org)
    work = rebuild.move_back(connections, shop.org)
    next(work)
    next(work)
    assert str(shop.org) in (rebuild.abort(connections) or "")
    with pytest.raises(RebuildError, match="aborted"):
        list(work)
    drain(connections)
    assert read_from(connections, shop.org) == own
    assert differences(connections, shop.org) == set()
    monkeypatch.setattr(rebuild, "GRACE_SECONDS", 0.0)
    resumed(connections)
    connections.indices.refresh(entries(connections)[0])
    assert found(connections) == set(theirs)
    moved_back(connections, shop.org)
    assert seen(connections, shop.org) == set(ours)


def test_sending_again_that_is_given_up_leaves_everything_where_it_is(connections: Connections, shop: Shop) -> None:
    ours = shop.contacts(35)
    drain(connections)
    work = rebuild.steps_of(connections, shop.org)
    next(work)
    rebuild.abort(connections)
    work.close()
    drain(connections)
    assert not rebuild.left_behind(connections)
    assert seen(connections, shop.org) == set(ours)
    assert shop.pending() == 0


def test_a_rebuild_of_everything_finishes_the_move_that_was_begun(
    connections: Connections, shop: Shop, neighbour: Shop
) -> None:
    ours, theirs = shop.contacts(25), neighbour.contacts(5)
    drain(connections)
    work = rebuild.move_apart(connections, shop.org)
    _stopped(work)
    (shared,) = (entry for entry in entries(connections) if entry.org_id is None)
    names = {one.name for one in rebuild.steps(connections)}
    assert len(names) == 2
    assert shared.name not in {entry.name for entry in entries(connections)}
    assert seen(connections, shop.org) == set(ours)
    assert found(connections) == seen(connections, neighbour.org) == set(theirs)
