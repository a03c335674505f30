"""Connections to PostgreSQL lost around a commit, transactions that cannot be serialised, clocks that disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import text

from store import state
from tests.faults import workers
from tests.faults.requests import COMMIT, REFRESH
from tests.faults.stage import Stage
from tests.proxy import Act

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def lost_at_the_claim(act: Act) -> Callable[[Stage], None]:
    """A worker's connection is lost before, or after, the commit by which it claims contacts."""

    def lost(stage: Stage) -> None:
        with ExitStack() as held:
            with stage.engine.begin() as db:
                db.execute(text("LOCK TABLE index_state IN ACCESS EXCLUSIVE MODE"))
                stage.world.change_within(db)
                stage.wake()
                stage.until(lambda: stage.number(_WAITING) > 0, "a worker waits for the table")
                trap = held.enter_context(stage.to_postgres.trap(COMMIT, act))
            stage.sprung(trap)

    return lost


def lost_at_the_record(act: Act) -> Callable[[Stage], None]:
    """A worker's connection is lost before, or after, the commit by which it records what is indexed."""

    def lost(stage: Stage) -> None:
        with stage.to_elasticsearch.trap(REFRESH, Act.HOLD) as refresh:
            stage.change()
            stage.sprung(refresh)
            with stage.to_postgres.trap(COMMIT, act) as trap:
                refresh.open(let_through=True)
                stage.sprung(trap)

    return lost


def terminated(stage: Stage) -> None:
    """PostgreSQL ends every connection of the service while a worker is at work."""
    with stage.to_elasticsearch.trap(REFRESH, Act.HOLD) as refresh:
        stage.change()
        stage.sprung(refresh)
        _disconnect(stage)
        refresh.open(let_through=True)
        stage.until_answered(refresh)


def serialisation_failure(stage: Stage) -> None:
    """Transactions of this database are serialisable, and what a worker records was changed by somebody meanwhile."""
    with _altered(stage, "default_transaction_isolation", "serializable"):
        stage.service.kill()  # a process learns once which isolation is the default
        failed = _not_serialised(stage)
        with stage.to_elasticsearch.trap(REFRESH, Act.HOLD) as refresh:
            stage.change()
            stage.sprung(refresh)
            with stage.engine.begin() as db:
                db.execute(text("UPDATE index_state SET changed_at = changed_at WHERE lease IS NOT NULL"))
                refresh.open(let_through=True)
                stage.until(lambda: stage.number(_WAITING) > 0, "the worker waits for a row")
        stage.until(lambda: _not_serialised(stage) > failed, "its transaction fails")
        stage.until_equal()


def _not_serialised(stage: Stage) -> int:
    """How many transactions PostgreSQL has refused to serialise."""
    return stage.own.postgres.log.read_text(errors="replace").count("could not serialize access")


def clock_skew(hours: int) -> Callable[[Stage], None]:
    """The database's clock is ahead of the workers' by so much, or behind; and a worker is killed with a lease."""

    def skew(stage: Stage) -> None:
        with _shifted(stage, hours):
            workers.killed_after_claim(stage)
            with stage.engine.connect() as db:
                assert state.freshness(db).lag_seconds < 30
            stage.until_equal()

    return skew


@contextmanager
def _shifted(stage: Stage, hours: int) -> Iterator[None]:
    """Every session's clock functions tell another time."""
    stage.world.run("CREATE SCHEMA shifted")
    for name in ("now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"):
        stage.world.run(
            f"""CREATE FUNCTION shifted.{name}() RETURNS timestamptz LANGUAGE sql
                AS 'SELECT pg_catalog.{name}() + interval ''{hours} hours'''"""
        )
    try:
        with _altered(stage, "search_path", "shifted, pg_catalog, public"):
            _tell_time_by(stage, "shifted")
            yield
    finally:
        _tell_time_by(stage, "pg_catalog")
        stage.world.run("DROP SCHEMA shifted CASCADE")


def _tell_time_by(stage: Stage, schema: str) -> None:
    """Defaults were bound to PostgreSQL's own clock when their table was made."""
    stage.world.run(f"ALTER TABLE index_state ALTER changed_at SET DEFAULT {schema}.clock_timestamp()")


@contextmanager
def _altered(stage: Stage, setting: str, value: str) -> Iterator[None]:
    """Every session has this setting while the block runs."""
    name = stage.engine.url.database
    stage.world.run(f"ALTER DATABASE {name} SET {setting} = {value}")
    _reconnect(stage)
    try:
        yield
    finally:
        stage.world.run(f"ALTER DATABASE {name} RESET {setting}")
        _reconnect(stage)


def _reconnect(stage: Stage) -> None:
    """All sessions end; what comes next opens new ones."""
    stage.engine.dispose()
    _disconnect(stage)


def _disconnect(stage: Stage) -> None:
    stage.world.run(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    )
