"""What a full pass found, for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

from indexer.drift.judgement import Drift
from indexer.drift.verify import Step
from store.drift import EXAMPLES, Kind


@dataclass(slots=True)
class _Found:
    """Drift of one kind: how many documents, some of them, the fields that differed."""

    count: int = 0
    examples: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def add(self, drift: Drift) -> None:
        self.count += 1
        self.fields.update(drift.fields)
        if len(self.examples) < EXAMPLES:
            self.examples.append(drift.id)


@dataclass(slots=True)
class Report:
    """The steps so far, added up by index; `faults` are those of indices that could not be compared."""

    faults: list[str] = field(default_factory=list)
    _compared: Counter[str] = field(default_factory=Counter)
    _rebuilt: Counter[str] = field(default_factory=Counter)
    _found: dict[tuple[str, int, Kind], _Found] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        name = step.entry.name
        self._compared[name] += step.compared
        self._rebuilt[name] += step.rebuilt
        if step.fault:
            self.faults.append(step.fault)
        for one in step.drifts:
            self._found.setdefault((name, one.org_id, one.kind), _Found()).add(one)

    @property
    def drifted(self) -> int:
        """Documents that are not as they should be."""
        return sum(found.count for found in self._found.values())

    def lines(self) -> Iterator[str]:
        """Each index with what was looked at, and below it what was wrong; then those that could not be compared."""
        for name, compared in self._compared.items():
            yield f"{name}: {compared:,} contacts compared, {self._rebuilt[name]:,} documents built anew"
            yield from (f"  {finding}" for finding in self.findings(name))
        yield from self.faults

    def findings(self, name: str) -> Iterator[str]:
        """What was wrong in the index, by organisation and kind."""
        for (where, org_id, kind), found in sorted(self._found.items(), key=itemgetter(0)):
            if where == name:
                within = f" in {', '.join(sorted(found.fields))}" if found.fields else ""
                counted = f"{found.count:,} {kind.replace('_', ' ')}{within}"
                yield f"organisation {org_id}: {counted}, such as {', '.join(found.examples)}"
