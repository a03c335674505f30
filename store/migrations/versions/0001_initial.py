"""The first schema."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from store.postgres import run_script

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    run_script(op.get_bind(), statements)
