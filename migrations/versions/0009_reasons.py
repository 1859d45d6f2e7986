"""Why what was found in a record of who tried a story is no patient's number."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('adoption', sa.Column('because', sa.String(length=500), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('adoption', 'because')
