"""`python -m segments.reference` writes the page."""

from __future__ import annotations

from segments.reference import PAGE, render

PAGE.write_text(render(), encoding="utf-8")
