"""Refused contacts are found without a look at the others."""

from __future__ import annotations

from alembic import op

from store.postgres import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index = "CREATE INDEX ix_index_state_refused ON index_state (org_id, contact_id) WHERE error IS NOT NULL"
    run_script(op.get_bind(), index)
