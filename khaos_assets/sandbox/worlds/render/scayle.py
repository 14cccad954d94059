"""SCAYLE shops, warehouses, products, stocks and prices (contract scayle, 3.1 to 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from khaos_assets.sandbox.worlds.clock import LONDON
from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.listings import listings_of
from khaos_assets.sandbox.worlds.markets import SHOP, Market, euro_price, markets_of, pound_price
from khaos_assets.sandbox.worlds.model import Kind, World
from khaos_assets.sandbox.worlds.positions import Positions
from khaos_assets.sandbox.worlds.render.spelling import Record, spoil
from khaos_assets.sandbox.worlds.shown import changed_at, quantity

MERCHANT = "main"
PROMOTED, GROUPED = 17, 19
"""Every so many variants has a promotion price, or one for a customer group, beside its list price."""


def offset(instant: datetime) -> str:
    """`2026-11-19T14:05:00+00:00`: with the offset of London."""
    return instant.astimezone(LONDON).isoformat(timespec="seconds")


def shops(world: World) -> Iterator[Record]:
    countries = [m.country for m in markets_of(world, "scayle")] + world.unmapped.get("scayle/country", [])
    yield {"shopKey": SHOP, "countries": [{"countryCode": c} for c in countries]}


def warehouses(world: World) -> Iterator[Record]:
    for number, key in enumerate([*world.warehouses["scayle"], *world.unmapped.get("scayle/warehouse", [])], 1):
        countries = [
            {"shopKey": SHOP, "countryCode": m.country, "priority": number, "packageGroup": None}
            for m in markets_of(world, "scayle")
        ]
        yield {
            "id": number,
            "referenceKey": key,
            "merchants": [{"id": 1, "referenceKey": MERCHANT}],
            "shopCountries": countries,
        }


def products(world: World, night: int) -> Iterator[Record]:
    """One per colour of a style, and one per other item, with its variants."""
    rows = sorted(listings_of(world, "scayle", night), key=lambda x: (x.group, x.number))
    for group, variants in groupby(rows, key=lambda x: x.group):
        yield _product(group, list(variants))


def _product(group: int, variants: list[Listing]) -> Record:
    first = variants[0]
    item = first.item
    style = item.parent if item is not None and item.parent is not None else item
    name = style.description if style is not None else first.sku
    colour = item.colour if item is not None else ""
    return {
        "id": group,
        "referenceKey": f"{style.code}-{colour}" if style is not None and colour else first.sku,
        "state": first.state,
        "problems": ["MISSING_IMAGES"] if first.state == "problem" else [],
        "name": {"en_GB": f"{name} {colour}".strip()},
        "master": {
            "referenceKey": style.code if style is not None else first.sku,
            "categories": {"paths": [[style.department if style is not None else "New"]]},
        },
        "attributes": [{"name": "color", "type": "simple", "value": colour, "isLocked": False}] if colour else [],
        "images": [],
        "merchantReferenceKeys": [MERCHANT],
        "customData": {},
        "isComposite": first.kind is Kind.PACK,
        "variants": [_variant(x) for x in variants],
    }


def _variant(listing: Listing) -> Record:
    item = listing.item
    size = item.size if item is not None else ""
    record: Record = {
        "id": listing.number,
        "referenceKey": listing.sku,
        "ean": item.barcode or None if item is not None else None,
        "attributes": [{"name": "size", "type": "simple", "value": size, "isLocked": False}] if size else [],
        "isComposite": listing.kind is Kind.PACK,
        "relatedVariants": [],
    }
    return spoil(record, listing.broken.get("variants"))


def stocks(world: World, night: int, figures: Positions) -> Iterator[Record]:
    for listing in listings_of(world, "scayle", night):
        for warehouse in dict.fromkeys((*world.warehouses["scayle"], *listing.units)):
            record: Record = {
                "variantId": listing.number,
                "quantity": int(quantity(figures, listing, warehouse)),
                "warehouseReferenceKey": warehouse,
                "merchantReferenceKey": MERCHANT,
                "changedAt": offset(changed_at(figures, listing, warehouse)),
                "sellableWithoutStock": listing.sells_without_stock,
                "expectedAvailabilityAt": None,
            }
            yield spoil(record, listing.broken.get(f"stocks/{warehouse}"))


def prices(world: World, night: int) -> Iterator[Record]:
    """List prices per market, in minor units; here and there a promotion or a price for a group of customers."""
    as_of = world.nights[night].as_of
    window = (offset(as_of - timedelta(days=3)), offset(as_of + timedelta(days=4)))
    templates = [(m, _template(world, m)) for m in markets_of(world, "scayle")]
    for listing in listings_of(world, "scayle", night):
        by_currency = _list_prices(listing, {m.currency for m, _ in templates})
        percent = int(listing.item.vat_percent) if listing.item is not None else 0
        for n, (market, template) in enumerate(templates, 1):
            own = listing.prices.get(market.key)
            price = by_currency[market.currency] if own is None else int(own * 100)
            tax = percent if market.is_home else 0
            key = f"{n}-{listing.number}"
            record = template | {"variantId": listing.number, "key": key, "price": price, "tax": tax}
            yield spoil(record, listing.broken.get("prices"))
            if market.is_home and listing.number % PROMOTED == 0:
                yield _reduced(record, "autumn", *window, key=f"{key}-p")
            if market.is_home and listing.number % GROUPED == 0:
                yield record | {"key": f"{key}-g", "groupKey": "vip", "price": price * 85 // 100}


def _list_prices(listing: Listing, currencies: set[str]) -> dict[str, int]:
    """In minor units, by currency."""
    item = listing.item
    if item is None:
        return dict.fromkeys(currencies, 0)
    return {c: int((pound_price(item) if c == "GBP" else euro_price(item)) * 100) for c in currencies}


def _template(world: World, market: Market) -> Record:
    """What all list prices of a market share; the rest is filled in by variant."""
    return {
        "variantId": 0,
        "key": "",
        "price": 0,
        "oldPrice": None,
        "recommendedRetailPrice": None,
        "buyingPrice": None,
        "tax": 0,
        "currencyCode": market.currency,
        "countryCode": market.country,
        "groupKey": None,
        "promotionKey": None,
        "unitPrice": None,
        "validFrom": offset(world.origin),
        "validTo": None,
        "merchantReferenceKey": MERCHANT,
    }


def _reduced(record: Record, promotion: str, start: str, end: str, key: str) -> Record:
    price = record["price"]
    return record | {
        "key": key,
        "price": price * 80 // 100,
        "oldPrice": price,
        "promotionKey": promotion,
        "validFrom": start,
        "validTo": end,
    }
