"""Whether a change was asked for on one of our own pages: by the session's token, and by what the browser says."""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import Request

from khaos_assets.config.portal import Portal

FIELD = "csrf"
"""Of every form that changes something."""
HEADER = "X-CSRF-Token"
"""For htmx, instead of the field."""


def token_for(secret: str) -> str:
    """The token of a session: made from what only its browser and we know, so nothing more has to be kept."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def is_token(shown: object, secret: str) -> bool:
    """Whether it is this session's token."""
    return isinstance(shown, str) and hmac.compare_digest(shown.encode("utf-8", "replace"), token_for(secret).encode())


def from_ourselves(request: Request, settings: Portal) -> bool:
    """Whether the browser says that one of our pages asked. What says nothing is no browser of today.

    Browsers send Sec-Fetch-Site to TLS and to loopback only, and Origin with every POST.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return origin == (settings.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}")
