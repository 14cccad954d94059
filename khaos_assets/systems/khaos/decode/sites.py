"""`GetSiteList` → TSiteList: the stock sites (contract 3.1)."""

from __future__ import annotations

from functools import partial

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.decode.gather import Gathered, latest
from khaos_assets.systems.khaos.fields import Element, FieldError, Row
from khaos_assets.systems.khaos.records import Site
from khaos_assets.systems.read import Decoded, Pages, WalkNotes


def decode_sites(pages: Pages, _: WalkNotes) -> Decoded:
    """Table `sites`."""
    gathered = Gathered[Site]()
    page = latest(pages, "GetSiteList")
    if page is not None:
        result = soap.read_answer(pages.body(page))
        default = soap.properties(result).get("CurrentSiteID")
        for number, element in enumerate(site_elements(result)):
            row = Row(element)
            gathered.add(page, number, element, partial(row.required, "SiteID"), partial(_site, row, default))
    return Decoded({"sites": gathered.records()}, gathered.quarantined())


def site_elements(result: Element) -> list[Element]:
    return [e for part in result if part.tag == "List" for e in part]


def read_sites(result: Element) -> list[Site]:
    """The sites of an answer. Unreadable where one is not as the contract says."""
    default = soap.properties(result).get("CurrentSiteID")
    try:
        return [_site(Row(e), default) for e in site_elements(result)]
    except FieldError as e:
        raise soap.Unreadable("bad_site", f"a site of GetSiteList is unusable: {e}") from e


def _site(row: Row, default: str | None) -> Site:
    site_id = row.integer("SiteID")
    if site_id is None:
        raise FieldError("SiteID", "is missing or empty")
    return Site(
        site_id=site_id,
        site_name=row.required("SiteName"),
        is_default=default is not None and default.strip() == str(site_id),
    )
