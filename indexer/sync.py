"""Brings what changed into every index of the write set: claim -> snapshot -> build -> bulk -> complete."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from threading import Event

from indexer import bulk, metrics, source
from indexer.connections import Connections
from indexer.creation import first_index
from indexer.documents import build
from indexer.errors import RejectedError
from indexer.outcomes import Refusal
from indexer.overlap import overlapped
from indexer.registry import Widths, widths
from indexer.rows import Rows
from mappings.errors import ContractError
from store import state, write_set
from store.holding import holders
from store.postgres import repeated
from store.write_set import Entry

_log = logging.getLogger(__name__)

# Batches sent, or seconds gone by, before they are made visible and recorded: a refresh costs some 20 ms, a lease lasts
# far longer, and whoever changed one contact waits for no more than that of another's thousands.
_BATCHES_A_REFRESH = 8
_SECONDS_A_REFRESH = 0.5


@dataclass(frozen=True, slots=True)
class Drained:
    """Contacts recorded as indexed and as refused; `more` where time ran out before all was done."""

    indexed: int
    refused: int
    more: bool


@dataclass(frozen=True, slots=True)
class _Portion:
    """Documents that go to the same indices: as a rule all of a batch."""

    entries: tuple[Entry, ...]
    items: tuple[bulk.Item, ...]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Leased contacts with their documents. `refused` are those that made none."""

    claim: state.Claim
    portions: tuple[_Portion, ...]
    refused: tuple[Refusal, ...]


@dataclass(slots=True)
class Sync:
    """The work of one index worker; once it is `stopping` it claims nothing more and ends what it has."""

    connections: Connections
    batch: int = state.BATCH
    stopping: Event = field(default_factory=Event)
    _claims: set[state.Claim] = field(default_factory=set)
    _unready: dict[int, ContractError] = field(default_factory=dict)

    def drain(self, seconds: float) -> Drained:
        """Nothing is pending any more, except what other workers hold or the index refuses, or its time is over.

        Whatever goes wrong, what was claimed here and not recorded is given back.

        Raises:
            ContractError: an index of the write set is missing, or another contract's. Where it is an organisation's
                own, what is pending of the others was done first.
            BusyError: Elasticsearch is away.
        """
        drained = self._drained(time.monotonic() + seconds)
        if self._unready and not drained.more:
            raise next(iter(self._unready.values()))
        return drained

    def _drained(self, deadline: float) -> Drained:
        indexed = refused = 0
        try:
            self._prepare()
            while self._goes_on(deadline):
                done = self._pass(deadline)
                indexed, refused = indexed + done.indexed, refused + done.refused
                if not done.indexed + done.refused:
                    return Drained(indexed, refused, more=False)
            return Drained(indexed, refused, more=True)
        finally:
            self._give_back()

    def _goes_on(self, deadline: float) -> bool:
        return time.monotonic() < deadline and not self.stopping.is_set()

    def _prepare(self) -> None:
        """Every index can be written to, or nothing is claimed that would go there."""
        first_index(self.connections)
        with self.connections.engine.connect() as db:
            entries = write_set.write_set(db, self.connections.alias)
        for entry in entries:
            try:
                self._ready(entry, widths(()))
            except ContractError as error:
                if entry.org_id is None:
                    raise
                self._unready[entry.org_id] = error

    def _pass(self, deadline: float) -> Drained:
        """Everything that is due now. What changes while it is leased is due again afterwards."""
        indexed = refused = 0
        sent: list[tuple[_Batch, dict[int, str]]] = []
        settled = time.monotonic()
        with closing(overlapped(self._claimed(deadline), self._send)) as results:
            for batch, errors in results:
                sent.append((batch, errors))
                refused += len(errors)
                indexed += sum(item.contact_id not in errors for one in batch.portions for item in one.items)
                if len(sent) == _BATCHES_A_REFRESH or time.monotonic() - settled >= _SECONDS_A_REFRESH:
                    self._settle(sent)
                    sent, settled = [], time.monotonic()
        self._settle(sent)
        return Drained(indexed, refused, more=False)

    def _claimed(self, deadline: float) -> Iterator[_Batch]:
        while self._goes_on(deadline):
            with metrics.stage("claim"), self.connections.engine.begin() as db:
                claim = state.claim(db, self.batch, without=self._unready)
            if not claim.contact_ids:
                return
            self._claims.add(claim)
            batch = self._prepared(claim)
            if not batch.portions:
                return  # somebody makes the first index just now, or gave it up
            yield batch
            if len(claim.contact_ids) < self.batch:
                # That was all. What changed since is taken after the refresh, together: one by one, a stream of
                # single changes would be claimed and sent contact by contact.
                return

    def _prepared(self, claim: state.Claim) -> _Batch:
        with metrics.stage("read"), source.snapshot(self.connections.engine) as db:
            rows = source.read(db, claim.contact_ids)
            # Seen in the same snapshot as the rows: an index that is not there yet is filled from a later one.
            entries = write_set.write_set(db, self.connections.alias)
        with metrics.stage("build"):
            built = build(rows)
            items, unwritable = bulk.encode(built.documents)
        return _Batch(claim, tuple(self._portions(entries, rows, items)), built.refused + unwritable)

    def _portions(self, entries: Sequence[Entry], rows: Rows, items: Sequence[bulk.Item]) -> Iterator[_Portion]:
        """The items by where they go; none of them while there is no index for some."""
        organisations = {state.contact_id: state.org_id for state in rows.states}
        together: dict[tuple[Entry, ...], set[int]] = {}
        for org_id in set(organisations.values()):
            together.setdefault(holders(entries, org_id), set()).add(org_id)
        if () in together:
            return
        for held_by, here in together.items():
            ready = tuple(entry for entry in held_by if self._ready(entry, rows.registry.widths(here)))
            yield _Portion(ready, tuple(item for item in items if organisations[item.contact_id] in here))

    def _ready(self, entry: Entry, needed: Widths) -> bool:
        """Whether to write to the index; one that left the write set meanwhile may be gone."""
        try:
            widened = self.connections.indices.ready(entry, needed)
        except ContractError:
            if self._is_current(entry):
                raise
            return False
        if widened:
            with self.connections.engine.begin() as db:
                state.retry_refused(db)
        return True

    def _is_current(self, entry: Entry) -> bool:
        with self.connections.engine.connect() as db:
            return entry.name in {one.name for one in write_set.write_set(db, self.connections.alias)}

    def _send(self, batch: _Batch) -> dict[int, str]:
        """The batch is in every index, except the contacts that one of them refuses: those and why."""
        errors = {refusal.contact_id: refusal.reason for refusal in batch.refused}
        for entry, items in ((entry, one.items) for one in batch.portions for entry in one.entries):
            try:
                patience = bulk.Patience(stopping=self.stopping)
                with metrics.stage("bulk"):
                    outcome = bulk.deliver(self.connections.indices.client, entry.target, items, patience)
            except RejectedError:
                self.connections.indices.forget(entry)  # the next one to write there finds out what is the matter
                if self._is_current(entry):
                    raise
            else:
                if outcome.refused:
                    self.connections.indices.forget(entry)  # one with fewer slots may stand in its place
                errors |= {refusal.contact_id: refusal.reason for refusal in outcome.refused}
        return errors

    def _settle(self, sent: Sequence[tuple[_Batch, dict[int, str]]]) -> None:
        """What was sent can be found, and then counts as indexed: freshness promises no less."""
        for entry in {entry for batch, _ in sent for portion in batch.portions for entry in portion.entries}:
            with metrics.stage("refresh"):
                self.connections.indices.refresh(entry)
        for batch, errors in sent:
            with metrics.stage("complete"):
                self._record(batch, errors)

    def _record(self, batch: _Batch, errors: dict[int, str]) -> None:
        written = self._complete(batch, errors)
        if errors:
            with self.connections.engine.begin() as db:
                state.fail(db, batch.claim.lease, errors)
            # Without the reason, which may quote the contact: that goes with the contact, a log does not.
            said = "the index refuses %s contacts, such as %s: index_state.error says why"
            _log.warning(said, len(errors), next(iter(errors)))
        self._claims.discard(batch.claim)
        metrics.recorded(written, len(errors))

    @repeated
    def _complete(self, batch: _Batch, errors: dict[int, str]) -> int:
        """What was not refused counts as indexed; how many contacts."""
        with self.connections.engine.begin() as db:
            kept = [portion for portion in batch.portions if write_set.keep_one(db, portion.entries)]
            items = [item for portion in kept for item in portion.items]
            written = {item.contact_id: item.version for item in items if item.contact_id not in errors}
            state.complete(db, batch.claim.lease, written, batch.claim.at)
            if len(kept) < len(batch.portions):
                # The first index of all was given up: what only it held is in none.
                state.release(db, batch.claim)
        return len(written)

    def _give_back(self) -> None:
        """Let others take what was claimed and not recorded."""
        while self._claims:
            with self.connections.engine.begin() as db:
                state.release(db, self._claims.pop())
