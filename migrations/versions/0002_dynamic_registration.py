"""Dynamic registration: invites, and what a platform said when it was registered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

KIND = "ck_ticket_ticketkind"


def upgrade() -> None:
    json = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
    with op.batch_alter_table('registration') as batch_op:
        batch_op.add_column(sa.Column('is_pending', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('product', sa.String(length=255), server_default='', nullable=False))
        batch_op.add_column(sa.Column('scopes', json, server_default=sa.text("'[]'"), nullable=False))
    # SQLite has its tables made anew, and a check is not read back: there it is left behind by itself.
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table('ticket', recreate="always" if is_sqlite else "never") as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(batch_op.f(KIND), type_='check')
        batch_op.create_check_constraint(batch_op.f(KIND), "kind IN ('window', 'sign_in', 'invite')")


def downgrade() -> None:
    op.execute("DELETE FROM ticket WHERE kind = 'invite'")
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table('ticket', recreate="always" if is_sqlite else "never") as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(batch_op.f(KIND), type_='check')
        batch_op.create_check_constraint(batch_op.f(KIND), "kind IN ('window', 'sign_in')")
    with op.batch_alter_table('registration') as batch_op:
        for name in ('scopes', 'product', 'is_pending'):
            batch_op.drop_column(name)
