"""Stock and prices inside the product list, where an installation shows them there (contract scayle, 3.2).

One page then says what two hundred calls would. Which variants there are is known from another read, so a list that
hides some loses nothing: they are asked for, as are those whose list comes empty here, for only their own call proves
an absence. Some of those that are shown are asked for all the same, and if one is answered otherwise, all are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import ReadContext
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk.lists import CursorList, ListReader
from khaos_assets.systems.scayle.walk.owned import OwnedList

SAMPLE = 20
"""Variants that are asked for although the list shows them."""


class NestedVariant(msgspec.Struct):
    id: int
    stocks: list[msgspec.Raw] = []
    prices: list[msgspec.Raw] = []


class NestedProduct(msgspec.Struct):
    id: int
    variants: list[NestedVariant] = []


_PRODUCT = msgspec.json.Decoder(NestedProduct)


class _Shown(NamedTuple):
    variant: int
    rows: list[bytes] | None
    """In one spelling, of a variant of the sample; of the others None."""


@dataclass(frozen=True)
class Nested:
    """What one pass over the product list showed."""

    shown: set[int]
    """Variants with at least one row."""
    sample: dict[int, list[bytes]]
    """Some of them, with their rows in one spelling."""
    pages: list[int]
    unknown_fields: set[str]


async def read_nested(context: ReadContext, listed: OwnedList, variants: Sequence[int]) -> Nested:
    """One pass over the products with this part of their variants. Raises ReadFailed and TransportError."""
    sampled = set(variants[:: max(1, len(variants) // SAMPLE)])
    unknown: set[str] = set()

    def remember(product: NestedProduct) -> list[_Shown]:
        found: list[_Shown] = []
        for variant in product.variants:
            if rows := rows_of(variant, listed.part):
                unknown.update(fields.unknown(rows, listed.fields))
                found.append(_Shown(variant.id, in_one_spelling(rows) if variant.id in sampled else None))
        return found

    products = CursorList(
        "/products",
        "GET /products",
        "id",
        "productRead",
        params={"with": f"variants.{listed.part}"},
        glance=NestedProduct,
        remember=remember,
    )
    walked = await ListReader(context, products).run(1, context.settings.of(Scayle).page_size)
    every = [one for product in walked.rows.values() for one in product or ()]
    sample = {one.variant: one.rows for one in every if one.rows is not None}
    return Nested({one.variant for one in every}, sample, walked.pages, unknown)


def nested_variants(product: bytes) -> list[NestedVariant]:
    """The variants in a product's row; none where one of them cannot be read: then each was asked for."""
    try:
        return _PRODUCT.decode(product).variants
    except NOT_JSON:
        return []


def rows_of(variant: NestedVariant, part: str) -> list[msgspec.Raw]:
    return variant.prices if part == "prices" else variant.stocks


def in_one_spelling(rows: Iterable[msgspec.Raw]) -> list[bytes]:
    """Rows as texts that are equal where the rows are, in an order of their own."""
    decoded: list[Any] = [msgspec.json.decode(raw) for raw in rows]
    return sorted(msgspec.json.encode(row, order="sorted") for row in decoded)
