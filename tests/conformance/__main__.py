"""`python -m tests.conformance N`: the conformance suite with N random trees, and what they asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


class _Closing:
    """Hears the suite's closing line, so that it can be the last."""

    line = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == "conformance":
                self.line = str(value)


if __name__ == "__main__":
    os.environ["CONFORMANCE_TREES"] = sys.argv[1]
    closing = _Closing()
    outcome = pytest.main(["-q", "-s", "--no-header", str(Path(__file__).parent)], plugins=[closing])
    print(closing.line)  # noqa: T201 (what was asked)
    sys.exit(outcome)
