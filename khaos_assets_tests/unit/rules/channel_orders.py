"""What tests of a channel's orders plant again and again: order W1 of two mugs, in the shop and in Khaos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from khaos_assets.systems.scayle import records as scayle
from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_night import (
    Results,
    invoice,
    order,
    stock_item,
)
from khaos_assets_tests.planted_scayle import scayle_order, scayle_variant, unit
from khaos_assets_tests.unit.rules.conftest import Tonight

CHANNELS: dict[str, Any] = {
    "scayle": {},
    "order_reference_prefixes": {"scayle": "SC-", "orocommerce": "OR-"},
    "markets": {"scayle/hl/GB": {"company_class": "Web", "tax_codes": {"20": "1"}}},
    "mapping": {"couriers": {"DPD-12": "DPD", "dpd": "DPD", "evri": "Evri"}},
}
MUG = [stock_item("MUG-1"), scayle_variant("MUG-1")]
TWO = [unit("MUG-1", "12.00"), unit("MUG-1", "12.00")]
"""Two units at 12.00 gross: 20.00 net."""
LINES = [("MUG-1", 2, "12.00")]
SENT = invoice({"MUG-1": 2})
MONEY: dict[str, Any] = {"items_net": "20.00", "items_gross": "24.00", "delivery_net": 0, "delivery_gross": 0}


def shop(
    reference: str = "W1", units: Sequence[dict[str, Any]] = TWO, status: str = "payment_reserved", **fields: Any
) -> scayle.Order:
    return scayle_order(reference, units, status=status, **fields)


def in_khaos(code: str = "SO1", reference: str = "SC-W1", lines: Any = LINES, **fields: Any) -> list[Record]:
    return order(code, reference, lines, **MONEY | fields)


def found(tonight: Tonight, *things: Any, **options: Any) -> Results:
    settings = CHANNELS | options.pop("settings", {})
    return tonight(MUG, *things, settings=settings, **options)


def parcel(number: str, carrier: str = "dpd") -> scayle.Package:
    return scayle.Package(carrier_key=carrier, tracking=scayle.Tracking(id=number))


def cancelled(**fields: Any) -> scayle.Order:
    return shop(status="cancellation_completed", **fields)
