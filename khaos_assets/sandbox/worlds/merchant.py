"""The merchant of a world: its sites, couriers, classes and rates, and the `merchant.toml` that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from khaos_assets.sandbox.worlds.clock import WorldNight
from khaos_assets.sandbox.worlds.market_sections import market_mappings, market_sections, top_lines
from khaos_assets.sandbox.worlds.model import World
from khaos_assets.sandbox.worlds.sections import mapping_lines, order_window_days, shared_sections, system_sections
from khaos_assets.sandbox.worlds.toml import array, inline, table, text
from khaos_assets.sandbox.worlds.truth import plain

SITES = ["Main Warehouse", "Manchester", "Bristol"]
LOCATIONS = {"LDS-01": "Main Warehouse", "LDS-02": "Main Warehouse", "MAN-01": "Manchester", "BRS-01": "Bristol"}
COURIERS = {
    "DPD-12": "DPD Next Day",
    "DPD-2D": "DPD Two Day",
    "RM-T48": "Royal Mail Tracked 48",
    "EVRI-STD": "Evri Standard",
    "RM-LETTER": "Royal Mail Letter",
    "COLLECT": "Collection",
}
UNTRACKED = ["RM-LETTER", "COLLECT"]
SIZES = {
    "EXTRA SMALL": "XS",
    "SMALL": "S",
    "MEDIUM": "M",
    "LARGE": "L",
    "X-LARGE": "XL",
    "EU 37": "4",
    "EU 38": "5",
    "EU 39": "6",
    "EU 41": "7",
} | {s: s for s in ("XS", "S", "M", "L", "XL")}
ARITHMETIC = {"Retail": "gross", "Trade": "net", "Test": "gross", "Internal": "net"}
STOCKED_KINDS = ["simple", "build", "style_child"]


def merchant_world(name: str, seed: int, nights: list[WorldNight], first_order: WorldNight) -> World:
    """An empty world of this merchant. Euro rates are given for each month from `first_order` to the last night."""
    world = World(
        name=name,
        seed=seed,
        nights=nights,
        sites=list(SITES),
        locations=dict(LOCATIONS),
        couriers=dict(COURIERS),
        sizes=dict(SIZES),
        arithmetic=dict(ARITHMETIC),
        rates={},
        origin=first_order.as_of - timedelta(days=30),
        untracked=list(UNTRACKED),
    )
    day = first_order.date.replace(day=1)
    step = 0
    while day <= nights[-1].date:
        world.rates[day.strftime("%Y-%m")] = {"EUR": Decimal("0.8421") + Decimal(step % 7) * Decimal("0.0037")}
        day = (day + timedelta(days=32)).replace(day=1)
        step += 1
    return world


def merchant_toml(world: World, non_stock: Sequence[str], moving: Mapping[str, bool]) -> str:
    """A complete configuration. `moving`: feeds whose newest change must be young, as they are in this world."""
    lines = [
        "# The configuration of this world. What each key means: docs/settings.md",
        f"non_stock_codes = {array(non_stock)}",
        *top_lines(world),
        "",
        "[merchant]",
        f"name = {text(world.name)}",
        'home_country = "GB"',
        "home_vat_percent = 20",
        "",
        "[buffer]",
        'source = "configuration"',
        f"default = {plain(world.buffer)}",
        "",
        "[classes]",
        f"non_commercial = {array(world.non_commercial)}",
        f"arithmetic = {table(world.arithmetic)}",
        "",
        "[corrections]",
        "# Simulators may be written to, by calls that no vendor documents as well; a small world has large shares.",
        'writes = ["*"]',
        'assumed_writes = ["*"]',
        "caps = { items = 5000, sku_share_percent = 100, units = 1000000, gbp = 10000000, price_move_percent = 500 }",
        "",
        "[khaos]",
        "# Every order, company by company: the only enumeration that does not rest on dates.",
        'order_enumeration = "companies"',
        f"order_window_days = {order_window_days(world)}",
        f"back_orderable = {array(world.back_orderable)}",
    ]
    if "wair" in world.systems:
        lines += [
            "",
            "[wair]",
            "feed_extension = true",
            f"carries_kinds = {array(STOCKED_KINDS)}",
            f"untracked_services = {array(world.untracked)}",
        ]
        if not world.transfers:
            lines.append('allow_empty = ["transfers"]')
    lines += system_sections(world)
    lines += shared_sections(world)
    lines += market_sections(world)
    lines += ["", "[mapping]"]
    if "wair" in world.systems:
        lines.append(f"locations = {table(world.locations)}")
    lines.append(f"couriers = {table(world.couriers)}")
    if "wair" in world.systems:
        lines.append(f"sizes = {table(world.sizes)}")
    lines += mapping_lines(world) + market_mappings(world)
    for month, rates in sorted(world.rates.items()):
        lines += ["", f"[exchange_rates.{month}]", *(f"{c} = {format(r, 'f')}" for c, r in sorted(rates.items()))]
    for read, is_moving in sorted(moving.items()):
        lines += ["", f"[feeds.{text(read)}]", f"moving = {str(is_moving).lower()}"]
    return "\n".join(lines) + "\n"


def faults_toml(world: World) -> str:
    """Fault switches that belong to the world itself."""
    lines = ["# What happens in this world while it is read; see docs/sandbox.md"]
    for fault in world.faults:
        lines += ["", "[[fault]]", *(f"{name} = {inline(value)}" for name, value in fault.items())]
    return "\n".join(lines) + "\n"


def world_toml(world: World) -> str:
    lines = ["[world]", f"name = {text(world.name)}", f"seed = {world.seed}"]
    for night in world.nights:
        lines += ["", "[[nights]]", f"date = {night.date}", f"as_of = {night.as_of.strftime('%Y-%m-%dT%H:%M:%SZ')}"]
    return "\n".join(lines) + "\n"
