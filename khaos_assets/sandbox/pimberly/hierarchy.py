"""How this tenant holds its hierarchy and its category paths, and how a list attribute is read."""

from __future__ import annotations

from typing import Any

PARENTS, ITEMS, CLASSES = "Parents", "Items", "classifications"
"""Attributes by convention: the names are a setting of the tenant. Contract 3.1."""


def values(value: Any) -> list[Any]:
    """A list attribute may be a bare scalar when single."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]
