"""The only reader of the index: counts, samples, lists and explains the contacts that meet a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

from app.audience.columns import Columns, Member, can_be_shown, value_at
from app.audience.index import Contacts, Index, IndexAway, IndexMissing, Search
from app.audience.ranks import highest_ranks
from mappings.fields import Field
from mappings.index import BUCKETS
from mappings.text import fold
from segments import Condition, Moment, closed_windows
from segments import compile as compiled
from segments.clauses import Clause, all_of

__all__ = ["EVERYBODY", "Audience", "Columns", "Index", "IndexAway", "IndexMissing", "Member", "Value", "can_be_shown"]

EVERYBODY: Clause = {"match_all": {}}

STREAM_PAGE = 10_000  # Elasticsearch's own bound on a page; larger ones are not faster

_IN_REGEXP = re.compile(r"[^\w\s]|_")  # whatever could mean something in Lucene's regular expressions


@dataclass(frozen=True, slots=True)
class Value:
    """A value that contacts have, as one of them spells it, and how many have it."""

    value: Any
    contacts: int


class Audience:
    """The contacts of one organisation, as the index has them.

    Every method takes a clause from `clause`. A clause about a closed window means something only in the state of the
    index that its ranks were asked in: from then on all answers are about that state, until `close`.
    All methods raise IndexAway when Elasticsearch has no whole answer, and IndexMissing before the first build.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._index = contacts
        self._contacts = contacts
        self._held = ExitStack()

    def close(self) -> None:
        """Let go of the state that was held, if one was: answers are about the newest again."""
        self._contacts = self._index
        self._held.close()

    def clause(self, condition: Condition, moment: Moment) -> Clause:
        """The condition as one Elasticsearch clause; raises ConditionError where it cannot be exact."""
        windows = closed_windows(condition, moment)
        return compiled(condition, moment, highest_ranks(self._still(), windows) if windows else None)

    def count(self, clause: Clause) -> int:
        """How many contacts meet the clause, exactly."""
        answer = self._contacts.search({"size": 0, "track_total_hits": True, "query": self._contacts.fenced(clause)})
        total: int = answer["hits"]["total"]["value"]
        return total

    def counts(self, clauses: Sequence[Clause]) -> list[int]:
        """How many contacts meet each clause, in one request."""
        return self.counts_among([(EVERYBODY, clauses)])[0]

    def counts_among(self, asked: Sequence[tuple[Clause, Sequence[Clause]]]) -> list[list[int]]:
        """For each pair, how many of those who meet the first clause meet each of the others; in one request."""
        answers = self._contacts.searches([self._counting(among, clauses) for among, clauses in asked])
        every = [answer["aggregations"]["counts"]["buckets"] for answer in answers]
        return [
            [buckets[str(number)]["doc_count"] for number in range(len(clauses))]
            for buckets, (_, clauses) in zip(every, asked, strict=True)
        ]

    def sample(self, clause: Clause, size: int, seed: int, columns: Columns) -> tuple[Member, ...]:
        """Up to `size` contacts from the buckets that follow the seed's: the same ones until the data changes."""
        if size == 0:
            return ()
        start = seed % BUCKETS
        spans = [{"range": {"bucket": {"gte": start}}}, {"range": {"bucket": {"lt": start}}}]
        order = [{"bucket": "asc"}, {"contact_id": "asc"}]
        answers = self._contacts.searches(
            [self._listing(all_of([clause, span]), size, columns, order) for span in spans]
        )
        return tuple(columns.member(hit) for answer in answers for hit in answer["hits"]["hits"])[:size]

    def page(self, clause: Clause, size: int, after: int, columns: Columns) -> tuple[Member, ...]:
        """The next contacts by id, after the contact `after`; needs nothing kept in Elasticsearch between pages."""
        search = self._listing(clause, size, columns, [{"contact_id": "asc"}])
        answer = self._contacts.search(search | {"search_after": [after]})
        return tuple(map(columns.member, answer["hits"]["hits"]))

    def stream(self, clause: Clause, columns: Columns) -> Iterator[Member]:
        """Every contact, in no particular order, out of one state of the index, which is let go of behind the last."""
        search = self._listing(clause, STREAM_PAGE, columns, ["_doc", {"_shard_doc": "asc"}])
        with closing(self):
            still = self._still()
            while hits := still.search(search)["hits"]["hits"]:
                yield from map(columns.member, hits)
                if len(hits) < STREAM_PAGE:
                    return
                search = search | {"search_after": hits[-1]["sort"]}

    def values(self, field: Field, containing: str, size: int) -> tuple[Value, ...]:
        """The field's most frequent values that contain the text, whatever the case."""
        terms: dict[str, Any] = {"field": field.path, "size": size}
        if containing:
            terms["include"] = f".*{_literally(fold(containing))}.*"
        spelling = {"spelling": {"top_hits": {"size": 1, "_source": [field.path]}}}
        answer = self._contacts.search(
            {
                "size": 0,
                "track_total_hits": False,
                "query": self._contacts.fenced({"exists": {"field": field.path}}),
                "aggs": {"values": {"terms": terms, "aggs": spelling}},
            }
        )
        return tuple(_value(field, bucket) for bucket in answer["aggregations"]["values"]["buckets"])

    def _still(self) -> Contacts:
        """The contacts in the state that every further answer is about."""
        if self._contacts is self._index:
            self._contacts = self._held.enter_context(self._index.still())
        return self._contacts

    def _counting(self, among: Clause, clauses: Sequence[Clause]) -> Search:
        filters = {str(number): clause for number, clause in enumerate(clauses)}
        return {
            "size": 0,
            "track_total_hits": False,
            "query": self._contacts.fenced(among),
            "aggs": {"counts": {"filters": {"filters": filters}}},
        }

    def _listing(self, clause: Clause, size: int, columns: Columns, order: Sequence[object]) -> Search:
        return {
            "size": size,
            "track_total_hits": False,
            "query": self._contacts.fenced(clause),
            "sort": order,
            "_source": columns.source,
        }


def _literally(text: str) -> str:
    return _IN_REGEXP.sub(lambda found: "\\" + found[0], text)


def _value(field: Field, bucket: Mapping[str, Any]) -> Value:
    # The bucket's key is in lower case, so a contact that has the value lends its spelling.
    (hit,) = bucket["spelling"]["hits"]["hits"]
    stored = value_at(hit["_source"], field.path)
    spelt = stored if isinstance(stored, list) else [stored]
    return Value(next((one for one in spelt if fold(str(one)) == bucket["key"]), bucket["key"]), bucket["doc_count"])
