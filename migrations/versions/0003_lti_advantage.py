"""Deep linking, roster, per-link settings, role rules, notices: what LTI Advantage needs to be kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
EMPTY = sa.text("'[]'")

CHOICES = (
    ('line_item', 'purpose', "'result', 'progress'", 'result'),
    ('resource_link', 'reports', "'completion', 'progress', 'best_score'", 'completion'),
)


def added() -> dict[str, tuple[sa.Column, ...]]:
    return {
        'context': (
            sa.Column('groups_url', sa.String(length=2000)),
            sa.Column('scopes', JSON, server_default=EMPTY, nullable=False),
            sa.Column('copied_from_pk', KEY),
            sa.Column('roster_at', sa.DateTime(timezone=True)),
            sa.Column('roster_tried_at', sa.DateTime(timezone=True)),
            sa.Column('roster_error', sa.String(length=40), server_default='', nullable=False),
            sa.Column('differences_url', sa.String(length=2000)),
        ),
        'line_item': (
            sa.Column('resource_id', sa.String(length=255), server_default='', nullable=False),
            sa.Column('tag', sa.String(length=255), server_default='', nullable=False),
            sa.Column('replaced_by_id', KEY),
        ),
        'login_session': (
            sa.Column('context_pk', KEY),
            sa.Column('resource_link_pk', KEY),
            sa.Column('granted', JSON, server_default=EMPTY, nullable=False),
        ),
        'user': (sa.Column('teaches', sa.Boolean(), server_default=sa.false(), nullable=False),),
        'lti_login': (sa.Column('storage_target', sa.String(length=255)),),
        'resource_link': (
            sa.Column('wants_progress_item', sa.Boolean(), server_default=sa.false(), nullable=False),
            sa.Column('progress_item_id', KEY),
            sa.Column('pass_mark', sa.Integer()),
            sa.Column('copied_from_pk', KEY),
        ),
    }


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('registration_id', KEY, nullable=False),
    sa.Column('notice_id', sa.String(length=255), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_notice_registration_id')),
    sa.PrimaryKeyConstraint('registration_id', 'notice_id', name=op.f('pk_notice'))
    )
    op.create_table('course_group',
    sa.Column('context_pk', KEY, nullable=False),
    sa.Column('group_id', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.ForeignKeyConstraint(['context_pk'], ['context.id'], name=op.f('fk_course_group_context_pk')),
    sa.PrimaryKeyConstraint('context_pk', 'group_id', name=op.f('pk_course_group'))
    )
    op.create_table('deep_link_request',
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('registration_id', KEY, nullable=False),
    sa.Column('deployment_id', sa.String(length=255), nullable=False),
    sa.Column('context_pk', KEY, nullable=True),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('return_url', sa.String(length=2000), nullable=False),
    sa.Column('data', sa.Text(), nullable=True),
    sa.Column('accept_types', JSON, nullable=False),
    sa.Column('accept_targets', JSON, nullable=False),
    sa.Column('accepts_multiple', sa.Boolean(), nullable=False),
    sa.Column('accepts_line_item', sa.Boolean(), nullable=False),
    sa.Column('current', sa.String(length=2000), nullable=False),
    sa.Column('frame_origins', JSON, nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['context_pk'], ['context.id'], name=op.f('fk_deep_link_request_context_pk')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_deep_link_request_registration_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_deep_link_request_user_id')),
    sa.PrimaryKeyConstraint('key_hash', name=op.f('pk_deep_link_request'))
    )
    op.create_index('ix_deep_link_request_expires', 'deep_link_request', ['expires_at'])

    op.create_table('role_rule',
    sa.Column('id', KEY, nullable=False),
    sa.Column('registration_id', KEY, nullable=False),
    sa.Column('context_pk', KEY, nullable=True),
    sa.Column('lti_scope', sa.String(length=12), nullable=False),
    sa.Column('lti_role', sa.String(length=255), nullable=False),
    sa.Column('grants', sa.String(length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['context_pk'], ['context.id'], name=op.f('fk_role_rule_context_pk')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_role_rule_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_rule'))
    )
    op.create_index('ix_role_rule_registration_id', 'role_rule', ['registration_id'])

    op.create_table('roster_entry',
    sa.Column('id', KEY, nullable=False),
    sa.Column('context_pk', KEY, nullable=False),
    sa.Column('sub', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('roles', JSON, nullable=False),
    sa.Column('is_learner', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('groups', JSON, server_default=sa.text("'[]'"), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['context_pk'], ['context.id'], name=op.f('fk_roster_entry_context_pk')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_entry')),
    sa.UniqueConstraint('context_pk', 'sub', name=op.f('uq_roster_entry_context_pk_sub'))
    )
    op.create_index('ix_roster_entry_name', 'roster_entry', ['context_pk', 'name', 'id'])
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    for table, column, values, default in CHOICES:
        # Written out: a check that comes with its column needs no table made anew on SQLite.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(24) DEFAULT '{default}' NOT NULL "
            f"CONSTRAINT ck_{table}_{column} CHECK ({column} IN ({values}))"
        )
    op.create_index('ix_login_session_registration', 'login_session', ['registration_id', 'id'])
    op.create_index('ix_audit_reference', 'audit', ['reference'])
    # Whoever launched before is on the list of members from the start.
    op.execute(
        "INSERT INTO roster_entry (context_pk, sub, name, email, roles, is_learner, is_active, read_at) "
        "SELECT m.context_pk, p.sub, u.name, u.email, m.roles, m.is_learner, true, m.seen_at FROM membership m "
        "JOIN platform_user p ON p.id = m.platform_user_id JOIN \"user\" u ON u.id = p.user_id"
    )
    op.execute(
        "UPDATE \"user\" SET teaches = true WHERE id IN (SELECT p.user_id FROM platform_user p "
        "JOIN membership m ON m.platform_user_id = p.id WHERE m.is_instructor = true)"
    )


def downgrade() -> None:
    op.drop_index('ix_audit_reference', 'audit')
    op.drop_index('ix_login_session_registration', 'login_session')
    for table, column, _, _ in CHOICES:
        op.drop_column(table, column)
    for table, columns in added().items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in ('roster_entry', 'role_rule', 'deep_link_request', 'course_group', 'notice'):
        op.drop_table(table)
