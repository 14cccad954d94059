"""A merchant with both shops: SCAYLE in pounds and euros, priced gross; OroCommerce for trade, priced net."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets.systems.wire import Record
from khaos_assets_tests.planted_records import Number, order, stock_item
from khaos_assets_tests.shared_night import SharedNight

HOME = {"20": "1", "0": "2"}
SHOPS: dict[str, Any] = {
    "scayle": {},
    "orocommerce": {},
    "order_reference_prefixes": {"scayle": "SC-", "orocommerce": "OR-"},
    "exchange_rates": {"2026-10": {"EUR": "0.80"}, "2026-11": {"EUR": "0.90"}},
    "classes": {"arithmetic": {"Web": "gross", "Trade": "net"}},
    "non_stock_codes": ["POST"],
    "mapping": {"units": {"each": 1, "case": 12}},
    "markets": {
        "scayle/hl/GB": {"company_class": "Web", "tax_codes": HOME},
        "scayle/hl/DE": {
            "currency": "EUR",
            "company_class": "Web",
            "price_list": "Web EUR",
            "tax_codes": dict.fromkeys(HOME, "2"),
            "delivery_tax_code": "2",
        },
        "orocommerce/GBP": {"company_class": "Trade", "tax_codes": HOME},
    },
}

NOTHING = ("0.00", "0.00")
GOODS = [stock_item("MUG-1"), stock_item("CUP-1"), stock_item("BOOK-1", vat_percent="0"), stock_item("POST")]


def in_khaos(
    reference: str,
    lines: Sequence[dict[str, Any] | tuple[Any, ...]],
    items: tuple[Number, Number],
    delivery: tuple[Number, Number] = NOTHING,
    **fields: Any,
) -> list[Record]:
    """What Khaos has of a channel's order, whose code is "K" and the reference; totals are net and gross."""
    totals: dict[str, Any] = {"created_on": date(2026, 10, 21)}
    totals |= dict(zip(("items_net", "items_gross"), map(Decimal, items), strict=True))
    totals |= dict(zip(("delivery_net", "delivery_gross"), map(Decimal, delivery), strict=True))
    return order(f"K{reference}", reference, lines, **totals | fields)


class ShopsNight(SharedNight):
    """A night of this merchant, with its goods and some settings otherwise."""

    def __init__(self, *things: Any, **settings: Any) -> None:
        super().__init__(GOODS, *things, settings=SHOPS | settings)
