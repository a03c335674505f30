"""Segments of other products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import formats
from app.api.area import Area
from app.auth import caller
from app.schemas.formats import Formats, ReadDocument, ReadRequest, WriteRequest, WrittenDocument
from segments.formats import Account
from store.tokens import Scope

area = Area("formats", __name__, description="Segments of other products, read and written.")


@area.endpoint("GET", "/formats", scope=Scope.READ, answer=Formats)
def all_of() -> Mapping[str, Any]:
    """The formats that can be read, and which of them can be written."""
    return formats.offered()


@area.endpoint("POST", "/formats/<name>/read", scope=Scope.READ, body=ReadRequest, answer=ReadDocument)
def read(name: str, document: object, account: Account, exact: bool) -> Mapping[str, Any]:
    """A segment of another product as a tree, with what became of each of its conditions; nothing is saved.

    Where any condition is refused there is no tree.
    """
    return formats.read(caller().org_id, name, document, account, exact=exact)


@area.endpoint("POST", "/formats/<name>/write", scope=Scope.READ, body=WriteRequest, answer=WrittenDocument)
def write(name: str, tree: object, account: Account, exact: bool) -> Mapping[str, Any]:
    """A tree in the words of another product, with what became of each of its rules.

    Where any rule is refused there is no document.
    """
    return formats.write(caller().org_id, name, tree, account, exact=exact)
