"""The world directory: one NDJSON file per system, entity and night, beside `world.toml` and `merchant.toml`."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from khaos_assets.sandbox.worlds.merchant import faults_toml, merchant_toml, world_toml
from khaos_assets.sandbox.worlds.model import Kind, World
from khaos_assets.sandbox.worlds.positions import Positions, positions
from khaos_assets.sandbox.worlds.render import (
    khaos_customers,
    khaos_orders,
    khaos_prices,
    khaos_stock,
    oro_customers,
    oro_orders,
    oro_prices,
    orocommerce,
    pimberly,
    plytix,
    scayle,
    scayle_orders,
    wair,
)
from khaos_assets.sandbox.worlds.render.khaos_stock import Levels

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_BATCH = 2000


class WorldExistsError(Exception):
    """The target folder holds something that is not a world: it is left alone."""


def write_world(world: World, out: Path) -> None:
    """Write every night; what happens between two nights happens here, in order. An older world is replaced."""
    if out.exists() and any(out.iterdir()) and not (out / "world.toml").exists():
        raise WorldExistsError(f"{out}: the folder is not empty and holds no world.toml; give a new or empty folder")
    shutil.rmtree(out / "nights", ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    moving = {"wair.stock": True, "wair.dispatches": True}
    levels: Levels = {}
    for number, night in enumerate(world.nights):
        for change in world.changes.get(number, []):
            change()
        folder = out / "nights" / night.date.isoformat()
        figures = positions(world, night.as_of)
        for system, entity, records in _night(world, number, figures, levels):
            _write(folder / system / f"{entity}.ndjson", records)
        _write(folder / "truth.ndjson", world.truth.of(number))
        levels = khaos_stock.levels(world, number, figures)
        recent = (d for d in wair.dispatches_of(world, night.as_of) if d.moves_stock and not d.broken)
        fresh = any(d.at > night.as_of - timedelta(hours=20) for d in recent)
        moving = {name: was and fresh for name, was in moving.items()}
    non_stock = sorted(i.code for i in world.items if i.kind is Kind.NON_STOCK)
    (out / "merchant.toml").write_text(merchant_toml(world, non_stock, moving), encoding="utf-8")
    (out / "faults.toml").unlink(missing_ok=True)
    if world.faults:
        (out / "faults.toml").write_text(faults_toml(world), encoding="utf-8")
    (out / "world.toml").write_text(world_toml(world), encoding="utf-8")


def _night(
    world: World, number: int, figures: Positions, levels: Levels
) -> Iterator[tuple[str, str, Iterable[dict[str, Any]]]]:
    """`levels`: what Khaos showed the night before."""
    night = world.nights[number]
    yield "khaos", "sites", khaos_stock.sites(world)
    yield "khaos", "stock_list", khaos_stock.stock_list(world, number, figures, levels)
    yield "khaos", "stock_items", khaos_stock.stock_items(world, number)
    yield "khaos", "stock_levels", khaos_stock.stock_levels(world, number, figures)
    yield "khaos", "stock_potential", khaos_stock.stock_potential(world, number, figures)
    yield "khaos", "company_list", khaos_customers.company_list(world)
    yield "khaos", "customers", khaos_customers.customers(world)
    yield "khaos", "company_info", khaos_customers.company_info(world)
    yield "khaos", "company_classes", khaos_customers.classes(world)
    yield "khaos", "price_lists", khaos_prices.price_lists(world, number)
    yield "khaos", "sales_orders", khaos_orders.sales_orders(world, night.as_of)
    yield "khaos", "order_lines", khaos_orders.order_lines(world, night.as_of)
    yield "khaos", "countries", khaos_customers.countries()
    yield "khaos", "deleted_entries", khaos_customers.deleted_entries(night)
    if "wair" in world.systems:
        yield "wair", "items", wair.items(world, number)
        yield "wair", "stock", wair.stock(world, number, figures)
        yield "wair", "dispatches", wair.dispatches(world, night.as_of)
        yield "wair", "transfers", wair.transfers(world, night.as_of)
    yield from _goods(world, number, figures)
    yield from _orders(world, number)


def _goods(world: World, number: int, figures: Positions) -> Iterator[tuple[str, str, Iterable[dict[str, Any]]]]:
    """Products, stock and prices of channels and PIMs."""
    if "scayle" in world.systems:
        yield "scayle", "shops", scayle.shops(world)
        yield "scayle", "warehouses", scayle.warehouses(world)
        yield "scayle", "products", scayle.products(world, number)
        yield "scayle", "stocks", scayle.stocks(world, number, figures)
        yield "scayle", "prices", scayle.prices(world, number)
    if "orocommerce" in world.systems:
        yield "orocommerce", "products", orocommerce.products(world, number)
        yield "orocommerce", "productunitprecisions", orocommerce.unit_precisions(world, number)
        yield "orocommerce", "inventorylevels", orocommerce.inventory_levels(world, number, figures)
    if "plytix" in world.systems:
        yield "plytix", "products", plytix.products(world, number)
        yield "plytix", "families", plytix.families(world, number)
        yield "plytix", "relationships", plytix.relationships()
    if "pimberly" in world.systems:
        yield "pimberly", "products", pimberly.products(world, number)


def _orders(world: World, number: int) -> Iterator[tuple[str, str, Iterable[dict[str, Any]]]]:
    """Orders, customers and price lists of channels."""
    as_of = world.nights[number].as_of
    if "scayle" in world.systems:
        yield "scayle", "orders", scayle_orders.orders(world, as_of)
    if "orocommerce" in world.systems:
        yield "orocommerce", "orders", oro_orders.orders(world, as_of)
        yield "orocommerce", "orderaddresses", oro_orders.addresses(world, as_of)
        yield "orocommerce", "orderlineitems", oro_orders.line_items(world, as_of)
        yield "orocommerce", "ordersubtotals", oro_orders.subtotals(world, as_of)
        yield "orocommerce", "ordershippingtrackings", oro_orders.trackings(world, as_of)
        yield "orocommerce", "customers", oro_customers.customers(world, as_of)
        yield "orocommerce", "customerusers", oro_customers.users(world, as_of)
        yield "orocommerce", "pricelists", oro_prices.price_lists(world)
        yield "orocommerce", "productprices", oro_prices.product_prices(world, number)


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line, in batches, so that a big world needs little memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as f:
        batch: list[dict[str, Any]] = []
        for record in records:
            batch.append(record)
            if len(batch) == _BATCH:
                f.write(_ENCODER.encode_lines(batch))
                batch.clear()
        f.write(_ENCODER.encode_lines(batch))
