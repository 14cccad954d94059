"""The portal's own database, opened: who may come in and what they took. The ledger holds what they decided.

SQLite beside the ledger, or the ledger's PostgreSQL. Not here: people, sessions and tokens, each in a module.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from khaos_assets.cases.database import Busy, NoDatabase, bring_up_to_date, open_engine, writing
from khaos_assets.cases.ledger import URL
from khaos_assets.config import Settings, Store
from khaos_assets.config.portal import Portal
from khaos_assets.portal.access import audit
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.passwords import Passwords

HEAD = "0003"
"""The newest form of the tables: the last of `migrations/versions`."""
LOCK = 7_261_947_202
"""PostgreSQL: the advisory lock that all writers of these tables take."""
PROXY_SECRET = "PORTAL_PROXY_SECRET"
PATIENCE = 5.0
"""Seconds that somebody before a page waits for another one who writes."""


class AccessError(Exception):
    """What was asked cannot be done; the text says why and what to do instead."""


class AccessBusy(AccessError):
    """Another one writes, and has not ended in time: nothing was changed."""


@dataclass(frozen=True)
class By:
    """Who does something, and from which address; none at this machine's command line."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class Access:
    """What decides who comes in. `clock` gives aware UTC."""

    engine: Engine
    settings: Portal
    passwords: Passwords
    proxy_secret: str
    clock: Callable[[], datetime]

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """One transaction of the only writer there is at a time. Raises AccessBusy."""
        try:
            with writing(self.engine, LOCK) as connection:
                yield connection
        except Busy as e:
            raise AccessBusy(str(e)) from e

    def record(self, connection: Connection, kind: Did, by: By, **body: Any) -> None:
        """Put into the audit what is done in this transaction: text, whole numbers, dates, Decimals."""
        audit.append(connection, kind, actor=by.name, address=by.address, at=self.clock(), body=body)

    def note(self, kind: Did, by: By, **body: Any) -> None:
        """Put one thing that was done into the audit."""
        with self.writing() as connection:
            self.record(connection, kind, by, **body)


@contextmanager
def open_access(
    settings: Settings, store: Store, *, url: str | None = None, passwords: Passwords | None = None,
    proxy_secret: str | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Generator[Access]:  # fmt: skip
    """The portal's database of a data folder, made or brought to the newest form where need be.

    `url` is that of KHAOS_LEDGER_URL unless given; where it names a file, ours is `portal.sqlite` beside that.
    `proxy_secret` is PORTAL_PROXY_SECRET unless given. Raises AccessError.
    """
    try:
        engine = open_engine(_beside_ledger(url or os.environ.get(URL)), store.portal, patience=PATIENCE)
    except NoDatabase as e:
        raise AccessError(f"{URL}: {e}") from None
    try:
        try:
            migrations = Path(__file__).parent / "migrations"
            bring_up_to_date(engine, migrations, version_table="portal_version", head=HEAD, lock=LOCK)
        except Busy as e:
            raise AccessBusy(str(e)) from e
        except DatabaseError as e:
            raise AccessError(f"the portal's database cannot be opened: {e.orig}") from e
        secret = os.environ.get(PROXY_SECRET, "") if proxy_secret is None else proxy_secret
        yield Access(engine, settings.portal, passwords or Passwords(), secret, clock)
    finally:
        engine.dispose()


def _beside_ledger(url: str | None) -> str | None:
    if url is None or not url.startswith("sqlite"):
        return url
    given = sa.make_url(url)
    beside = Path(given.database).with_name("portal.sqlite") if given.database else None
    return given.set(database=str(beside)).render_as_string(hide_password=False) if beside else url
