"""Keys of this installation, made once and kept: by one of them addresses of files are made that nobody can guess."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from khaos_assets.portal.access import tables
from khaos_assets.portal.access.access import Access


def key(access: Access, name: str) -> bytes:
    """The key of this name, 32 bytes; made when it is first asked for."""
    query = sa.select(tables.key.c.value).where(tables.key.c.name == name)
    with access.engine.connect() as connection:
        found = connection.scalar(query)
    if found is None:
        with access.writing() as connection:
            found = connection.scalar(query)
            if found is None:
                found = secrets.token_hex(32)
                connection.execute(sa.insert(tables.key).values(name=name, value=found))
    return bytes.fromhex(found)
