"""States of a score that tell more, what each link reports, and who is followed step by step."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

KIND = "ck_score_delivery"
NEW = "state IN ('nothing_yet', 'queued', 'sending', 'waiting', 'sent', 'needs_help', 'superseded')"
OLD = "state IN ('nothing_yet', 'waiting', 'sent', 'failed')"


def _check(condition: str) -> None:
    # SQLite has its tables made anew, and a check is not read back: there it is left behind by itself.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table('score', recreate="always" if is_sqlite else "never") as batch_op:
        batch_op.create_check_constraint(batch_op.f(KIND), condition)


def _drop_check() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table('score', recreate="always"):
            pass
    else:
        op.drop_constraint(op.f(KIND), 'score', type_='check')


def upgrade() -> None:
    _drop_check()
    op.execute("UPDATE score SET state = 'needs_help' WHERE state = 'failed'")
    op.execute("UPDATE score SET state = 'queued' WHERE state = 'waiting' AND attempts = 0")
    _check(NEW)
    op.execute(
        "ALTER TABLE score ADD COLUMN reports VARCHAR(24) DEFAULT 'completion' NOT NULL "
        "CONSTRAINT ck_score_reports CHECK (reports IN ('completion', 'progress', 'best_score'))"
    )
    op.add_column('score', sa.Column('pass_mark', sa.Integer()))
    op.add_column('score', sa.Column('repaired_at', sa.DateTime(timezone=True)))
    op.create_index('ix_score_needs_help', 'score', ['line_item_id'], sqlite_where=sa.text("state = 'needs_help'"),
                    postgresql_where=sa.text("state = 'needs_help'"))
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
    op.add_column('lti_login', sa.Column('asked', json, server_default=sa.text("'{}'"), nullable=False))
    op.add_column('deployment', sa.Column('notices_url', sa.String(length=2000)))
    op.add_column('deployment', sa.Column('notices_at', sa.DateTime(timezone=True)))
    op.add_column('registration', sa.Column('legacy_key', sa.String(length=255)))
    op.add_column('registration', sa.Column('legacy_secret', sa.Text()))
    op.add_column('line_item', sa.Column('checked_at', sa.DateTime(timezone=True)))
    op.add_column('enrolment', sa.Column('is_followed', sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column('enrolment', 'is_followed')
    op.drop_column('line_item', 'checked_at')
    for name in ('legacy_secret', 'legacy_key'):
        op.drop_column('registration', name)
    for name in ('notices_at', 'notices_url'):
        op.drop_column('deployment', name)
    op.drop_column('lti_login', 'asked')
    op.drop_index('ix_score_needs_help', 'score')
    for name in ('repaired_at', 'pass_mark', 'reports'):
        op.drop_column('score', name)
    _drop_check()
    op.execute("UPDATE score SET state = 'failed' WHERE state IN ('needs_help', 'superseded')")
    op.execute("UPDATE score SET state = 'waiting' WHERE state IN ('queued', 'sending')")
    _check(OLD)
