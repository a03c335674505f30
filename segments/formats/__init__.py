"""Foreign formats: how other products write a segment, read as a tree of this service and, for some, written.

Every importer and exporter answers with a report: what it could say exactly, what only nearly and why, what not at all.
A condition is never dropped: where anything is refused there is no result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mappings.fields import Catalogue
from segments.formats import chatwoot, hubspot, intercom, klaviyo, mautic, react_querybuilder
from segments.formats.account import UNKNOWN, Account
from segments.formats.report import Exported, Fidelity, Finding, Imported


class Reader(Protocol):
    """Reads a foreign document; with `exact`, what could only be approximated is refused."""

    def __call__(
        self, document: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False
    ) -> Imported: ...


class Writer(Protocol):
    """Writes a tree as a foreign document; with `exact`, what could only be approximated is refused."""

    def __call__(
        self, tree: object, catalogue: Catalogue, account: Account = UNKNOWN, *, exact: bool = False
    ) -> Exported: ...


@dataclass(frozen=True, slots=True)
class Format:
    """A foreign format; `write` is None where it is only read."""

    name: str
    label: str
    read: Reader
    write: Writer | None = None


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("react-querybuilder", "react-querybuilder query", react_querybuilder.read, react_querybuilder.write),
        Format("hubspot", "HubSpot list filters", hubspot.read, hubspot.write),
        Format("klaviyo", "Klaviyo segment definition", klaviyo.read),
        Format("intercom", "Intercom contact search", intercom.read),
        Format("mautic", "Mautic segment filters", mautic.read),
        Format("chatwoot", "Chatwoot contact filter", chatwoot.read),
    )
}

__all__ = [
    "FORMATS",
    "UNKNOWN",
    "Account",
    "Exported",
    "Fidelity",
    "Finding",
    "Format",
    "Imported",
    "Reader",
    "Writer",
]
