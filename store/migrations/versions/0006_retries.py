"""Refused contacts that wait for another try are no claim's concern."""

from __future__ import annotations

from alembic import op

from store.postgres import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE index_state ADD COLUMN retry_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_index_state_due ON index_state (changed_at) WHERE version > indexed_version AND retry_at IS NULL;
CREATE INDEX ix_index_state_org_id_due ON index_state (org_id, changed_at)
 WHERE version > indexed_version AND retry_at IS NULL;
CREATE INDEX ix_index_state_retry ON index_state (retry_at) WHERE retry_at IS NOT NULL;
DROP INDEX ix_index_state_pending;
"""


def upgrade() -> None:
    run_script(op.get_bind(), STATEMENTS)
