"""Indexes by which cases are found a page at a time, and added up without looking at every row."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WORST = (
    "CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END",
    "-coalesce(abs(amount_gbp), -1)",
)
DUE = "coalesce(due_at, '9999')"


def upgrade() -> None:
    op.drop_index("case_of_state", "case_now")
    op.create_index(
        "case_totals", "case_now",
        ["state", "owner", "code", "systems", "severity", "breached", "amount_gbp", "units"],
    )  # fmt: skip
    op.create_index("case_worst", "case_now", [*(sa.text(f"({key})") for key in WORST), "case_key"])
    op.create_index("case_due", "case_now", [sa.text(f"({DUE})"), "case_key"])
    op.create_index(
        "case_late", "case_now", [sa.text(f"({DUE})"), "case_key"],
        sqlite_where=sa.text("breached = 1"), postgresql_where=sa.text("breached"),
    )  # fmt: skip
    waiting = sa.text("proposal IS NOT NULL")
    op.create_index("case_waiting", "case_now", ["case_key"], sqlite_where=waiting, postgresql_where=waiting)
