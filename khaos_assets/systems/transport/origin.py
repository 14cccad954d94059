"""The origin lock: one transport speaks to one origin."""

from __future__ import annotations

import ipaddress

import httpx


def is_loopback(host: str) -> bool:
    """localhost, 127.0.0.0/8 and ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def base_address(base_url: str) -> httpx.URL:
    """The configured address: https, or http to loopback, without userinfo. Raises ValueError that says what to do."""
    url = httpx.URL(base_url.rstrip("/"))
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"{base_url!r} is not an address: write https://host/path")
    if url.userinfo or url.query or url.fragment:
        raise ValueError("the address carries a user, a query or a fragment: credentials belong in the environment")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ValueError(f"http://{url.host} would send credentials in clear text: use https")
    return url


def within(base: httpx.URL, path: str) -> httpx.URL | None:
    """`path` below the base address, or an absolute address of the same origin; None for any other origin."""
    if "://" not in path.split("?", 1)[0] and not path.startswith("//"):
        return httpx.URL(str(base) + ("/" + path.lstrip("/") if path else ""))
    url = httpx.URL(path)
    return url if _origin(url) == _origin(base) and not url.userinfo else None


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
