"""Views of the list of exceptions that people keep."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "portal_view",
        sa.Column("name", sa.String(length=64), sa.ForeignKey("portal_person.name"), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", "title"),
    )
