"""The way to the index: every query leaves here fenced to one organisation, and comes back whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from elastic_transport import OrjsonSerializer, TransportError
from elasticsearch import ApiError, Elasticsearch

from mappings.errors import ServiceError
from runtime.settings import Settings, SettingsError
from segments.clauses import Clause

log = logging.getLogger(__name__)

Search = dict[str, Any]
Point = dict[str, str]

POINT_KEPT = "2m"  # between two pages of a stream; a client that reads more slowly has gone


class IndexAway(ServiceError):
    """Elasticsearch cannot be reached, is too busy, or has no whole answer at the moment."""


class IndexMissing(ServiceError):
    """There is no index to read yet."""


class UnfencedQuery(ServiceError):
    """A query without the condition on its organisation was about to be sent."""


class Index:
    """The indices that contacts are read from, for one process; connects when it is first used."""

    def __init__(self, settings: Settings) -> None:
        if settings.elasticsearch_url is None:
            raise SettingsError("ELASTICSEARCH_URL is not set", 'set it, or run: eval "$(segments servers up)"')
        self._alias = settings.index_prefix
        self._client = Elasticsearch(
            settings.elasticsearch_url,
            request_timeout=settings.elasticsearch_timeout_seconds,
            serializer=OrjsonSerializer(),
        )

    def of(self, org_id: int, name: str) -> Contacts:
        """One organisation's part of the index of that name (`store.indices.read_from`)."""
        return Contacts(self._client, name, org_id)

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def check(self) -> None:
        """Raises IndexAway or IndexMissing when the shared one cannot be read."""
        with _refusals():
            _whole(self._client.search(index=self._alias, size=0, track_total_hits=False).body)


class Contacts:
    """One organisation's contacts in the index: no query reaches the others'.

    With a `point` in time it is one state of the index that every search sees.
    """

    def __init__(self, client: Elasticsearch, index: str, org_id: int, point: Point | None = None) -> None:
        self._client = client
        self._index = index
        self._org_id = org_id
        self._point = point
        self._fence: Clause = {"term": {"org_id": org_id}}

    def fenced(self, clause: Clause) -> Clause:
        """The organisation's contacts that meet the clause."""
        return {"bool": {"filter": [self._fence, clause]}}

    def search(self, search: Search) -> Mapping[str, Any]:
        """One answer, of every shard."""
        self._check(search)
        asked = search | ({"index": self._index} if self._point is None else {"pit": self._point})
        with _refusals():
            answer = self._client.search(allow_partial_search_results=False, **asked)
        return self._read(answer.body)

    def searches(self, searches: Sequence[Search]) -> list[Mapping[str, Any]]:
        """As many answers as searches, in one round trip."""
        for search in searches:
            self._check(search)
        header: Search = {"allow_partial_search_results": False}
        header, pit = (header | {"index": self._index}, {}) if self._point is None else (header, {"pit": self._point})
        lines = [line for search in searches for line in (header, search | pit)]
        with _refusals():
            answer = self._client.msearch(searches=lines)
            return [self._read(_succeeded(one)) for one in answer["responses"]]

    @contextmanager
    def still(self) -> Iterator[Contacts]:
        """The contacts in one state of the index, whatever is written meanwhile."""
        with _refusals():
            opened = self._client.open_point_in_time(index=self._index, keep_alive=POINT_KEPT)["id"]
        point: Point = {"id": opened, "keep_alive": POINT_KEPT}
        try:
            yield Contacts(self._client, self._index, self._org_id, point)
        finally:
            self._close(point["id"])

    def _read(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._point is not None:
            self._point["id"] = answer["pit_id"]  # the next search has to name the newest
        return _whole(answer)

    def _close(self, point: str) -> None:
        try:
            self._client.close_point_in_time(id=point)
        except (ApiError, TransportError) as error:  # it closes by itself after POINT_KEPT
            log.info("a point in time stays open: %s", error)

    def _check(self, search: Search) -> None:
        # The last gate: whatever happened above, no query goes out that could see another organisation.
        match search.get("query"):
            case {"bool": {"filter": [fence, _], **others}, **rest} if fence == self._fence and not others and not rest:
                return
            case _:
                raise UnfencedQuery("a query without its organisation was not sent", "build it with Contacts.fenced")


@contextmanager
def _refusals() -> Iterator[None]:
    """The client's exceptions as the project's."""
    try:
        yield
    except TransportError as error:
        raise IndexAway(f"Elasticsearch cannot be reached: {error.message}") from error
    except ApiError as error:
        raise _refused(error.status_code, error.error, error.body) from error


def _succeeded(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """One answer of several; raises what a search of its own would have raised."""
    if "error" in answer:
        raise _refused(answer["status"], answer["error"].get("type", ""), answer["error"])
    return answer


def _refused(status: int, kind: str, cause: object) -> ServiceError:
    if kind == "index_not_found_exception":
        return IndexMissing("There is no index yet", "build it: segments index rebuild")
    # 404: a point in time that is gone, with its index or with its time
    busy = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND)
    if status in busy or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return IndexAway(f"Elasticsearch has no whole answer: {cause}")
    return ServiceError(f"Elasticsearch refused a query: {cause}", "this is a fault of the service: report it")


def _whole(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer, if every shard gave its part in time: part of a count is no count."""
    if answer["timed_out"] or answer["_shards"]["failed"]:
        raise IndexAway("Elasticsearch answered for some shards only", "try again")
    return answer
