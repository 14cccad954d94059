"""Who a trusted reverse proxy says somebody is, in headers that only it can send.

It signs people in (by OIDC, for example). `Entrance` has proven that a request came through it; without that, nothing
in a header counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request

from khaos_assets.portal.access.access import Access, AccessError, By
from khaos_assets.portal.access.audit import Did
from khaos_assets.portal.access.people import NAME, enter_by_proxy, folded
from khaos_assets.portal.access.rights import roles_of

THROUGH_PROXY = "through_proxy"
"""In a request's state: that it came through the proxy."""


@dataclass(frozen=True)
class Identity:
    """Somebody who signed in at the proxy."""

    name: str
    roles: tuple[str, ...]
    proven_at: datetime | None
    """When they last proved who they are (aware UTC), where the proxy tells."""


def identity(request: Request, access: Access) -> Identity | None:
    """Who the proxy says it is; None where it says nothing that can be relied on."""
    proxy = access.settings.proxy
    if proxy is None or not proxy.identifies or not getattr(request.state, THROUGH_PROXY, False):
        return None
    name = folded(_only(request, proxy.user_header) or "")
    if not NAME.fullmatch(name):
        return None
    groups = {g.strip() for g in (_only(request, proxy.groups_header) or "").split(",")}
    roles = roles_of(role for group in groups for role in proxy.roles.get(group, ()))
    return Identity(name, roles, _instant(_only(request, proxy.auth_time_header)))


def enter(access: Access, found: Identity, by: By) -> None:
    """They come in, with the roles that their groups have. Raises AccessError, which is in the audit."""
    try:
        with access.writing() as connection:
            enter_by_proxy(access, connection, found.name, found.name, found.roles)
    except AccessError as e:
        access.note(Did.NOT_LET_IN, by, name=found.name, why=str(e))
        raise


def _only(request: Request, header: str) -> str | None:
    """A header that stands there once: two values are the proxy's and somebody else's."""
    values = request.headers.getlist(header) if header else []
    return values[0] if len(values) == 1 else None


def _instant(seconds: str | None) -> datetime | None:
    if seconds is None or not (seconds.isascii() and seconds.isdecimal()) or len(seconds) > 11:
        return None
    return datetime.fromtimestamp(int(seconds), UTC)
