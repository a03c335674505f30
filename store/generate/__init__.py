"""Made-up contacts, as many as wanted, for demos and measurements: seeded, skewed and of many scripts.

What is told about them does not depend on the machine; only the ids do. Nothing here is used by the service.
"""

from __future__ import annotations

from store.generate.generate import Sizes, generate

__all__ = ["Sizes", "generate"]
