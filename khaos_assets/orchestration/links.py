"""Links from an asset to the pages of the portal that show the same to people. None where nobody said its address."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dagster import MetadataValue

from khaos_assets.config import Settings


def in_portal(settings: Settings, *path: str) -> dict[str, Any]:
    """The metadata `in the portal` with a link to a page: `in_portal(settings, "certificates", "2026-11-20")`."""
    address = settings.portal.address
    if not address:
        return {}
    return {"in the portal": MetadataValue.url("/".join([address, *(quote(part, safe="") for part in path)]))}
