"""What a full pass found, for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.drift.judgement import Drift
from indexer.drift.verify import Step
from store.drift import EXAMPLES, Kind


@dataclass(slots=True)
class Report:
    """The steps so far, added up by index."""

    _compared: dict[str, int] = field(default_factory=dict)
    _rebuilt: dict[str, int] = field(default_factory=dict)
    _found: dict[tuple[str, int, Kind], list[Drift]] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        name = step.entry.name
        self._compared[name] = self._compared.get(name, 0) + step.compared
        self._rebuilt[name] = self._rebuilt.get(name, 0) + step.rebuilt
        for one in step.drifts:
            self._found.setdefault((name, one.org_id, one.kind), []).append(one)

    @property
    def drifted(self) -> int:
        """Documents that are not as they should be."""
        return sum(map(len, self._found.values()))

    def lines(self) -> Iterator[str]:
        """Each index with what was looked at, and below it what was wrong, by organisation and kind."""
        for name, compared in self._compared.items():
            yield f"{name}: {compared:,} contacts compared, {self._rebuilt[name]:,} documents built anew"
            for (where, org_id, kind), drifts in sorted(self._found.items()):
                if where == name:
                    yield f"  organisation {org_id}: {_counted(kind, drifts)}"


def _counted(kind: Kind, drifts: list[Drift]) -> str:
    fields = sorted({one for drift in drifts for one in drift.fields})
    within = f" in {', '.join(fields)}" if fields else ""
    examples = ", ".join(drift.id for drift in drifts[:EXAMPLES])
    return f"{len(drifts):,} {kind.replace('_', ' ')}{within}, such as {examples}"
