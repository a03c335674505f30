"""Organisations may have an index of their own."""

from __future__ import annotations

from alembic import op

from store.postgres import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE indices
  ADD COLUMN org_id BIGINT,
  ADD COLUMN shards INTEGER,
  ADD COLUMN wanted TEXT;
CREATE UNIQUE INDEX uq_indices_live ON indices (alias, coalesce(org_id, 0)) WHERE state = 'live';
CREATE UNIQUE INDEX uq_indices_building ON indices (alias) WHERE state = 'building';

CREATE TABLE index_moves (
    index_name TEXT NOT NULL,
    org_id BIGINT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_index_moves_state CHECK (state IN ('joining', 'leaving')),
    fence BIGINT,
    through BIGINT DEFAULT '0' NOT NULL,
    total BIGINT DEFAULT '0' NOT NULL,
    done BIGINT DEFAULT '0' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_index_moves PRIMARY KEY (index_name, org_id),
    CONSTRAINT fk_index_moves_index_name FOREIGN KEY(index_name) REFERENCES indices (name) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_index_moves_joining ON index_moves (index_name) WHERE state = 'joining';
"""


def upgrade() -> None:
    run_script(op.get_bind(), STATEMENTS)
