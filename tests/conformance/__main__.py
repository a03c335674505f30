"""`python -m tests.conformance N`: the conformance suite with N random trees, and what they asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    os.environ["CONFORMANCE_TREES"] = sys.argv[1]
    sys.exit(pytest.main(["-q", "-s", "--no-header", str(Path(__file__).parent)]))
