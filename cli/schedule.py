"""What is done again and again, of every layer: `rq cron cli.schedule`."""

from __future__ import annotations

import indexer.schedule  # noqa: F401  # importing registers
