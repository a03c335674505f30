"""Redis and Elasticsearch stopped, emptied, refusing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis import Redis

from tests.faults.requests import ANY, BULK
from tests.faults.servers import await_answer
from tests.faults.stage import Stage
from tests.proxy import Act

_REDIS_SECONDS = 8.0  # longer than between two sweeps
_ELASTICSEARCH_SECONDS = 30.0


def redis_stopped(stage: Stage) -> None:
    """Redis crashes, contacts change, Redis comes back with what it had."""
    stage.change()
    stage.own.valkey.kill()
    stage.change()
    stage.lasts(_REDIS_SECONDS)
    stage.own.valkey.start()
    await_answer(stage.own.valkey, stage.settings)


def redis_emptied(stage: Stage) -> None:
    """Every job, every registration is forgotten, with a wake-up on its way."""
    stage.change()
    with _redis(stage) as redis:
        redis.flushdb()


def redis_out_of_memory(stage: Stage) -> None:
    """Redis answers reads and refuses every write."""
    with _redis(stage) as redis:
        redis.config_set("maxmemory", 1)
        stage.change()
        stage.lasts(_REDIS_SECONDS)
        redis.config_set("maxmemory", 0)


def redis_read_only(stage: Stage) -> None:
    """Redis has become the copy of another one that is not there."""
    with _redis(stage) as redis:
        redis.replicaof("127.0.0.1", 1)
        stage.change()
        stage.lasts(_REDIS_SECONDS)
        redis.replicaof("NO", "ONE")


@contextmanager
def _redis(stage: Stage) -> Iterator[Redis]:
    with Redis.from_url(str(stage.settings.redis_url)) as redis:
        yield redis


def elasticsearch_stopped(stage: Stage) -> None:
    """Elasticsearch crashes while it is being written to, and is away for half a minute."""
    with stage.to_elasticsearch.trap(BULK, Act.HOLD_HALF) as trap:
        stage.change()
        stage.sprung(trap)
        stage.own.elasticsearch.crash()
    stage.change()
    stage.lasts(_ELASTICSEARCH_SECONDS)
    stage.change()
    stage.own.elasticsearch.start()
    await_answer(stage.own.elasticsearch, stage.settings)


def elasticsearch_resetting_connections(stage: Stage) -> None:
    """Connections are reset in mid-bulk, half-way there and half-way back."""
    with (
        stage.to_elasticsearch.trap(BULK, Act.LOSE_HALF, times=3) as there,
        stage.to_elasticsearch.trap(BULK, Act.LOSE_ANSWER, times=3) as back,
    ):
        stage.change()
        stage.until(lambda: there.caught == back.caught == 3, "six connections are reset")


def elasticsearch_answering(status: int) -> Callable[[Stage], None]:
    """For a while every request is answered with this status."""

    def answering(stage: Stage) -> None:
        with stage.to_elasticsearch.trap(ANY, Act.ANSWER, times=6, status=status) as trap:
            stage.change()
            stage.until(lambda: trap.caught == trap.times, f"six requests are answered with {status}")

    return answering


def elasticsearch_read_only(stage: Stage) -> None:
    """The index takes no writes, each document is refused with the reason; then it does again."""
    _blocked(stage, "index.blocks.read_only")


def elasticsearch_full(stage: Stage) -> None:
    """As with a disk that is full: each document is answered with 429."""
    _blocked(stage, "index.blocks.read_only_allow_delete")


def _blocked(stage: Stage, block: str) -> None:
    stage.elastic.indices.put_settings(index=stage.alias, settings={block: True})
    stage.change()
    stage.until(lambda: stage.leased() > 0, "a worker tries")
    stage.lasts(3)
    stage.elastic.indices.put_settings(index=stage.alias, settings={block: None})


def elasticsearch_restored(stage: Stage) -> None:
    """The index is put back to what it was before contacts changed, came and went, all of which counts as indexed."""
    client, index = stage.elastic, stage.read()
    repository = {"type": "fs", "settings": {"location": str(stage.own.elasticsearch.snapshots)}}
    client.snapshot.create_repository(name="backup", repository=repository)
    client.snapshot.create(repository="backup", snapshot="older", indices=index, wait_for_completion=True)
    stage.change()
    stage.until_equal()
    client.indices.delete(index=index)
    client.snapshot.restore(repository="backup", snapshot="older", wait_for_completion=True)
    assert stage.pending() == 0
    assert stage.differences()
    client.snapshot.delete(repository="backup", snapshot="older")


def elasticsearch_refusing_one(stage: Stage) -> None:
    """Of 500 documents one is refused, and the 499 do not wait; then its value is put right."""
    contacts = stage.world.sample(500)
    broken = contacts[250]
    stage.world.run("""UPDATE contacts SET custom = '{"score": "tall"}' WHERE id = :id""", id=broken)
    stage.world.update(contacts)
    stage.wake()
    refused = f"SELECT count(*) FROM index_state WHERE contact_id = {broken} AND error LIKE '%double_0%'"
    stage.until(lambda: stage.pending() == 1 == stage.number(refused), "one contact is refused, the others are not")
    stage.world.run("""UPDATE contacts SET custom = '{"score": 5}' WHERE id = :id""", id=broken)
    stage.wake()
