"""One row of OroCommerce, read by its id with what it leads to (contract orocommerce, 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from khaos_assets.systems.orocommerce.client import OroClient
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.write import RecordGone, read_as


class Row(msgspec.Struct, frozen=True):
    """One row."""

    type: str
    id: str
    attributes: dict[str, Any] = {}
    relationships: dict[str, Any] = {}

    def linked(self, name: str) -> str | None:
        """The id that a relationship to one leads to."""
        target = (self.relationships.get(name) or {}).get("data")
        return None if target is None else str(target["id"])


class One(msgspec.Struct, frozen=True):
    """A row and the rows that were included."""

    data: Row
    included: list[Row] = []

    def beside(self, type_: str, id_: str | None) -> Row | None:
        """The included row of this type and id."""
        return next((r for r in self.included if (r.type, r.id) == (type_, id_)), None)


async def read_row(client: OroClient, type_: str, id_: str, params: Mapping[str, str | int] | None = None) -> One:
    """Raises RecordGone, ReadFailed, TransportError."""
    try:
        answer = await client.get(f"GET /{type_}/{{id}}", f"/{type_}/{id_}", params or {})
    except ReadFailed as e:
        if e.reason.fault == "not_offered":
            raise RecordGone(f"{type_}/{id_} is not there") from e
        raise
    return read_as(answer, One)
