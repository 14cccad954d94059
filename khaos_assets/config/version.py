"""Which version of the product is at work."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def product_version() -> str:
    """The installed version ("0.1.0"); "unknown" where the package is not installed."""
    try:
        return version("khaos-assets")
    except PackageNotFoundError:
        return "unknown"
