"""What alembic runs to bring a ledger to the newest form, on the connection that `ledger.py` hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="ledger_version")
context.run_migrations()
