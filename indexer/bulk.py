"""Sends documents to an index and reads what became of each.

Documents go whole, with the contact's version: the index keeps the highest, so sending twice or late does no harm.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import orjson
from elasticsearch import ApiError, Elasticsearch, TransportError

from indexer import metrics
from indexer.documents import Document
from indexer.errors import BusyError, RejectedError
from indexer.outcomes import NOTHING, Outcome, Refusal
from indexer.replies import Verdict, reason, verdict

MAX_BODY_BYTES = 8 << 20  # Elasticsearch takes 100 MB; this much is indexed within a second and held a few times


@dataclass(frozen=True, slots=True)
class Item:
    """A document ready to be sent: its action and, unless it is a delete, its source."""

    contact_id: int
    version: int
    lines: bytes
    deletes: bool


@dataclass(slots=True)
class Patience:
    """Waits longer after each attempt in a row that achieved nothing; `attempts` and `stopping` end it."""

    attempts: int = 8  # about half a minute in all: a restart of a node, and well below a lease
    first_seconds: float = 0.2
    most_seconds: float = 10.0
    stopping: Event = field(default_factory=Event)
    _failed: int = field(default=0, init=False)

    def succeeded(self) -> None:
        self._failed = 0

    def failed(self, cause: str) -> None:
        """Waits; raises BusyError after the last attempt, and when it is told to stop."""
        self._failed += 1
        if self._failed >= self.attempts:
            raise BusyError(f"Elasticsearch took nothing in {self._failed} attempts: {cause}", "the work stays queued")
        longest = min(self.most_seconds, self.first_seconds * 2**self._failed)
        seconds = random.uniform(longest / 2, longest)  # noqa: S311 (spreads the workers, keeps no secret)
        if self.stopping.wait(seconds):
            raise BusyError(f"this worker stops, and Elasticsearch takes nothing: {cause}", "the work stays queued")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one request achieved, what has to be sent again and why; `at_once` where waiting would not help."""

    outcome: Outcome
    again: tuple[Item, ...] = ()
    cause: str = ""
    at_once: bool = False


def encode(documents: Iterable[Document]) -> tuple[tuple[Item, ...], tuple[Refusal, ...]]:
    """The documents ready to be sent, and those that JSON cannot express."""
    items: list[Item] = []
    refused: list[Refusal] = []
    for document in documents:
        try:
            items.append(_item(document))
        except TypeError as error:
            refused.append(Refusal(document.contact_id, document.version, f"no JSON: {error}"))
    return tuple(items), tuple(refused)


def _item(document: Document) -> Item:
    """The action and, unless it is a delete, the source, each a line."""
    head = b'":{"_id":"%d","version":%d,"version_type":"external_gte"}}\n' % (document.contact_id, document.version)
    if document.source is None:
        return Item(document.contact_id, document.version, b'{"delete' + head, deletes=True)
    lines = b'{"index' + head + orjson.dumps(document.source) + b"\n"
    return Item(document.contact_id, document.version, lines, deletes=False)


def deliver(client: Elasticsearch, target: str, items: Sequence[Item], patience: Patience | None = None) -> Outcome:
    """Every item is in the index behind the alias `target`, or a newer version, or it was refused.

    Raises:
        BusyError: Elasticsearch is away, or does nothing but ask to come back later. Some items may be written.
        RejectedError: the target is no alias of an open index, or the requests are not allowed.
    """
    patience = patience or Patience()
    queue = deque(_bodies(items))
    outcome = NOTHING
    while queue:
        answer = _send(client, target, queue.popleft())
        outcome += answer.outcome
        metrics.answered(answer.outcome, len(answer.again))
        if answer.again:
            # Half as much at a time: what was too much at once may pass, and the one culprit is found.
            queue.extendleft(_halves(answer.again))
            if not answer.at_once:
                patience.failed(answer.cause)
        else:
            patience.succeeded()
    return outcome


def _bodies(items: Iterable[Item]) -> Iterator[tuple[Item, ...]]:
    """The items in requests of a bounded size."""
    body: list[Item] = []
    size = 0
    for item in items:
        if body and size + len(item.lines) > MAX_BODY_BYTES:
            yield tuple(body)
            body, size = [], 0
        body.append(item)
        size += len(item.lines)
    if body:
        yield tuple(body)


def _halves(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    middle = len(items) // 2
    return (half for half in (items[middle:], items[:middle]) if half)


def _send(client: Elasticsearch, target: str, items: tuple[Item, ...]) -> _Answer:
    try:
        response = client.bulk(
            index=target,
            operations=lines(items),  # type: ignore[arg-type]  # lines go as they are
            require_alias=True,
            filter_path=["items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.error.caused_by"],
        )
    except TransportError as error:
        return _Answer(NOTHING, items, str(error))
    except ApiError as error:
        return _refused_whole(items, error)
    return _read(target, items, response["items"])


def lines(items: Sequence[Item]) -> list[bytes]:
    """The body of a request to a `.write` alias that is to have `require_alias`."""
    return [item.lines for item in items] + _guard(items)


def _guard(items: Sequence[Item]) -> list[bytes]:
    """Keeps a request of deletes only from creating a missing index.

    A delete with an external version creates one, `require_alias` or not, unless an index action with `require_alias`
    goes along. This one always loses against the version of the delete before it.
    """
    if not all(item.deletes for item in items):
        return []
    return [b'{"index":{"_id":"%d","version":0,"version_type":"external_gte"}}\n{}\n' % items[-1].contact_id]


def _refused_whole(items: tuple[Item, ...], error: ApiError) -> _Answer:
    """The request failed before any item was looked at."""
    match error.status_code:
        case 400 | 413 if len(items) > 1:
            return _Answer(NOTHING, items, str(error), at_once=True)
        case 400 | 413:
            return _Answer(Outcome(0, 0, (Refusal(items[0].contact_id, items[0].version, str(error)),)))
        case 401 | 403 | 404 | 405:
            raise RejectedError(
                f"Elasticsearch refuses writes: {error}", "check ELASTICSEARCH_URL and its rights"
            ) from error
        case _:
            return _Answer(NOTHING, items, str(error))


def _read(target: str, items: tuple[Item, ...], replies: list[dict[str, Any]]) -> _Answer:
    """Item by item; the guard's reply, if there is one, comes last and is left over."""
    written = newer = 0
    refused: list[Refusal] = []
    again: list[Item] = []
    cause = ""
    for item, action in zip(items, replies[: len(items)], strict=True):
        (reply,) = action.values()
        match verdict(reply):
            case Verdict.DONE:
                written += 1
            case Verdict.NEWER:
                newer += 1
            case Verdict.REFUSED:
                refused.append(Refusal(item.contact_id, item.version, reason(reply)))
            case Verdict.BUSY | Verdict.UNKNOWN:
                again.append(item)
                cause = reason(reply)
            case Verdict.MISSING:
                raise RejectedError(f"{target} takes no documents: {reason(reply)}", "run: segments index rebuild")
    return _Answer(Outcome(written, newer, tuple(refused)), tuple(again), cause)
