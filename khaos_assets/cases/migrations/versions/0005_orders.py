"""An index for each order in which cases are listed: by amount alone, by age, by record."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

LARGEST = "-coalesce(abs(amount_gbp), -1)"


def upgrade() -> None:
    op.create_index("case_largest", "case_now", [sa.text(f"({LARGEST})"), "case_key"])
    op.create_index("case_since", "case_now", ["first_seen", "case_key"])
    op.create_index("case_record", "case_now", ["record_key", "code", "case_key"])
