"""Tokens that open nothing any more: one of them, or all that a person has."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from khaos_assets.portal.access import tables
from khaos_assets.portal.access.access import Access, By
from khaos_assets.portal.access.audit import Did


def revoke_one(access: Access, connection: Connection, token_id: str, name: str, *, by: By) -> None:
    """A token of this person."""
    table = tables.token
    revoked = sa.update(table).where(table.c.token_id == token_id).values(revoked_at=access.clock())
    connection.execute(revoked)
    access.record(connection, Did.REVOKED_TOKEN, by, token=token_id, name=name)


def revoke_all(access: Access, connection: Connection, name: str, *, by: By) -> None:
    """All that this person still has."""
    table = tables.token
    lasting = sa.and_(table.c.name == name, table.c.revoked_at.is_(None), table.c.expires_at > access.clock())
    found = connection.execute(sa.select(table.c.token_id).where(lasting).order_by(table.c.token_id)).scalars().all()
    for token_id in found:
        revoke_one(access, connection, token_id, name, by=by)
