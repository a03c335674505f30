"""docs/language.md: every operator with its meaning, an example and whom it finds, made from the operators."""

from __future__ import annotations

from segments.reference.entries import ENTRIES, Entry
from segments.reference.page import PAGE, render

__all__ = ["ENTRIES", "PAGE", "Entry", "render"]
