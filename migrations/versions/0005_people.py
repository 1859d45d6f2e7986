"""People: proven addresses, codes and who may come in; profile, notices and mail; suspended, merged and erased accounts."""

import datetime as dt

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
ENDS = ('signed_out', 'idle', 'too_long', 'replaced')
NEW_ENDS = ('ended_elsewhere', 'suspended', 'account_gone')

NHS, NIHR = 'NHS in England and Wales', 'National Institute for Health and Care Research'
SCOTLAND, IRELAND = 'NHS Scotland', 'Health and Social Care in Northern Ireland'
RULES = (
    ('nhs.net', 'exact', 'allow', 'NHSmail', 'Proves work for the NHS, not for which organisation'),
    ('nhs.net', 'subdomain', 'deny', 'NHSmail', 'No sub-domains are given to people'),
    ('nhs.uk', 'exact', 'allow', NHS, ''),
    ('nhs.uk', 'subdomain', 'allow', NHS, 'Trusts, health boards and NHS Wales'),
    ('nihr.ac.uk', 'exact', 'allow', NIHR, ''),
    ('nihr.ac.uk', 'subdomain', 'allow', NIHR, ''),
    ('nhs.scot', 'exact', 'allow', SCOTLAND, ''),
    ('nhs.scot', 'subdomain', 'allow', SCOTLAND, ''),
    ('hscni.net', 'exact', 'review', IRELAND, ''),
    ('hscni.net', 'subdomain', 'review', IRELAND, ''),
    ('gov.uk', 'subdomain', 'review', 'Government', 'For example DHSC and UKHSA'),
    ('ac.uk', 'subdomain', 'review', 'Universities', 'Many research staff hold honorary contracts'),
)
"Who may come in until an administrator says otherwise."


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def added() -> dict[str, tuple[sa.Column, ...]]:
    return {
        'audit': (sa.Column('user_id', KEY),),
        'learner': (sa.Column('merged_into_id', KEY),),
        'login_session': (
            sa.Column('browser', sa.String(length=60), server_default='', nullable=False),
            sa.Column('offers_link', sa.Boolean(), server_default=sa.false(), nullable=False),
        ),
        'registration': (sa.Column('trusts_email', sa.Boolean(), server_default=sa.false(), nullable=False),),
        'role_grant': (
            sa.Column('themes', JSON, server_default=sa.text("'[]'"), nullable=False),
            sa.Column('granted_by_id', KEY),
            sa.Column('reason', sa.String(length=255), server_default='', nullable=False),
        ),
        'user': (
            *(sa.Column(name, sa.String(length=255), server_default='', nullable=False)
              for name in ('display_name', 'profession', 'organisation', 'region', 'setting')),
            sa.Column('profile_at', MOMENT),
            sa.Column('claim_key', sa.String(length=254)),
            sa.Column('unread', sa.Integer(), server_default=sa.text('0'), nullable=False),
            sa.Column('suspended_until', MOMENT),
            sa.Column('merged_into_id', KEY),
            sa.Column('erased_at', MOMENT),
        ),
    }


def _ends(values: tuple[str, ...]) -> None:
    """Let a session end for these reasons."""
    condition = "ended_by IN ({})".format(', '.join(f"'{value}'" for value in values))
    if op.get_bind().dialect.name == 'sqlite':
        # The table is made anew, which what points to it does not allow; such tickets live two minutes.
        op.execute("DELETE FROM ticket WHERE session_id IS NOT NULL")
        with op.batch_alter_table('login_session', recreate='always') as batch_op:
            batch_op.create_check_constraint(batch_op.f('ck_login_session_sessionend'), condition)
    else:
        op.drop_constraint(op.f('ck_login_session_sessionend'), 'login_session', type_='check')
        op.create_check_constraint(op.f('ck_login_session_sessionend'), 'login_session', condition)


def upgrade() -> None:
    _tables_by_email()
    _tables_of_mail()
    op.create_table('data_export',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('asked_by_id', KEY, nullable=False),
    sa.Column('state', choice('exportstate', 'queued', 'ready', 'failed'), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('last_error', sa.String(length=40), nullable=False),
    sa.Column('asked_at', MOMENT, nullable=False),
    sa.Column('ready_at', MOMENT, nullable=True),
    sa.Column('expires_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_data_export_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_export'))
    )
    op.create_index(op.f('ix_data_export_user_id'), 'data_export', ['user_id'])
    op.create_table('account_note',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('act', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=False),
    sa.Column('by_id', KEY, nullable=True),
    sa.Column('reason', sa.String(length=255), nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_account_note_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_note'))
    )
    op.create_index(op.f('ix_account_note_user_id'), 'account_note', ['user_id'])
    for table, columns in added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(op.f('ix_learner_merged_into_id'), 'learner', ['merged_into_id'])
    _name_accounts()
    _index_audit()
    _ends(ENDS + NEW_ENDS)


def _name_accounts() -> None:
    """Whoever was added from a shell until now comes in by a code to the account that was made for them."""
    op.create_index(op.f('ix_user_claim_key'), 'user', ['claim_key'], unique=True)
    op.execute("""
        UPDATE "user" SET claim_key = lower(email)
        WHERE id IN (SELECT min(id) FROM "user" WHERE email LIKE '%@%' AND email NOT LIKE '%+%' GROUP BY lower(email))
        AND NOT EXISTS (SELECT 1 FROM platform_user WHERE platform_user.user_id = "user".id)
    """)


def _index_audit() -> None:
    """The trail by person: who acted, and whom it was about, which the details held until now."""
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("UPDATE audit SET user_id = json_extract(details, '$.user') WHERE json_type(details, '$.user') = 'integer'")
    else:
        op.execute("UPDATE audit SET user_id = (details->>'user')::bigint WHERE jsonb_typeof(details->'user') = 'number'")
    op.create_index('ix_audit_actor', 'audit', ['actor_id', 'id'])
    op.create_index('ix_audit_user', 'audit', ['user_id', 'id'])


def _tables_by_email() -> None:
    rules = op.create_table('domain_rule',
    sa.Column('id', KEY, nullable=False),
    sa.Column('pattern', sa.String(length=253), nullable=False),
    sa.Column('match', choice('match', 'exact', 'subdomain'), nullable=False),
    sa.Column('action', choice('admission', 'allow', 'review', 'deny'), nullable=False),
    sa.Column('organisation', sa.String(length=255), nullable=False),
    sa.Column('note', sa.String(length=255), nullable=False),
    sa.Column('changed_by_id', KEY, nullable=True),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_domain_rule')),
    sa.UniqueConstraint('pattern', 'match', name=op.f('uq_domain_rule_pattern_match'))
    )
    at = dt.datetime.now(dt.UTC)
    names = ('pattern', 'match', 'action', 'organisation', 'note')
    op.bulk_insert(rules, [{**dict(zip(names, rule, strict=True)), 'changed_at': at} for rule in RULES])
    op.create_table('join_request',
    sa.Column('id', KEY, nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('key', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('sponsor', sa.String(length=255), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('standing', choice('standing', 'waiting', 'approved', 'refused'), nullable=False),
    sa.Column('asked_at', MOMENT, nullable=False),
    sa.Column('decided_at', MOMENT, nullable=True),
    sa.Column('decided_by_id', KEY, nullable=True),
    sa.Column('answer', sa.String(length=1000), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_join_request')),
    sa.UniqueConstraint('key', name=op.f('uq_join_request_key'))
    )
    op.create_table('tally',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('began_at', MOMENT, nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'who', 'began_at', name=op.f('pk_tally'))
    )
    op.create_index('ix_tally_began', 'tally', ['began_at'])
    op.create_table('email_address',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('key', sa.String(length=254), nullable=False),
    sa.Column('is_main', sa.Boolean(), nullable=False),
    sa.Column('verified_at', MOMENT, nullable=False),
    sa.Column('bounced_at', MOMENT, nullable=True),
    sa.Column('due_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_email_address_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_address')),
    sa.UniqueConstraint('key', name=op.f('uq_email_address_key'))
    )
    op.create_index(op.f('ix_email_address_user_id'), 'email_address', ['user_id'])
    op.create_table('email_code',
    sa.Column('id', KEY, nullable=False),
    sa.Column('nonce_hash', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('key', sa.String(length=254), nullable=False),
    sa.Column('purpose', choice('purpose', 'sign_in', 'link', 'confirm'), nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('target', sa.String(length=2000), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('used_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_email_code_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_code')),
    sa.UniqueConstraint('nonce_hash', name=op.f('uq_email_code_nonce_hash'))
    )
    op.create_index('ix_email_code_expires', 'email_code', ['expires_at'])
    op.create_index(op.f('ix_email_code_key'), 'email_code', ['key'])


def _tables_of_mail() -> None:
    op.create_table('mail',
    sa.Column('id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('about', sa.String(length=80), nullable=False),
    sa.Column('user_id', KEY, nullable=True),
    sa.Column('state', choice('mailstate', 'queued', 'waiting', 'sent', 'failed', 'dropped'), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=40), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('settled_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_mail_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    op.create_index('ix_mail_about', 'mail', ['kind', 'about'])
    op.create_index('ix_mail_state', 'mail', ['state', 'id', 'last_error'])
    op.create_index(op.f('ix_mail_created_at'), 'mail', ['created_at'])
    op.create_index(op.f('ix_mail_user_id'), 'mail', ['user_id'])
    op.create_table('mail_choice',
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('is_wanted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_mail_choice_user_id')),
    sa.PrimaryKeyConstraint('user_id', 'kind', name=op.f('pk_mail_choice'))
    )
    op.create_table('notification',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('facts', JSON, nullable=False),
    sa.Column('path', sa.String(length=500), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('read_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_notification_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification'))
    )
    op.create_index('ix_notification_user', 'notification', ['user_id', 'id'])


def downgrade() -> None:
    op.execute("UPDATE login_session SET ended_by = 'signed_out' WHERE ended_by IN {}".format(NEW_ENDS))
    _ends(ENDS)
    op.drop_index(op.f('ix_learner_merged_into_id'), 'learner')
    op.drop_index(op.f('ix_user_claim_key'), 'user')
    op.drop_index('ix_audit_actor', 'audit')
    op.drop_index('ix_audit_user', 'audit')
    for table, columns in added().items():
        for column in columns:
            op.drop_column(table, column.name)
    for table in ('notification', 'mail_choice', 'mail', 'email_code', 'email_address', 'tally', 'join_request',
                  'domain_rule', 'data_export', 'account_note'):
        op.drop_table(table)
