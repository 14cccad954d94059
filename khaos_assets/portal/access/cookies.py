"""The one cookie: what a browser shows to be known.

By TLS it is `__Host-…` and Secure: no other host and no plain connection can set or read it. On loopback without TLS
browsers would not take a Secure cookie everywhere, and nothing leaves the machine.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from khaos_assets.config.portal import Portal


def name(settings: Portal) -> str:
    """What the cookie is called."""
    return "__Host-reconciliation" if settings.by_tls else "reconciliation"


def shown(request: Request, settings: Portal) -> str:
    """What the browser holds; "" where it holds nothing."""
    return request.cookies.get(name(settings), "")


def give(response: Response, settings: Portal, secret: str) -> None:
    """Let the browser hold it until it is closed. Lax, so that links in mails and from Dagster lead in; no GET changes
    anything."""
    response.set_cookie(name(settings), secret, secure=settings.by_tls, httponly=True, samesite="lax", path="/")


def take(response: Response, settings: Portal) -> None:
    """Let the browser forget it."""
    response.delete_cookie(name(settings), secure=settings.by_tls, httponly=True, samesite="lax", path="/")
