"""`python -m tests.answers`: the known answers, through the HTTP API."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.answers.test_answers import DATA

if __name__ == "__main__":
    if not DATA.is_dir():
        print(f"answers: none, the data sets are not here: {DATA}")  # noqa: T201
    sys.exit(pytest.main(["-q", "-s", "--no-header", str(Path(__file__).parent)]))
