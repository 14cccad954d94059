"""The read of products (contract plytix, 3.1, 3.2 and section 4).

Beside the list: are the attributes that merchant.toml names known to this account at all (a search leaves an unknown
one out without a word, and every product would look as if it lacked it), and what became of the products that an
earlier night had and the list does not show any more: each is asked for by its id.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pyarrow as pa

from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.plytix.client import SYSTEM
from khaos_assets.systems.plytix.decode import SINGLE, records
from khaos_assets.systems.plytix.records import Product, ProductAsked
from khaos_assets.systems.plytix.search import Search
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.plytix.walk import Kind, ListWalk, shown
from khaos_assets.systems.read import Decoded, Pages, Proof, ReadContext, ReadFailed, WalkNotes
from khaos_assets.systems.transport import Answer, BodyBroken

PATH = "/products/search"
ONE = "/products/{id}"
REMEMBERED = 400
"""Nights for which a product that is gone is told of."""


class _Known(msgspec.Struct):
    key: str


class _Discovery(msgspec.Struct):
    attributes: list[_Known] = []


class _Discovered(msgspec.Struct):
    data: list[_Discovery]


async def walk_products(context: ReadContext) -> WalkNotes:
    """All products, twice; then those of earlier nights that are not among them. Raises ReadFailed, TransportError."""
    section = context.settings.of(Plytix)
    search = Search(PATH, attributes=tuple(section.asked))
    walk = ListWalk(context, "products", Kind(search, ONE, in_windows=True))
    walk.notes.facts = {"labels": section.labels, "related": section.relationships}
    await _check_attributes(walk, section)
    await walk.run()
    await _ask_for_the_missing(walk, section)
    return walk.finish()


async def _check_attributes(walk: ListWalk, section: Plytix) -> None:
    """Every attribute we read must be one of this account's."""
    operation = "GET /filters/product"

    def check(answer: Answer) -> None:
        try:
            msgspec.json.decode(answer.body, type=_Discovered)
        except NOT_JSON as e:
            raise BodyBroken(SYSTEM, operation, f"not the whole JSON of the attributes: {e}", status=200) from e

    answer = await walk.client.ask(operation, "/filters/product", expect={200, 404}, check=check)
    if answer.status == 404:
        walk.note("attributes_not_checked", "the account does not tell its attributes: a misspelt one would look empty")
        return
    walk.context.landing.land(
        answer.body,
        packed=answer.packed,
        operation=operation,
        selector="attributes",
        asked={"part": "attributes"},
        suffix="json",
    )
    found = msgspec.json.decode(answer.body, type=_Discovered).data
    known = {a.key for one in found for a in one.attributes}
    if unknown := [label for label in section.labels if known.isdisjoint({label, f"attributes.{label}"})]:
        detail = f"plytix.attributes names what this account does not have: {', '.join(unknown)}"
        raise ReadFailed("attribute_unknown", detail)


async def _ask_for_the_missing(walk: ListWalk, section: Plytix) -> None:
    """Products of the night before that the list does not show: gone, or only hidden from it.

    What was found to be gone on an earlier night stays so while the list does not show it: nothing brings it back.
    """
    night = walk.context.night.date
    missing = {key: sku for key, sku in _earlier(walk.context) if key not in walk.ids}
    gone = set(walk.notes.facts.get("gone", []))
    asked = sorted(missing)[: section.single_reads]
    if len(missing) > len(asked):
        detail = f"{len(missing)} products of the night before are not listed; {len(asked)} were asked for by id"
        walk.note("not_all_asked", detail)
    unknown = await walk.ask_singly([key for key in asked if key not in gone], SINGLE) | (gone & set(asked))
    walk.notes.facts["gone"] = sorted(gone | unknown)
    walk.notes.facts["asked"] = [
        *({"id": k, "sku": missing[k], "found": k not in unknown, "since": night.isoformat()} for k in asked),
        *(a for a in _gone_before(walk.context, night) if a["id"] not in walk.ids and a["id"] not in missing),
    ]
    if hidden := [key for key in asked if key not in unknown]:
        detail = f"{len(hidden)} products are not listed and found by their id: {shown(hidden)}"
        walk.note("hidden_products", f"{detail} (plytix.search_hides says that this is known)")
        walk.notes.proof = Proof.OVERLAP_ONLY


def _earlier(context: ReadContext) -> list[tuple[str, str]]:
    """Id and SKU of the products of the last complete snapshot."""
    stored = context.earlier_table("products")
    return [] if stored is None else list(zip(stored["id"].to_pylist(), stored["sku"].to_pylist(), strict=True))


def _gone_before(context: ReadContext, night: date) -> list[dict[str, Any]]:
    stored = context.earlier_table("products_asked")
    rows = [] if stored is None else stored.to_pylist()
    return [
        {"id": row["id"], "sku": row["sku"], "found": False, "since": row["missing_since"].isoformat()}
        for row in rows
        if not row["found"] and (night - row["missing_since"]).days < REMEMBERED
    ]


def decode_products(pages: Pages, notes: WalkNotes) -> Decoded:
    """Products, and those asked for one by one."""
    found, aside = records(Product, pages, notes)
    asked = [
        ProductAsked(id=a["id"], sku=a["sku"], found=a["found"], missing_since=date.fromisoformat(a["since"]))
        for a in notes.facts.get("asked", [])
    ]
    return Decoded(tables={"products": found, "products_asked": asked}, quarantined=aside)


def columns(decoded: Decoded, *names: str) -> pa.Table:
    """Some columns of the products, whether they were read in this run or come from the store."""
    return to_arrow(decoded.tables["products"], Product).select(list(names))
