"""Shops, warehouses, products, variants, stock and prices (contract scayle, 3.1 to 3.5)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes
from khaos_assets.systems.scayle.bundles import bundled
from khaos_assets.systems.scayle.decode.rows import (
    LONGEST_RAW,
    Row,
    answered_rows,
    believed_rows,
    decode_rows,
    with_field,
)
from khaos_assets.systems.scayle.records import Price, Product, Shop, Stock, Variant, Warehouse
from khaos_assets.systems.scayle.walk.nested import nested_variants, rows_of

SHOP_KEY = ("shop_key", "country_code")
STOCK_KEY = ("variant_id", "warehouse_reference_key", "merchant_reference_key")
PRICE_KEY = ("variant_id", "key")


def decode_shops(pages: Pages, notes: WalkNotes) -> Decoded:
    shop_of = {p.number: p.asked.get("shop", "") for p in pages.pages}
    rows = ((p, n, with_field(raw, "askedShop", shop_of[p])) for p, n, raw in believed_rows(pages, notes))
    return decode_rows(rows, "shops", Shop, SHOP_KEY, later_counts=True)


def decode_warehouses(pages: Pages, notes: WalkNotes) -> Decoded:
    return decode_rows(believed_rows(pages, notes), "warehouses", Warehouse, ("id",), later_counts=True)


def decode_products(pages: Pages, notes: WalkNotes) -> Decoded:
    return decode_rows(believed_rows(pages, notes), "products", Product, ("id",), later_counts=True)


def decode_variants(pages: Pages, notes: WalkNotes) -> Decoded:
    """Those nested in products, then those of products that were shown without them."""
    unreadable: list[Quarantined] = []

    def rows() -> Iterator[Row]:
        yield from _nested(pages, notes, unreadable)
        yield from answered_rows(pages, "askedProduct")

    decoded = decode_rows(rows(), "variants", Variant, ("id",), later_counts=True)
    decoded.quarantined += unreadable
    return decoded


def decode_stocks(pages: Pages, notes: WalkNotes) -> Decoded:
    return decode_rows(_of_variants(pages, notes, "stocks"), "stocks", Stock, STOCK_KEY)


def decode_prices(pages: Pages, notes: WalkNotes) -> Decoded:
    return decode_rows(_of_variants(pages, notes, "prices"), "prices", Price, PRICE_KEY)


def _of_variants(pages: Pages, notes: WalkNotes, part: str) -> Iterator[Row]:
    """The rows of each variant by its own call; where there was none, as the product list showed them last."""
    asked = {answer.key for _, answer in bundled(pages)}
    shown: dict[int, list[Row]] = {}
    for page, row, raw in believed_rows(pages, notes):
        for variant in nested_variants(raw):
            shown[variant.id] = [(page, row, bytes(one)) for one in rows_of(variant, part)]
    for variant, rows in shown.items():
        if variant not in asked:
            yield from ((page, row, with_field(raw, "askedVariant", variant)) for page, row, raw in rows)
    yield from answered_rows(pages, "askedVariant")


class _Nesting(msgspec.Struct):
    id: int
    variants: list[msgspec.Raw] | None = None


_NESTING = msgspec.json.Decoder(_Nesting)


def _nested(pages: Pages, notes: WalkNotes, unreadable: list[Quarantined]) -> Iterator[Row]:
    """The variants in the rows of products. A product that cannot be read takes unknown variants with it."""
    for page, row, raw in believed_rows(pages, notes):
        try:
            product = _NESTING.decode(raw)
        except NOT_JSON as e:
            text = raw.decode(errors="replace")[:LONGEST_RAW]
            unreadable.append(
                Quarantined(
                    key=f"{page}:{row}",
                    key_readable=False,
                    page=page,
                    row=row,
                    field="id",
                    reason=f"a product whose variants cannot be read: {e}",
                    raw=text,
                )
            )
            continue
        for variant in product.variants or ():
            yield page, row, with_field(bytes(variant), "askedProduct", product.id)
