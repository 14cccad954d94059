"""The stock of a code at a site: what is free to sell there, read and set (contract khaos, 3.4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from lxml import etree

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.calls import stock_status
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.writes.asking import exported, sent_once
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, RecordGone, Source, Write


class LevelSource(Source, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a code is free to sell at a site (LEVEL, contract 3.4)."""

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.level"
    code: str
    site_id: str

    @classmethod
    async def current(cls, client: KhaosClient, asked: Sequence[Self]) -> list[str | None]:
        levels: dict[tuple[str, str], str | None] = {}
        size = client.settings.stock_chunk
        for site_id in sorted({s.site_id for s in asked}):
            codes = sorted({s.code for s in asked if s.site_id == site_id})
            for chunk in (codes[at : at + size] for at in range(0, len(codes), size)):
                document = await exported(client, stock_status(chunk, int(site_id)))
                for row in map(Row, document.iter("STOCK_ITEM")):
                    levels[row.required_attribute("CODE"), site_id] = row.text("LEVEL")
        return [levels.get((s.code, s.site_id)) for s in asked]


class LevelWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The level of one code at one site, set to a number of units (ImportStockStatus, levels only).

    The call is documented; whether it sets what is there or what is free is not, so it counts as assumed.
    """

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.stock_level"
    says: ClassVar[str] = "ImportStockStatus"
    assumed: ClassVar[bool] = True
    moves: ClassVar[str | None] = LevelSource.name
    code: str
    site: str
    """Its name: so the document says it."""
    site_id: str
    """Its number: so the reading asks for it."""

    async def current(self, client: KhaosClient) -> str | None:
        [level] = await LevelSource.current(client, [LevelSource(code=self.code, site_id=self.site_id)])
        if level is None:
            raise RecordGone(f"{self.code} has no level at {self.site}")
        return level

    async def put(self, client: KhaosClient, value: str, key: str) -> Outcome:
        status = etree.Element("STOCK_STATUS", SITE=self.site)
        item = etree.SubElement(status, "STOCK_ITEM", CODE=self.code, CLIENT_REF=key)
        etree.SubElement(item, "LEVEL").text = value
        document = etree.tostring(status, encoding="unicode")
        arguments = {"StockStatus": document, "UpdateStockData": False, "UpdateStockLevels": True}
        result = await sent_once(client, soap.Call("ImportStockStatus", arguments))
        if not isinstance(result, Element):
            return result
        listed = soap.member(result, "List")
        codes = [soap.properties(i).get("StockCode") for i in soap.items(listed)] if listed is not None else []
        if codes != [self.code]:
            return Indeterminate(f"ImportStockStatus names {len(codes)} items as updated, where one is due")
        return Acked()
