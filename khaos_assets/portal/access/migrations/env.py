"""What alembic runs to bring the portal's tables to the newest form, on the connection that `access.py` hands it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="portal_version")
context.run_migrations()
