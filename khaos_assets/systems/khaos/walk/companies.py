"""Walking the customer reads: ExportCompany and GetCompanyInfo by the company list (contract 3.5)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial

from khaos_assets.systems.khaos import calls, scrub
from khaos_assets.systems.khaos.decode import customers
from khaos_assets.systems.khaos.decode.key_list import Key, Keys, by_code, read_list
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import Asking
from khaos_assets.systems.khaos.walk.keyed import Export, walk_by_keys
from khaos_assets.systems.read import ReadContext, WalkNotes


async def walk_customers(context: ReadContext) -> WalkNotes:
    """The company list, then ExportCompany for every code. Personal data is gone before anything is kept."""
    asking = Asking(context)
    export = _CompanyExport(asking, context.settings.of(Khaos).customer_chunk)
    await walk_by_keys(export, lambda round_: ask_company_keys(asking, round_), earlier=context.earlier_keys())
    return asking.finish()


async def walk_company_info(context: ReadContext) -> WalkNotes:
    """The company list, then GetCompanyInfo for every code."""
    asking = Asking(context)
    export = _InfoExport(asking, context.settings.of(Khaos).customer_chunk)
    await walk_by_keys(export, lambda round_: ask_company_keys(asking, round_), earlier=context.earlier_keys())
    return asking.finish()


async def ask_company_keys(asking: Asking, round_: int) -> Keys:
    """The company list by code."""
    rows: list[Key] = []

    def keys(result: Element) -> Sequence[str]:
        rows[:] = read_list(result, "CompanyCode")
        return [k.code for k in rows]

    await asking.ask(
        calls.company_list(), selector="key list", asked={"round": round_}, keys=keys, total=lambda _: len(rows)
    )
    return by_code(rows)


class _CompanyExport(Export):
    name = "ExportCompany"

    def __init__(self, asking: Asking, chunk: int) -> None:
        super().__init__(asking, chunk)
        # Drawn for this read and forgotten with it
        key, nameless = secrets.token_bytes(32), asking.context.settings.consumer_classes()
        self._scrub = partial(scrub.companies, key=key, named=lambda c: nameless is not None and c not in nameless)

    async def ask(self, codes: list[str], round_: int) -> None:
        root, _ = await self.asking.ask(
            calls.company_export(codes),
            selector=f"{len(codes)} codes from {codes[0]!r}",
            asked={"round": round_, "codes": codes},
            root="COMPANYS",
            keys=lambda root: [Row(e).peek("COMPANY_CODE") for e in customers.elements(root)],
            scrub=self._scrub,
        )
        for element in customers.elements(root):
            self.seen.note(Row(element).peek("COMPANY_CODE"), round_, element)


class _InfoExport(Export):
    name = "GetCompanyInfo"

    async def ask(self, codes: list[str], round_: int) -> None:
        result, _ = await self.asking.ask(
            calls.company_info(codes),
            selector=f"{len(codes)} codes from {codes[0]!r}",
            asked={"round": round_, "codes": codes},
            keys=lambda result: [Row(e).peek("CompanyCode") for e in customers.info_elements(result)],
            scrub=scrub.company_infos,
        )
        for element in customers.info_elements(result):
            self.seen.note(Row(element).peek("CompanyCode"), round_, element)
