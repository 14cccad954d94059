"""Wrong passwords of late, by name and by address, and how long the next attempt waits.

A failure is written down before the password is looked at and taken back when it was right: a hundred guesses sent at
once are a hundred failures. Names and addresses are kept as hashes, since people type passwords where names belong.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from khaos_assets.portal.access import tables

FORGOTTEN = timedelta(hours=1)
"""After so long without a failure, those before count no more."""


@dataclass(frozen=True)
class Patience:
    """So many failures are free; each one more doubles the wait, up to the longest."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        beyond = failures - self.free
        return min(timedelta(seconds=2 ** min(beyond, 30)), self.longest) if beyond >= 0 else timedelta()


OF_NAME = Patience(free=5, longest=timedelta(minutes=5))
"""Not longer, or strangers could keep a person out for a day by guessing."""
OF_ADDRESS = Patience(free=20, longest=timedelta(hours=1))


class TooManyAttempts(Exception):
    """It has to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong attempts: the next one may be made in {seconds} seconds")
        self.seconds = seconds


def begin(connection: Connection, name: str, address: str, at: datetime) -> None:
    """Write an attempt down as failed. Raises TooManyAttempts, which is no attempt, where it has to wait."""
    held = {key: _held(connection, key, at) for key in _keys(name, address)}
    until = max((row.wait_until for row in held.values() if row), default=at)
    if until > at:
        raise TooManyAttempts(max(1, round((until - at).total_seconds())))
    table = tables.attempt
    for (key, patience), row in zip(_keys(name, address).items(), held.values(), strict=True):
        failures = (row.failures if row else 0) + 1
        connection.execute(sa.delete(table).where(table.c.who == key))
        new = {"who": key, "failures": failures, "last_at": at, "wait_until": at + patience.wait(failures)}
        connection.execute(sa.insert(table).values(new))


def succeeded(connection: Connection, name: str, address: str) -> None:
    """It was right: the name's failures are forgotten, and of the address this one."""
    table = tables.attempt
    connection.execute(sa.delete(table).where(table.c.who == _key("name", name)))
    of_address = table.c.who == _key("address", _neighbourhood(address))
    one_less = {"failures": table.c.failures - 1, "wait_until": table.c.last_at}
    connection.execute(sa.update(table).where(of_address).values(one_less))
    connection.execute(sa.delete(table).where(of_address, table.c.failures <= 0))


def forget(connection: Connection, at: datetime) -> None:
    """Remove what counts no more."""
    connection.execute(sa.delete(tables.attempt).where(tables.attempt.c.last_at < at - FORGOTTEN))


def _held(connection: Connection, key: str, at: datetime) -> sa.Row[Any, Any] | None:
    table = tables.attempt
    fresh = table.c.last_at >= at - FORGOTTEN
    query = sa.select(table.c.failures, table.c.wait_until).where(table.c.who == key, fresh)
    return connection.execute(query).one_or_none()


def _keys(name: str, address: str) -> dict[str, Patience]:
    return {_key("name", name): OF_NAME, _key("address", _neighbourhood(address)): OF_ADDRESS}


def _neighbourhood(address: str) -> str:
    """Of IPv6 the network that one customer has whole; else the address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind} {value}".encode("utf-8", "replace")).hexdigest()
