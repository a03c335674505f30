"""What is the matter with an index is recorded."""

from __future__ import annotations

from alembic import op

from store.postgres import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(op.get_bind(), "ALTER TABLE indices ADD COLUMN fault TEXT")
