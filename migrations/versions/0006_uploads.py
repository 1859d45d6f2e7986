"""Uploads: packages that are played, tries at them, plays, release rules, and how a version takes over from the one before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)

KINDS = ('page', 'video', 'quiz', 'reflection', 'link', 'file')
NEW_KINDS = ('pdf', 'web', 'scorm', 'h5p')
RULES = ('viewed', 'marked', 'quiz_passed', 'watched', 'written')
NEW_RULES = ('status', 'score', 'seen')
ASKED = ('single', 'multiple', 'truefalse', 'shortanswer')
NEW_ASKED = ('numerical', 'matching', 'essay', 'description', 'cloze')


def choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _checks(table: str, **values: tuple[str, ...]) -> None:
    """Let columns hold these values. SQLite has the table made anew, and a check is not read back: it is left behind by itself."""
    conditions = {
        'ck_{}_{}'.format(table, name.replace('_', '')): "{} IN ({})".format(name.split('_')[-1], ', '.join(f"'{value}'" for value in each))
        for name, each in values.items()
    }
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table(table, recreate='always') as batch_op:
            for name, condition in conditions.items():
                batch_op.create_check_constraint(batch_op.f(name), condition)
        return
    for name, condition in conditions.items():
        op.drop_constraint(op.f(name), table, type_='check')
        op.create_check_constraint(op.f(name), table, condition)


def _choices(table: str, column: str, name: str, values: tuple[str, ...], default: str) -> None:
    listed = ', '.join(f"'{value}'" for value in values)
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(24) DEFAULT '{default}' NOT NULL "
        f"CONSTRAINT ck_{table}_{name} CHECK ({column} IN ({listed}))"
    )


def upgrade() -> None:
    op.create_table('package',
    sa.Column('id', KEY, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('is_zip', sa.Boolean(), nullable=False),
    sa.Column('size', KEY, nullable=False),
    sa.Column('entry_count', sa.Integer(), nullable=False),
    sa.Column('index', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_package')),
    sa.UniqueConstraint('sha256', name=op.f('uq_package_sha256'))
    )
    _checks('unit', unit_kind=KINDS + NEW_KINDS, rule=RULES + NEW_RULES)
    _checks('question', question_kind=ASKED + NEW_ASKED)
    with op.batch_alter_table('unit') as batch_op:
        batch_op.add_column(sa.Column('package_id', KEY, sa.ForeignKey('package.id', name=op.f('fk_unit_package_id'))))
        batch_op.add_column(sa.Column('source', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('play', JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column('release', JSON, server_default=sa.text("'{}'"), nullable=False))
    _choices('unit', 'score_policy', 'scorepolicy', ('best', 'last', 'first'), 'best')
    op.create_index(op.f('ix_unit_package_id'), 'unit', ['package_id'])
    _choices('module_version', 'switch', 'switch', ('stay', 'offer', 'must'), 'stay')
    op.add_column('module_version', sa.Column('is_compatible', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('module_version', sa.Column('format', sa.String(length=24), server_default='', nullable=False))
    op.add_column('enrolment', sa.Column('stays_on_id', KEY, nullable=True))
    _attempts()
    _uploads()


def _attempts() -> None:
    op.create_table('attempt',
    sa.Column('id', KEY, nullable=False),
    sa.Column('enrolment_id', KEY, nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.Column('exit', choice('exit', 'open', 'suspended', 'ended'), nullable=False),
    sa.Column('is_complete', sa.Boolean(), nullable=False),
    sa.Column('is_passed', sa.Boolean(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('play_seconds', sa.Integer(), nullable=False),
    sa.Column('commit_seq', sa.Integer(), nullable=False),
    sa.Column('started_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_attempt_enrolment_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_attempt_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('enrolment_id', 'unit_id', 'n', name=op.f('uq_attempt_enrolment_id_unit_id_n'))
    )
    op.create_table('play',
    sa.Column('id', KEY, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('unit_id', KEY, nullable=False),
    sa.Column('mode', choice('mode', 'learn', 'preview', 'review'), nullable=False),
    sa.Column('attempt_id', KEY, nullable=True),
    sa.Column('session_id', KEY, nullable=True),
    sa.Column('frame_origins', JSON, nullable=False),
    sa.Column('opened_at', MOMENT, nullable=False),
    sa.Column('expires_at', MOMENT, nullable=False),
    sa.Column('fenced_at', MOMENT, nullable=True),
    sa.Column('ended_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_play_unit_id')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_play_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_play')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_play_token_hash'))
    )
    for column in ('attempt_id', 'session_id', 'expires_at'):
        op.create_index(op.f(f'ix_play_{column}'), 'play', [column])


def _uploads() -> None:
    states = ('receiving', 'waiting', 'checking', 'done', 'refused', 'failed', 'cancelled')
    op.create_table('upload',
    sa.Column('id', KEY, nullable=False),
    sa.Column('user_id', KEY, nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('size', KEY, nullable=False),
    sa.Column('received', KEY, nullable=False),
    sa.Column('state', choice('uploadstate', *states), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('tries', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('wanted', JSON, nullable=False),
    sa.Column('report', JSON, server_default=sa.text("'{}'"), nullable=False),
    sa.Column('last_error', sa.String(length=255), server_default='', nullable=False),
    sa.Column('version_id', KEY, nullable=True),
    sa.Column('began_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('checked_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_upload_user_id')),
    sa.ForeignKeyConstraint(['version_id'], ['module_version.id'], name=op.f('fk_upload_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('key', name=op.f('uq_upload_key'))
    )
    for column in ('user_id', 'version_id', 'changed_at'):
        op.create_index(op.f(f'ix_upload_{column}'), 'upload', [column])


def downgrade() -> None:
    for table in ('upload', 'play', 'attempt'):
        op.drop_table(table)
    op.drop_column('enrolment', 'stays_on_id')
    for name in ('format', 'is_compatible'):
        op.drop_column('module_version', name)
    _drop_choices('module_version', 'switch', 'switch')
    op.execute("UPDATE unit SET kind = 'page', rule = 'marked' WHERE kind IN {}".format(NEW_KINDS))
    op.execute("DELETE FROM question WHERE kind IN {}".format(NEW_ASKED))
    op.drop_index(op.f('ix_unit_package_id'), 'unit')
    with op.batch_alter_table('unit') as batch_op:
        batch_op.drop_constraint(op.f('fk_unit_package_id'), type_='foreignkey')
        for name in ('package_id', 'source', 'play', 'release'):
            batch_op.drop_column(name)
    _drop_choices('unit', 'score_policy', 'scorepolicy')
    op.drop_table('package')
    _checks('unit', unit_kind=KINDS, rule=RULES)
    _checks('question', question_kind=ASKED)


def _drop_choices(table: str, column: str, name: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
        batch_op.drop_column(column)
