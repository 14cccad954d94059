"""`portal serve | user | token`: the web application, who may use it, and tokens for machines."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khaos_assets.cli.session import JsonFlag, Session, UsageError, command, emit, say

if TYPE_CHECKING:
    from khaos_assets.portal.access import Access, By

Name = Annotated[str, typer.Argument(help="What they sign in as.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="viewer, owner:STK (a family), finance, approver, administrator; may be repeated."),
]
MadeUp = Annotated[bool, typer.Option("--made-up", help="Make a password up and print it.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "serve")(serve)
    user = typer.Typer(help="Who may use the portal, and what they may do there.", no_args_is_help=True)
    app.add_typer(user, name="user")
    command(user, "add")(add)
    command(user, "list")(people)
    command(user, "roles")(roles)
    command(user, "passwd")(passwd)
    command(user, "disable")(disable)
    command(user, "enable")(enable)
    token = typer.Typer(help="Tokens by which machines download reports.", no_args_is_help=True)
    app.add_typer(token, name="token")
    command(token, "add")(make_token)
    command(token, "list")(tokens)
    command(token, "revoke")(revoke)


def serve(
    session: Session,
    *,
    host: Annotated[str | None, typer.Option("--host", help="Where to listen (else portal.host).")] = None,
    port: Annotated[int | None, typer.Option("--port", help="0 is one that is free (else portal.port).")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate with its chain, in PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its key, in PEM.")] = None,
    address_file: Annotated[
        Path | None, typer.Option("--address-file", help="Written with its address as soon as it answers.")
    ] = None,
) -> None:
    """Serve the portal until Ctrl-C or SIGTERM."""
    from pydantic import ValidationError

    from khaos_assets.config.portal import Portal
    from khaos_assets.portal.serving import serve as run

    kept = session.settings.portal
    beside = {n: session.config.parent / v for n, v in (("tls_cert", kept.tls_cert), ("tls_key", kept.tls_key)) if v}
    said = {"host": host, "port": port, "tls_cert": tls_cert, "tls_key": tls_key}
    given: dict[str, Any] = kept.model_dump() | beside | {n: v for n, v in said.items() if v is not None}
    try:
        portal = Portal.model_validate(given)
    except ValidationError as e:
        raise UsageError("; ".join(f"{'.'.join(map(str, x['loc']))}: {x['msg']}" for x in e.errors())) from None
    settings = session.settings.model_copy(update={"portal": portal})

    def ready(url: str) -> None:
        with access_of(session) as access:
            from khaos_assets.portal.access import people

            if not people.listed(access) and not (portal.proxy and portal.proxy.identifies):
                say("Nobody can sign in yet: `khaos-assets portal user add NAME --role administrator` adds somebody.")
        say(f"{url} serves the portal. Ctrl-C stops.")

    run(settings, session.store, address_file=address_file, on_ready=ready)


def add(
    session: Session,
    name: Name,
    *,
    role: Roles = None,
    shown_as: Annotated[str, typer.Option("--shown-as", help="How pages call them: Jo Smith.")] = "",
    made_up: MadeUp = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="They keep this password; else they choose another when they come in.")
    ] = False,
) -> None:
    """Add a person. Their first password is asked for, or read from standard input."""
    from khaos_assets.portal.access import people

    password, by = None if made_up else _password(), _by(session)
    with access_of(session) as access:
        first = people.add(
            access, name, roles=role or [], shown_as=shown_as, password=password, must_change=not keep, by=by
        )
    if made_up:
        print(first)
    say(f"{people.folded(name)} may sign in." + ("" if keep else " They choose another password then."))


def roles(session: Session, name: Name, *, role: Roles = None) -> None:
    """Give a person these roles and no others. Their sessions end."""
    from khaos_assets.portal.access import people

    with access_of(session) as access:
        people.change_roles(access, name, role or [], by=_by(session))
    say(f"{people.folded(name)}: {', '.join(role or []) or 'no role'}")


def passwd(session: Session, name: Name, *, made_up: MadeUp = False) -> None:
    """Give a person another password, which they change when they come in. Their sessions end."""
    from khaos_assets.portal.access import people

    password = None if made_up else _password()
    with access_of(session) as access:
        fresh = people.reset_password(access, name, password=password, by=_by(session))
    if made_up:
        print(fresh)
    say(f"{people.folded(name)} has another password.")


def disable(session: Session, name: Name) -> None:
    """Nobody comes in by this name any more, by a token neither."""
    from khaos_assets.portal.access import people

    with access_of(session) as access:
        people.disable(access, name, by=_by(session))
    say(f"{people.folded(name)} is disabled.")


def enable(session: Session, name: Name) -> None:
    """They may come in again."""
    from khaos_assets.portal.access import people

    with access_of(session) as access:
        people.enable(access, name, by=_by(session))
    say(f"{people.folded(name)} may sign in.")


def people(session: Session, json: JsonFlag = False) -> None:
    """Everybody, with their roles."""
    from khaos_assets.portal.access.people import listed

    with access_of(session) as access:
        found = listed(access)
    if json:
        emit([{"name": p.name, "shown_as": p.shown_as, "roles": p.roles, "disabled": p.disabled,
               "by_proxy": p.by_proxy} for p in found])  # fmt: skip
        return
    from khaos_assets.cli.tables import print_table

    rows = [(p.name, p.shown_as, ", ".join(p.roles), "disabled" if p.disabled else "") for p in found]
    print_table(("Name", "Shown as", "Roles", ""), rows)


def make_token(
    session: Session,
    name: Name,
    *,
    purpose: Annotated[str, typer.Option("--for", help="What it is for: nightly copy to the data lake.")],
    days: Annotated[int, typer.Option("--days", help="How long it lasts.")] = 90,
) -> None:
    """Make a token that downloads reports in a person's name. It is printed once, and kept nowhere."""
    from khaos_assets.portal.access import tokens

    with access_of(session) as access:
        print(tokens.make(access, name, purpose=purpose, days=days, by=_by(session)))


def tokens(session: Session, json: JsonFlag = False) -> None:
    """Tokens there are, and when each was used last."""
    from khaos_assets.portal.access.tokens import listed

    with access_of(session) as access:
        found, now = listed(access), access.clock()
    if json:
        emit([{"token": t.token_id, "name": t.name, "for": t.purpose, "expires_at": t.expires_at.isoformat(),
               "used_at": t.used_at and t.used_at.isoformat(), "lasts": t.lasts(now)} for t in found])  # fmt: skip
        return
    from khaos_assets.cli.tables import print_table

    def ends(t: Any) -> str:
        return "revoked" if t.revoked_at else f"{t.expires_at:%Y-%m-%d}"

    rows = [(t.token_id, t.name, t.purpose, ends(t), f"{t.used_at:%Y-%m-%d}" if t.used_at else "") for t in found]
    print_table(("Token", "Name", "For", "Ends", "Used"), rows)


def revoke(session: Session, token: Annotated[str, typer.Argument(help="As `portal token list` shows it.")]) -> None:
    """A token opens nothing any more."""
    from khaos_assets.portal.access import tokens

    with access_of(session) as access:
        tokens.revoke(access, token, by=_by(session))
    say(f"{token} is revoked.")


@contextmanager
def access_of(session: Session) -> Generator[Access]:
    """Who may come in. What cannot be done is a wrong call: exit status 2."""
    from khaos_assets.portal.access import AccessError, open_access
    from khaos_assets.portal.access.passwords import BadPassword
    from khaos_assets.portal.access.rights import NoSuchRole

    try:
        with open_access(session.settings, session.store) as access:
            yield access
    except (AccessError, BadPassword, NoSuchRole) as e:
        raise UsageError(str(e)) from e


def _by(session: Session) -> By:
    from khaos_assets.portal.access import By

    return By(session.actor)


def _password() -> str:
    """Asked for twice at a terminal, else the first line of standard input; never an argument, which others can see."""
    if sys.stdin.isatty():
        from getpass import getpass

        first = getpass("Password: ")
        if first != getpass("Once more: "):
            raise UsageError("the two passwords differ: nothing was done")
        return first
    return sys.stdin.readline().rstrip("\r\n")
