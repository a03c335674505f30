"""Figures as they are printed: shares of measured values, and whether an aim was reached."""

from __future__ import annotations

from collections.abc import Collection
from math import nan


def share(values: Collection[float], part: float) -> float:
    """The value that this part of the values does not exceed; nan without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else nan


def spread(values: Collection[float]) -> str:
    """Half of the values, most of them, all of them: seconds that are not exceeded."""
    return f"p50 {share(values, 0.5):.2f} s, p95 {share(values, 0.95):.2f} s, most {share(values, 1):.2f} s"


def aim(words: str, *, met: bool) -> None:
    """Print whether it was reached, on this machine, at this moment."""
    print(f"    aim: {words}: {'met' if met else 'NOT MET'}", flush=True)
