"""What stops the writing of the index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from elasticsearch import ApiError, TransportError

from mappings.errors import ContractError, ServiceError


class BusyError(ServiceError):
    """Elasticsearch is away, or does nothing but ask to come back later."""


class RejectedError(ServiceError):
    """Elasticsearch refuses the requests themselves, whatever documents they carry."""


class MissingIndexError(ContractError):
    """An index that PostgreSQL knows is not in Elasticsearch."""


class RebuildError(ServiceError):
    """A rebuild that did not come to its end. The index that was read before is read still."""


class IncompleteError(RebuildError):
    """An index that lacks documents, or has too many, when all should be there."""


_LATER = frozenset({429, 502, 503, 504})


@contextmanager
def answering() -> Iterator[None]:
    """Elasticsearch answers in the block, or BusyError is raised."""
    try:
        yield
    except TransportError as error:
        raise BusyError(f"Elasticsearch does not answer: {error}", "check ELASTICSEARCH_URL") from error
    except ApiError as error:
        if error.status_code in _LATER:
            raise BusyError(f"Elasticsearch is not ready: {error}", "try again later") from error
        raise
