"""People: adding them, what they may do, their passwords. What takes something from somebody ends their sessions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from khaos_assets.portal.access import sessions, tables
from khaos_assets.portal.access.access import Access, AccessError, By
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.revoking import revoke_all
from khaos_assets.portal.access.rights import Person, roles_of

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_WORDS = 4


class NoSuchPerson(AccessError):
    """Nobody has this name."""


@dataclass(frozen=True)
class Listed:
    """A person as administrators see them."""

    name: str
    shown_as: str
    roles: tuple[str, ...]
    must_change: bool
    disabled: bool
    by_proxy: bool
    """They sign in at the reverse proxy and have no password here."""
    made_at: datetime


def folded(name: str) -> str:
    """A name as it is kept: case and spaces around it make no difference."""
    return name.strip().lower()


def add(
    access: Access, name: str, *, roles: Iterable[str], by: By, shown_as: str = "", password: str | None = None,
    must_change: bool = True,
) -> str:  # fmt: skip
    """Add a person; their first password, which is made up unless given.

    Raises AccessError, BadPassword, NoSuchRole.
    """
    name = folded(name)
    if not NAME.fullmatch(name):
        raise AccessError("a name has up to 64 letters a to z, figures, and . _ @ + - after the first")
    first = password if password is not None else made_up()
    row = _row(name, shown_as, roles_of(roles), access.clock()) | {
        "password": access.passwords.hashed(first, name=name), "must_change": must_change,
    }  # fmt: skip
    with access.writing() as connection:
        if _found(connection, name) is not None:
            raise AccessError(f"{name}: there is a person of this name")
        connection.execute(sa.insert(tables.person).values(row))
        access.record(connection, Did.ADDED, by, name=name, roles=",".join(roles_of(roles)))
    return first


def enter_by_proxy(access: Access, connection: Connection, name: str, shown_as: str, roles: Iterable[str]) -> None:
    """Somebody comes in by the proxy: known by their name from then on. Raises AccessError."""
    found = _found(connection, name)
    if found is None:
        row = _row(name, shown_as, roles_of(roles), access.clock()) | {"password": None, "must_change": False}
        connection.execute(sa.insert(tables.person).values(row))
        return
    if found.password is not None:
        raise AccessError(f"{name} has a password here, and cannot come in by the proxy under the same name")
    if found.disabled:
        raise AccessError(f"{name} is disabled")
    _change(connection, name, roles=",".join(roles_of(roles)), shown_as=(shown_as or name)[:120])


def change_roles(access: Access, name: str, roles: Iterable[str], *, by: By) -> None:
    """Give a person these roles and no others; their sessions end. Raises AccessError, NoSuchRole."""
    given = ",".join(roles_of(roles))
    with access.writing() as connection:
        found = _known(connection, name)
        if found.password is None:
            raise AccessError(f"{found.name}: roles of the proxy's people come from their groups")
        _change(connection, found.name, roles=given)
        _keep_an_administrator(connection)
        sessions.end_all(connection, found.name)
        access.record(connection, Did.CHANGED_ROLES, by, name=found.name, roles=given, before=found.roles)


def disable(access: Access, name: str, *, by: By) -> None:
    """Nobody comes in by this name any more, by token neither; their sessions end. Raises AccessError."""
    with access.writing() as connection:
        found = _known(connection, name)
        _change(connection, found.name, disabled=True)
        _keep_an_administrator(connection)
        sessions.end_all(connection, found.name)
        access.record(connection, Did.DISABLED, by, name=found.name)


def enable(access: Access, name: str, *, by: By) -> None:
    """They may come in again. Raises AccessError."""
    with access.writing() as connection:
        found = _known(connection, name)
        _change(connection, found.name, disabled=False)
        access.record(connection, Did.ENABLED, by, name=found.name)


def reset_password(access: Access, name: str, *, by: By, password: str | None = None) -> str:
    """Give them another password, made up unless given, which they change when they come in.

    Their sessions end and their tokens are revoked: whoever had the old one may have had those.

    Raises AccessError, BadPassword.
    """
    fresh = password if password is not None else made_up()
    with access.engine.connect() as connection:
        found = _known(connection, name)
    _with_password(found)
    hashed = access.passwords.hashed(fresh, name=found.name)
    with access.writing() as connection:
        _change(connection, found.name, password=hashed, must_change=True)
        sessions.end_all(connection, found.name)
        access.record(connection, Did.RESET, by, name=found.name)
        revoke_all(access, connection, found.name, by=by)
    return fresh


def choose_password(access: Access, name: str, password: str, *, by: By) -> None:
    """Their own choice; all their sessions end. Raises AccessError, BadPassword."""
    with access.engine.connect() as connection:
        found = _known(connection, name)
    _with_password(found)
    if access.passwords.fits(password, found.password):
        raise AccessError("that is the password you have: choose another one")
    hashed = access.passwords.hashed(password, name=found.name)
    with access.writing() as connection:
        _change(connection, found.name, password=hashed, must_change=False)
        sessions.end_all(connection, found.name)
        access.record(connection, Did.CHANGED_PASSWORD, by)


def listed(access: Access) -> list[Listed]:
    """Everybody, by name."""
    with access.engine.connect() as connection:
        return [_listed(r) for r in connection.execute(sa.select(tables.person).order_by(tables.person.c.name))]


def one(access: Access, name: str) -> Listed:
    """One of them. Raises NoSuchPerson."""
    with access.engine.connect() as connection:
        return _listed(_known(connection, name))


def find(connection: Connection, name: str, *, via: str) -> Person | None:
    """The person of this name who may come in; None where there is none or they are disabled."""
    row = _found(connection, name)
    if row is None or row.disabled:
        return None
    return Person(row.name, row.shown_as, split(row.roles), via, row.must_change)


def stored_password(connection: Connection, name: str) -> str | None:
    """The hash of somebody's password; None where nobody comes in by this name."""
    row = _found(connection, name)
    return row.password if row is not None and not row.disabled else None


def keep_hash(connection: Connection, name: str, hashed: str) -> None:
    """The same password, hashed with the parameters of now."""
    _change(connection, name, password=hashed)


def made_up() -> str:
    """A password nobody guesses, in groups that can be read to somebody."""
    return "-".join(secrets.token_hex(3) for _ in range(_WORDS))


def split(roles: str) -> tuple[str, ...]:
    """Roles as the table has them."""
    return tuple(roles.split(",")) if roles else ()


def _row(name: str, shown_as: str, roles: Iterable[str], at: datetime) -> dict[str, Any]:
    shown = (shown_as.strip() or name)[:120]
    return {"name": name, "shown_as": shown, "roles": ",".join(roles), "disabled": False, "made_at": at}


def _listed(row: sa.Row[Any, Any]) -> Listed:
    r = row
    return Listed(r.name, r.shown_as, split(r.roles), r.must_change, r.disabled, r.password is None, r.made_at)


def _found(connection: Connection, name: str) -> sa.Row[Any, Any] | None:
    name = folded(name)
    if not NAME.fullmatch(name):
        return None  # nobody's, and perhaps nothing that a database takes
    return connection.execute(sa.select(tables.person).where(tables.person.c.name == name)).one_or_none()


def _known(connection: Connection, name: str) -> sa.Row[Any, Any]:
    row = _found(connection, name)
    if row is None:
        raise NoSuchPerson(f"{folded(name)[:64]!r}: there is no person of this name")
    return row


def _with_password(row: sa.Row[Any, Any]) -> None:
    if row.password is None:
        raise AccessError(f"{row.name} signs in at the proxy and has no password here")


def _change(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(sa.update(tables.person).where(tables.person.c.name == name).values(values))


def _keep_an_administrator(connection: Connection) -> None:
    """Where people have passwords, somebody must be left who can give them others."""
    p = tables.person
    rows = connection.execute(sa.select(p.c.roles).where(p.c.disabled.is_(False))).scalars()
    if not any("administrator" in split(roles) for roles in rows):
        raise AccessError("nobody would be left who administers people: give somebody else that role first")
