"""The first form: people, sessions, tokens, attempts, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSAL = "the audit of the portal is appended, never changed"


def upgrade() -> None:
    op.create_table(
        "portal_person",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("shown_as", sa.String(length=120), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "portal_session",
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), sa.ForeignKey("portal_person.name"), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("began_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("secret"),
    )
    op.create_index("portal_session_of", "portal_session", ["name"])
    op.create_table(
        "portal_token",
        sa.Column("token_id", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), sa.ForeignKey("portal_person.name"), nullable=False),
        sa.Column("purpose", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.Column("revoked_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
    )
    op.create_index("portal_token_of", "portal_token", ["name"])
    op.create_table(
        "portal_attempt",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.String(length=32), nullable=False),
        sa.Column("wait_until", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("who"),
    )
    op.create_table(
        "portal_audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("hash"),
    )
    op.create_index("portal_audit_of_actor", "portal_audit", ["actor", "seq"])
    if op.get_bind().dialect.name == "postgresql":
        raising = f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END"
        op.execute(f"CREATE FUNCTION refuse_portal_change() RETURNS trigger LANGUAGE plpgsql AS $$ {raising} $$")
        op.execute(
            "CREATE TRIGGER portal_audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON portal_audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_portal_change()"
        )
    else:
        for deed in ("UPDATE", "DELETE"):
            raising = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            op.execute(f"CREATE TRIGGER portal_audit_no_{deed.lower()} BEFORE {deed} ON portal_audit {raising}")
