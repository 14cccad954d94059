"""A plan can be refused; who began it; each of its items has a row from the beginning."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for column in (
        sa.Column("amount_gbp", sa.BigInteger(), nullable=True),
        sa.Column("begun_by", sa.String(length=120), nullable=True),
        sa.Column("refused_by", sa.String(length=120), nullable=True),
        sa.Column("refused_at", sa.String(length=32), nullable=True),
        sa.Column("refused_why", sa.Text(), nullable=True),
    ):
        op.add_column("correction_plan", column)
    connection = op.get_bind()
    item = sa.table("correction_item", *map(sa.column, (
        "plan_id", "place", "case_key", "night", "state", "generation", "changed_at",
    )))  # fmt: skip
    plans = connection.execute(sa.text("SELECT plan_id, night, made_at, body FROM correction_plan")).all()
    for plan_id, night, made_at, body in plans:
        known = set(connection.execute(sa.select(item.c.place).where(item.c.plan_id == plan_id)).scalars())
        rows = [
            {"plan_id": plan_id, "place": place, "case_key": said["case_key"], "night": night, "state": "planned",
             "generation": 1, "changed_at": made_at}
            for place, said in enumerate(json.loads(body)["items"], 1) if place not in known
        ]  # fmt: skip
        if rows:
            connection.execute(sa.insert(item), rows)
