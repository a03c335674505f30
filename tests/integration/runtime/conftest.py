from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.runtime.servers import command


@pytest.fixture
def servers_dir(tmp_path: Path) -> Iterator[Path]:
    """A state folder; whatever still runs there is stopped. It is below a folder that only its owner may enter."""
    folder = tmp_path / "servers"
    tmp_path.chmod(0o700)
    yield folder
    command(folder, "down", "--delete-data")
