"""A night of all six systems on which exceptions explain others: each edge of `rules/suppression.sql` by name.

Two nights: what was renamed, overwritten or late needs the one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets_tests.planted_channels import SHOPS, in_khaos
from khaos_assets_tests.planted_night import (
    PlantedNight,
    customer,
    dispatch,
    invoice,
    level,
    line,
    merged,
    minutes_ago,
    order,
    pack,
    stock_item,
    stocked,
    style_child,
    style_parent,
    transfer,
    wair_item,
    wair_stock,
)
from khaos_assets_tests.planted_orocommerce import (
    oro_customer,
    oro_line,
    oro_order,
    oro_price,
    oro_price_list,
    oro_product,
    oro_stock,
    oro_user,
)
from khaos_assets_tests.planted_pimberly import PIMBERLY, pimberly_product
from khaos_assets_tests.planted_plytix import PLYTIX, plytix_product
from khaos_assets_tests.planted_records import listed_price, terms
from khaos_assets_tests.planted_scayle import (
    fee,
    scayle_order,
    scayle_stock,
    scayle_variant,
    unit,
)

LATE = minutes_ago(300)
DESCRIBED = [f"ROW-{n}" for n in range(6)]
"""Neighbours whose description differs: a partial sync."""

SETTINGS: dict[str, Any] = merged(
    SHOPS,
    {
        "scayle": {"carries_kinds": []},
        "orocommerce": {"carries_kinds": []},
        "plytix": PLYTIX
        | {
            "carries_kinds": ["simple", "style_parent"],
            "attributes": PLYTIX["attributes"] | {"sell_price": {"attribute": "shop", "basis": "gross"}},
        },
        "pimberly": PIMBERLY | {"carries_kinds": [], "mandatory": ["weight"]},
        "mapping": {
            "locations": {"L1": "Main"},
            "couriers": {"DPD-12": "DPD"},
            "warehouses": {"scayle": {"HUB": ["Main"]}, "orocommerce": {"": ["Main"]}},
            "price_lists": {"1": "Trade"},
        },
        "ownership": {"price": ["plytix"]},
        "tolerances": {
            "snapshot_drop_percent": 100,
            "backlog_records": 0,
            "partial_sync_records": 6,
            "partial_sync_outside_percent": 100,
        },
    },
)


def shown(sku: str, available: int, on_scayle: int, **fields: Any) -> list[Any]:
    """An item of which a channel shows so many."""
    return [stocked(sku, available, **fields), scayle_variant(sku), scayle_stock(sku, on_scayle)]


def whole(sku: str, **fields: Any) -> Any:
    """A Plytix product that agrees with a plain stock item, unless it is told otherwise."""
    values: dict[str, Any] = {"short_description": f"A {sku}", "rrp": 12}
    return plytix_product(sku, **values | fields)


def renamed(code: str) -> list[Any]:
    return [stock_item(code, stock_id="7", web=True), style_parent(f"{code}-TEE", stock_id="8")]


def overwritten(price: str) -> list[Any]:
    item = stock_item("AMOUNT-1", sell_price=price, buy_price="1")
    return [item, level("AMOUNT-1", 4), plytix_product("AMOUNT-1", short_description="else", rrp=12, shop="13.20")]


STANDING = {11: 11, 12: 12, 13: 11}
"""Orders that stand at their stage for a second night; at 12 they are being picked."""

BEFORE: list[Any] = [
    renamed("OLD"),
    overwritten("12.00"),
    [stocked(c, 10) for c in ("LATE-1", "LATE-2", "LATE-3", "LATE-4", "LATE-5")],
    [
        order(f"SW{n}", f"SC-W{n}", [("VASE-1", 1, "12.00")], invoices=[invoice({}, stage=stage)])
        for n, stage in STANDING.items()
    ],
]

ITEMS: list[Any] = [
    # SKU-05: the new code is missing, the old one looks live too early, unknown parent and component, stock
    renamed("NEW"),
    [plytix_product("OLD", live=True), wair_item("OLD"), wair_stock("OLD", 3), level("NEW", 4)],
    [plytix_product("OLD-TEE", variants=2), style_child("TEE-M", "NEW-TEE"), whole("TEE-M", parent="OLD-TEE")],
    [pack("SET-1", {"NEW": 2}), whole("SET-1", bundle={"OLD": 2})],
    # SKU-02: the same by spelling
    [stock_item("CUP-9", web=True), plytix_product("cup-9", live=True, key="c1")],
    [stock_item("WEB-1"), scayle_variant("web-1"), scayle_stock("web-1", 9)],
    [stock_item("TRADE-1"), oro_product("trade-1"), oro_price("trade-1", "9.00")],
    [level("WEB-1", 4), listed_price("Trade", "TRADE-1", "8.00")],
    [wair_item("twin-1"), wair_item("TWIN-1 "), stock_item("TWIN-1")],
    # SKU-01, SKU-04: stock of what nobody knows, and of what stands twice
    [wair_item("NOBODY-1"), wair_stock("NOBODY-1", -1)],
    [stocked("DOUBLE-1", 5, 4), stocked("double-1", 5, 3)],
    # PIM-04, PIM-05: the parent that Khaos lacks, and what it is told of
    [plytix_product("STRANGE", variants=1, live=True), whole("STYLE-M", parent="STRANGE")],
    [style_child("STYLE-M", "OTHER"), style_parent("OTHER")],
    # PIM-07, PIM-08, PIM-01
    [stock_item("OUT-1"), whole("OUT-1", status="Archived", short_description="new")],
    plytix_product("EARLY-1", live=True),
    [stock_item("LACKS-1", weight_kg=Decimal("0.5")), pimberly_product("LACKS-1", shows={"Title": "else"})],
    whole("LACKS-1", weight_g=7),
    # Its parent is archived, and live all the same: that is another fault
    [plytix_product("GONE-P", variants=1, status="Archived", live=True), whole("GONE-M", parent="GONE-P")],
    style_child("GONE-M", "OTHER"),
    overwritten("13.20"),
    [[stock_item(c), whole(c, short_description="new")] for c in DESCRIBED],
]

STOCK: list[Any] = [
    # PIM-09
    shown("END-FIGURE", 8, 8, discontinued=True),
    shown("END-MORE", 8, 11, discontinued=True),
    shown("END-LESS", 40, 1, discontinued=True),
    # STK-03 on a channel: a build with what could be built; in WAIR: a parent below zero
    [
        stock_item("BUILD-1"),
        level("BUILD-1", 4, build_potential=9),
        scayle_variant("BUILD-1"),
        scayle_stock("BUILD-1", 11),
    ],
    [style_parent("CAP"), wair_item("CAP"), wair_stock("CAP", -1)],
    # STK-02: WAIR took what is available, and its own figures do not add up; late with it; a channel forgot the buffer
    [stocked("WRONG-1", 8), order("SO-1", None, [("WRONG-1", 2, "12.00")])],
    [stock_item("WRONG-2"), level("WRONG-2", 8), wair_item("WRONG-2"), wair_stock("WRONG-2", 8, available=6)],
    order("SO-2", None, [("WRONG-2", 2, "12.00")]),
    [stocked("LATE-1", 8, 8, at=LATE), order("SO-3", None, [("LATE-1", 2, "12.00")])],
    shown("FULL-1", 8, 8),
    # STK-07
    stocked("LATE-2", 10, 7, at=LATE),
    [stock_item("LATE-3"), level("LATE-3", 10), wair_item("LATE-3")],
    wair_stock("LATE-3", 7, available=5, at=LATE),
    # STK-06 in WAIR, in Khaos, on a channel
    [stocked("NEG-1", -2, -3), stocked("LATE-4", 10, -3, at=LATE)],
    [stocked("NEG-2", -3, -3), order("SO-4", None, [("NEG-2", 2, "12.00")])],
    [stock_item("NEG-3"), level("NEG-3", -3), wair_item("NEG-3"), wair_stock("NEG-3", -3, available=-9)],
    [stock_item("NEG-4"), level("NEG-4", -2), wair_item("NEG-4"), wair_stock("NEG-4", 3)],
    order("SO-5", None, [("NEG-4", 5, "12.00")]),
    [stock_item("NEG-5"), level("NEG-5", 2), wair_item("NEG-5"), wair_stock("NEG-5", -3, available=-9)],
    [stocked("LESS-1", 40), scayle_variant("LESS-1"), scayle_stock("LESS-1", -1)],
    # the other channel's is its own
    [oro_product("LESS-1"), oro_stock("LESS-1", 1)],
    [stocked("LESS-2", 0), scayle_variant("LESS-2"), scayle_stock("LESS-2", -1, without_stock=True)],
]

GONE: dict[str, Any] = {"status": "cancellation_completed"}
REFUNDED: dict[str, Any] = {"billing": "billing_refunded"}
SENT: dict[str, Any] = {"invoices": [invoice({"VASE-1": 1})], "complete": True}


def sold(number: int, sku: str = "VASE-1", *, price: str = "12.00", **fields: Any) -> Any:
    """SCAYLE's order W<number>."""
    return scayle_order(f"W{number}", [unit(sku, price)], **fields)


def taken(number: int, *, code: str = "S", quantity: int = 1, **fields: Any) -> list[Any]:
    return order(f"{code}W{number}", f"SC-W{number}", [("VASE-1", quantity, "12.00")], **fields)


def sent(number: int, units: int = 1) -> Any:
    return dispatch(f"D{number}", f"SC-W{number}", {"VASE-1": units})


ORDERS: list[Any] = [
    [stock_item("VASE-1"), level("VASE-1", 50)],
    # ORD-05: one of two orders of a reference was sent; one stands still
    [sold(1), taken(1, **SENT), taken(1, code="X", created_on=date(2026, 11, 2)), sent(1, 2)],
    [sold(11), taken(11, invoices=[invoice({}, stage=STANDING[11])]), sent(11)],
    # ORD-09, ORD-10: refunded, sent, standing still
    [sold(2, **GONE, **REFUNDED), taken(2)],
    [[sold(n, **GONE), taken(n, invoices=[invoice({}, stage=STANDING[n])])] for n in (12, 13)],
    [sold(3, **GONE, **REFUNDED), taken(3), sent(3)],
    # ORD-05: its units are all that WAIR and Khaos differ by, whichever code says so
    [stocked("MOVED-1", 8), order("SO-6", "R6", [("MOVED-1", 2, "12.00")]), dispatch("D-R6", "R6", {"MOVED-1": 2})],
    [stocked("LATE-5", 7, 8, at=LATE), order("SO-7", "R7", [("LATE-5", 3, "12.00")])],
    dispatch("D-R7", "R7", {"LATE-5": 2}),
    # ORD-14
    customer("TEST-1", company_class="Test"),
    [taken(4, company="TEST-1"), sent(4)],
    [taken(5, company="TEST-1"), sent(5, 2)],
    [taken(6, company="TEST-1", **SENT), dispatch("D6", "SC-W6", {"BOOK-1": 1})],
    # ORD-01, ORD-02: refunded, shown as shipped; a parcel named twice
    [sold(7, order_code="order_shipped", **REFUNDED), sold(8, "NOBODY-8", order_code="order_shipped", **REFUNDED)],
    [
        sold(9),
        sold(10, "NOBODY-8"),
        [dispatch(f"D{n}-{x}", f"SC-W{n}", {"VASE-1": 1}, tracking="T") for n in (9, 10) for x in "ab"],
    ],
]

MONEY: list[Any] = [
    customer("T1", company_class="Trade", price_lists=["Trade"]),
    [stock_item("MUG-1"), stock_item("CUP-1"), stock_item("BOOK-1", vat_percent="0")],
    oro_price_list("1"),
    # ORD-11: an amendment beside another delivery and another discount
    scayle_order("amended", [unit("MUG-1", "10.80", full="12.00"), unit("CUP-1", "6.00")], fees=[fee("3.60")]),
    in_khaos(
        "SC-amended",
        [line("MUG-1", 2, "12.00"), line("CUP-1", 1, "9.00")],
        ("27.50", "33.00"),
        ("4.00", "4.80"),
    ),
    # FIN-06: everything else about an order in the wrong currency
    scayle_order(
        "currency",
        [
            unit("MUG-1", "10.80", full="12.00", status="returned", returned_at=minutes_ago(3000)),
            unit("CUP-1", "6.00"),
            unit("BOOK-1", "5.00", percent=0),
        ],
        fees=[fee("3.60")],
        billing="billing_partially_refunded",
    ),
    in_khaos(
        "SC-currency",
        [line("MUG-1", 1, "12.00"), line("CUP-1", 1, "9.00"), line("BOOK-1", 1, "5.00", tax_code=1)],
        ("30.00", "39.00"),
        ("4.00", "4.80"),
        currency="EUR",
    ),
    order("N-1", "SC-currency", [line("MUG-1", 1, "1.00")], order_type="C", items_gross="-3.00"),
    # Another class alone hides no money
    scayle_order("class", [unit("MUG-1", "12.00")], fees=[fee("3.60")]),
    in_khaos("SC-class", [line("MUG-1", 1, "12.00")], ("10.00", "12.00"), ("4.00", "4.80"), company="T1"),
    # FIN-11, CUS-02: beside what is explained
    order("N-2", "SC-amended", [line("MUG-1", 1, "1.00")], order_type="C", items_gross="-3.00"),
    oro_customer("new", created=minutes_ago(10 * 24 * 60)),
    # CUS-01, CUS-03 and the class of the account
    [customer(c, other_ref="keeper", company_class="Trade") for c in ("KEEP-1", "KEEP-2")],
    customer("ELSE-1"),
    [oro_customer("keeper"), oro_user("u1", "keeper")],
    oro_order("wrong account", [oro_line("MUG-1", 1, "10.00")], customer="keeper"),
    in_khaos("OR-wrong account", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), company="ELSE-1"),
    # CUS-03 of a customer with one account
    [customer("ONE-1", other_ref="single", company_class="Trade"), oro_customer("single"), oro_user("u3", "single")],
    oro_order("other account", [oro_line("MUG-1", 1, "10.00")], customer="single"),
    in_khaos("OR-other account", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), company="ELSE-1"),
    # CUS-04
    customer("HELD-1", other_ref="held", company_class="Trade", company_name="Corner Shop"),
    [terms("HELD-1", credit_stop=True), oro_customer("held"), oro_user("u2", "held")],
]

TONIGHT: list[Any] = [ITEMS, STOCK, ORDERS, MONEY, transfer("T1", "VASE-1", 1, goal="L1", received=1)]


def two_nights(
    settings: Mapping[str, Any] = SETTINGS, certificates: Mapping[str, Mapping[str, Any] | None] | None = None
) -> list[PlantedNight]:
    """The night before and tonight; settings and certificates are those of tonight."""
    tonight = PlantedNight(TONIGHT, settings=settings, certificates=certificates or {})
    return [PlantedNight(BEFORE, settings=SETTINGS), tonight]
