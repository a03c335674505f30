"""What the checks of the index have found."""

from __future__ import annotations

from alembic import op

from store.postgres import run_script

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE drift_checks (
    alias TEXT NOT NULL,
    through BIGINT DEFAULT '0' NOT NULL,
    checked BIGINT DEFAULT '0' NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    finished_checked BIGINT,
    finished_seconds DOUBLE PRECISION,
    rebuilt BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_drift_checks PRIMARY KEY (alias)
);

CREATE TABLE drift_findings (
    org_id BIGINT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_drift_findings_kind
        CHECK (kind IN ('missing', 'stale', 'ahead', 'orphan', 'wrong_tenant', 'different')),
    found BIGINT DEFAULT '0' NOT NULL,
    repaired BIGINT DEFAULT '0' NOT NULL,
    examples BIGINT[] DEFAULT '{}' NOT NULL,
    fields TEXT[] DEFAULT '{}' NOT NULL,
    found_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_drift_findings PRIMARY KEY (org_id, kind)
);
"""


def upgrade() -> None:
    run_script(op.get_bind(), STATEMENTS)
