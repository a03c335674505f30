"""What an import or export could say exactly, what only nearly, and what not at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Fidelity(StrEnum):
    """How well a condition of one language was said in the other."""

    EXACT = "exact"
    APPROXIMATED = "approximated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of the document that was read: its place there (a JSON pointer), how well it was said, and why."""

    pointer: str
    fidelity: Fidelity
    detail: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A foreign document as a tree of this service; None where anything of it was refused."""

    tree: dict[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def exact(self) -> bool:
        """Whether the tree means what the document means, wherever that can be known."""
        return all(finding.fidelity is Fidelity.EXACT for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Exported:
    """A tree of this service as a foreign document; None where anything of it was refused."""

    document: dict[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def exact(self) -> bool:
        """Whether the document means what the tree means, wherever that can be known."""
        return all(finding.fidelity is Fidelity.EXACT for finding in self.findings)
