"""`STOCK_STATUS@SITE/STOCK_ITEM` and `GetStockPotential`: levels per item and site (contract 3.4).

LEVEL is what is free to sell, never what lies on the shelf.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.decode.gather import Gathered, answered, document, latest, round_of
from khaos_assets.systems.khaos.decode.sites import read_sites
from khaos_assets.systems.khaos.decode.stock_items import asked_for, stock_key_lists, unaskable
from khaos_assets.systems.khaos.fields import MONEY, UNITS, Element, FieldError, Row, names
from khaos_assets.systems.khaos.records import Site, StockLevel
from khaos_assets.systems.read import Decoded, Pages, WalkNotes

KNOWN = names(
    """LEVEL STATUS BUY_PRICE SELL_PRICE WEBSELL_PRICE BUNDLE_PRICE SAFE_LEVEL MIN_LEVEL LEAD_TIME
    BUILD_POTENTIAL_CHILDREN BUILD_POTENTIAL_PARENTS SITE ON_ORDER_LEVEL MAX_BO_QTY"""
)


def decode_stock_levels(pages: Pages, notes: WalkNotes) -> Decoded:
    """Table `stock_levels`: each item of the final key list at each site."""
    lists = stock_key_lists(pages)
    sites = {s.site_name: s.site_id for s in _sites(pages)}
    potentials = _potentials(pages)
    gathered = Gathered[StockLevel]()
    for page in answered(pages, "ExportStockStatus"):
        root = document(pages, page, "STOCK_STATUS")
        for number, element in enumerate(elements(root)):
            row = Row(element)
            site = site_of(row, root)
            gathered.add(page, number, element, partial(_key, row, site), partial(_level, row, site, sites, potentials))
    if lists is not None:
        gathered.keep(lambda key: lists.key(key.rpartition("/")[0]) is not None)
    wanted = (f"{code}/{site}" for code in asked_for(lists, notes) for site in sites)
    uncovered = gathered.uncovered(wanted, notes)
    return Decoded({"stock_levels": gathered.records()}, [*gathered.quarantined(), *unaskable(pages)], uncovered)


def elements(root: Element) -> list[Element]:
    return [e for e in root if e.tag == "STOCK_ITEM"]


def site_of(row: Row, root: Element) -> str | None:
    """The site a row speaks of: its own SITE in newer versions, else the root's."""
    return row.text("SITE") or root.get("SITE") or None


def _sites(pages: Pages) -> list[Site]:
    page = latest(pages, "GetSiteList")
    return [] if page is None else read_sites(soap.read_answer(pages.body(page)))


def _key(row: Row, site: str | None) -> str:
    if site is None:
        raise FieldError("@SITE", "is missing or empty")
    return f"{row.required_attribute('CODE')}/{site}"


def _level(
    row: Row, site: str | None, sites: Mapping[str, int], potentials: Mapping[str, Mapping[str, Decimal | None]]
) -> StockLevel:
    code = row.required_attribute("CODE")
    site_id = sites.get(site or "")
    if site is None or site_id is None:
        raise FieldError("@SITE", "names a site that GetSiteList does not list")
    potential = potentials.get(code) or potentials.get(code.casefold()) or {}
    return StockLevel(
        stock_code=code,
        stock_id=row.attribute("ID"),
        site_id=site_id,
        site_name=site,
        level=row.decimal("LEVEL", UNITS),
        status=row.integer("STATUS"),
        buy_price=row.decimal("BUY_PRICE", MONEY),
        sell_price=row.decimal("SELL_PRICE", MONEY),
        websell_price=row.decimal("WEBSELL_PRICE", MONEY),
        safe_level=row.decimal("SAFE_LEVEL", UNITS),
        min_level=row.decimal("MIN_LEVEL", UNITS),
        due_date=row.iso_date("LEAD_TIME"),
        build_potential_children=row.decimal("BUILD_POTENTIAL_CHILDREN", UNITS),
        on_order_level=row.decimal("ON_ORDER_LEVEL", UNITS),
        max_bo_qty=row.decimal("MAX_BO_QTY", UNITS),
        potential_available=potential.get("Available"),
        potential_on_order=potential.get("OnOrder"),
        potential_back_order=potential.get("BackOrder"),
    )


def potential_rows(result: Element) -> list[Row]:
    """The objects of a GetStockPotential answer; none where the server gives a string (signature and text disagree)."""
    return [Row(e) for e in result if len(e)]


def _potentials(pages: Pages) -> dict[str, dict[str, Decimal | None]]:
    """Potential by exact and by folded code. Unreadable or contradictory figures are unknown, never zero."""
    found: dict[str, tuple[int, dict[str, Decimal | None] | None]] = {}
    for page in answered(pages, "GetStockPotential"):
        for row in potential_rows(soap.read_answer(pages.body(page))):
            try:
                code = row.required("StockCode")
                values = {name: row.decimal(name, UNITS) for name in ("Available", "OnOrder", "BackOrder")}
            except FieldError:
                code, values = row.text("StockCode"), None
            if code is None:
                continue
            before = found.get(code)
            if before is None or before[0] < round_of(page):
                found[code] = round_of(page), values
            elif before[0] == round_of(page) and before[1] != values:
                found[code] = before[0], None
    readable = {code: values for code, (_, values) in found.items() if values is not None}
    return {c.casefold(): v for c, v in readable.items()} | readable
