"""The parts of `merchant.toml` for orders of channels: prefixes, markets, tax codes, price lists, customers."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.sandbox.worlds.amounts import TAX_PERCENT
from khaos_assets.sandbox.worlds.clock import london_date
from khaos_assets.sandbox.worlds.markets import PREFIXES
from khaos_assets.sandbox.worlds.model import CHANNELS, World
from khaos_assets.sandbox.worlds.organisations import PRICE_LISTS, TERMS
from khaos_assets.sandbox.worlds.render import oro_orders, oro_prices, scayle_orders
from khaos_assets.sandbox.worlds.toml import array, inline, table, text


def channels_of(world: World) -> list[str]:
    return [c for c in CHANNELS if c in world.systems]


def top_lines(world: World) -> list[str]:
    """Keys before the first table."""
    prefixes = {c: PREFIXES[c] for c in channels_of(world)}
    return [f"order_reference_prefixes = {table(prefixes)}"] if prefixes else []


def market_sections(world: World) -> list[str]:
    """Channels, tax codes, markets, customers."""
    if not channels_of(world):
        return []
    codes = {str(code): Decimal(percent) for code, percent in TAX_PERCENT.items()}
    lines = ["", "[tax_codes]", *(f"{text(c)} = {p}" for c, p in codes.items())]
    for channel in channels_of(world):
        lines += ["", f"[channels.{channel}]", f"start = {london_date(world.origin)}"]
    for market in world.markets:
        lines += [
            "",
            f"[markets.{text(market.key)}]",
            f"currency = {text(market.currency)}",
            f"company_class = {text(market.company_class)}",
            f"price_list = {text(market.price_list)}",
            f"tax_codes = {table(market.tax_codes)}",
            f"delivery_tax_code = {text(market.delivery_code)}",
        ]
    return [*lines, "", "[customers]", f"branches = {inline(world.branches)}"]


def market_mappings(world: World) -> list[str]:
    """Within [mapping]."""
    lines: list[str] = []
    if "scayle" in world.systems:
        lines.append(f"payment_types = {array(scayle_orders.PAYMENTS)}")
        lines.append(f"promotion_types = {array(scayle_orders.PROMOTIONS)}")
    if "orocommerce" in world.systems:
        lines.append(f"delivery_methods = {array([oro_orders.METHOD])}")
        lists = {str(number): name for number, name in PRICE_LISTS.items()}
        lines.append(f"price_lists = {table(lists | {str(oro_prices.RETIRED): PRICE_LISTS[1]})}")
        lines.append(f"customer_groups = {table(lists)}")
        lines.append(f"payment_terms = {table({str(n): name for n, name in TERMS.items()})}")
    return lines
