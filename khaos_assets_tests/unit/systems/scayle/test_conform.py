"""SCAYLE's records in the words of the warehouse: the catalogue's terms, to the penny."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from khaos_assets_tests.unit.systems.scayle.wire_night import conformed
from khaos_assets_tests.unit.systems.scayle.wire_rows import item, order, prices, products, shops, stocks, warehouses

D = Decimal
COUNTRIES = shops()[0]["countries"]


def rows(folder: Path, select: str, **wire: Any) -> list[dict[str, Any]]:
    settings = wire.pop("settings", {})
    with conformed(folder, wire, **settings) as db:
        found = db.execute(select)
        names = [c[0] for c in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def the_order(folder: Path, columns: str, **fields: Any) -> dict[str, Any]:
    (found,) = rows(folder, f"SELECT {columns} FROM sales_order", orders=[order(9001, **fields)], shops=COUNTRIES)
    return found


def price(with_tax: int, net: int, **fields: Any) -> dict[str, Any]:
    vat = {"vat": {"amount": float(with_tax - net), "rate": 0.19}}
    full = {"undiscountedWithTax": with_tax, "undiscountedWithOutTax": net}
    return {"withTax": with_tax, "withoutTax": net, "tax": vat, "appliedReductions": []} | full | fields


def test_the_contracts_own_order_adds_up(tmp_path: Path) -> None:
    """Item 1190 with and 1000 without tax, delivery 200 and 168, cost 1390 and 1168 (contract 3.8)."""
    fee = {"amount": {"withTax": 200, "withoutTax": 168}, "category": "delivery", "key": "std", "tax": None}
    cost = {"withTax": 1390, "withoutTax": 1168, "appliedFees": [fee], "appliedReductions": []}
    found = the_order(
        tmp_path,
        "reference, market, currency, kind, status, items_net, items_gross, delivery_net, delivery_gross, total_net, "
        "total_gross, units_ordered, shipped, refund, created_on::VARCHAR AS created_on",
        cost=cost, items=[item(1, 5010)], status="payment_reserved",
    )  # fmt: skip
    assert found == {
        "reference": "W9001", "market": "scayle/hl/GB", "currency": "GBP", "kind": "order", "status": "open",
        "items_net": D("10.0000"), "items_gross": D("11.9000"), "delivery_net": D("1.6800"),
        "delivery_gross": D("2.0000"), "total_net": D("11.6800"), "total_gross": D("13.9000"), "units_ordered": D(1),
        "shipped": False, "refund": "none", "created_on": "2026-11-02",
    }  # fmt: skip


def test_other_fees_belong_to_the_items_and_a_membership_discount_has_totals_of_its_own(tmp_path: Path) -> None:
    fees = [
        {"amount": {"withTax": 200, "withoutTax": 168}, "category": "delivery", "key": "std", "tax": None},
        {"amount": {"withTax": 119, "withoutTax": 100}, "category": "payment", "key": "cod", "tax": None},
    ]
    cost = {"withTax": 1509, "withoutTax": 1268, "withTaxWithMembershipDiscountWithoutServiceCosts": 1400,
            "withoutTaxWithMembershipDiscount": 1176, "appliedFees": fees, "appliedReductions": []}  # fmt: skip
    columns = "items_net, items_gross, total_net, total_gross"
    plain = the_order(tmp_path / "plain", columns, cost=cost)
    member = the_order(tmp_path / "member", columns, cost=cost, membershipDiscount={"percent": 7})
    assert list(plain.values()) == [D("11.00"), D("13.09"), D("12.68"), D("15.09")]
    assert list(member.values()) == [D("10.08"), D("12.00"), D("11.76"), D("14.00")]


def test_what_external_prices_do_not_tell_is_unknown_and_not_zero(tmp_path: Path) -> None:
    cost = {"withTax": 1390, "hasExternalPrices": True}
    outside = [item(1, 5010, price={"withTax": 1390})]
    found = the_order(
        tmp_path,
        "total_gross, total_net, items_net, items_gross, delivery_net, delivery_gross",
        cost=cost,
        items=outside,
    )
    assert list(found.values()) == [D("13.90"), None, None, None, None, None]
    (line,) = rows(
        tmp_path / "lines", "SELECT line_gross, line_net, line_vat, discount_net, vat_percent FROM order_line",
        orders=[order(9001, cost=cost, items=outside)],
    )  # fmt: skip
    assert list(line.values()) == [D("13.90"), None, None, None, None]


def test_the_reference_is_the_merchants_key_else_the_id(tmp_path: Path) -> None:
    orders = [order(1, referenceKey="A"), order(2, referenceKey=None), order(3, referenceKey="")]
    found = rows(tmp_path, "SELECT reference FROM sales_order ORDER BY source_key", orders=orders)
    assert [r["reference"] for r in found] == ["A", "2", "3"]


def test_a_country_counts_in_one_spelling(tmp_path: Path) -> None:
    spellings = ["DE", "de", "DEU", "deu"]
    orders = [order(n, country) for n, country in enumerate(spellings, 1)]
    found = rows(tmp_path, "SELECT DISTINCT market FROM sales_order", orders=orders)
    assert found == [{"market": "scayle/hl/DE"}]


SENT, BACK = "2026-11-18T10:00:00+00:00", "2026-11-19T10:00:00+00:00"


KEPT, RETURNED, CANCELLED = item(1, 5010), item(2, 5010, returnedAt=BACK), item(3, 5010, status="cancelled")
GONE = item(4, 5010, shippedAt=SENT)


def status(**codes: str) -> dict[str, Any]:
    return {name: {"code": code, "name": "x"} for name, code in codes.items()}


def test_shipped_means_by_its_code_or_by_every_item_that_was_not_cancelled(tmp_path: Path) -> None:
    cases = [
        ("order_shipped", [KEPT], True),
        ("order_invoiced", [KEPT], True),
        ("order_delegated", [GONE, GONE], True),
        ("order_delegated", [GONE, CANCELLED], True),
        ("order_delegated", [GONE, KEPT], False),
        ("order_cancelled", [CANCELLED], False),
        ("order_parked", [KEPT], False),
    ]
    orders = [order(n, detailedStatus=status(order=c[0]), items=c[1]) for n, c in enumerate(cases, 1)]
    found = rows(tmp_path, "SELECT shipped FROM sales_order ORDER BY source_key", orders=orders)
    assert [r["shipped"] for r in found] == [c[2] for c in cases]


def test_refunds_are_what_came_back_else_what_billing_says(tmp_path: Path) -> None:
    """Delivery is never part of it; where billing says "in part" and no item came back, nobody knows which."""
    cases = [
        ("billing_completed", [KEPT], ("none", None, None)),
        ("billing_completed", [KEPT, RETURNED], ("part", D("11.90"), BACK)),
        ("billing_completed", [RETURNED, CANCELLED], ("full", D("11.90"), BACK)),
        ("billing_refunded", [KEPT, KEPT, CANCELLED], ("full", D("23.80"), SENT)),
        ("billing_refunded", [KEPT, RETURNED], ("part", D("11.90"), BACK)),
        ("billing_partially_refunded", [KEPT], ("part", None, SENT)),
    ]
    orders = [order(n, detailedStatus=status(billing=c[0]), items=c[1], updatedAt=SENT) for n, c in enumerate(cases, 1)]
    select = "SELECT refund, refunded_gross, refunded_at FROM sales_order ORDER BY source_key"
    found = [tuple(r.values()) for r in rows(tmp_path, select, orders=orders)]
    assert [(*r[:2], r[2].isoformat() if r[2] else None) for r in found] == [c[2] for c in cases]


def test_a_cancelled_order_says_since_when(tmp_path: Path) -> None:
    items = [item(1, 5010, status="cancelled", cancelledAt=SENT), item(2, 5010, status="cancelled", cancelledAt=BACK)]
    found = the_order(
        tmp_path / "a", "status, cancelled_at, units_ordered", status="cancellation_completed", items=items
    )
    assert (found["status"], found["cancelled_at"].isoformat(), found["units_ordered"]) == ("cancelled", BACK, 0)
    pending = the_order(tmp_path / "b", "status, cancelled_at", status="cancellation_pending")
    assert list(pending.values()) == ["open", None]


def test_every_unit_is_a_line_with_its_discount_and_voucher_apart(tmp_path: Path) -> None:
    """Undiscounted 20.00, reduced to 15.00, and 5.00 of it taken by an absolute voucher: all net."""
    reduced = {"withTax": 1190, "withOutTax": 1000, "tax": None}
    discounted = price(1785, 1500, undiscountedWithTax=2380, undiscountedWithOutTax=2000)
    items = [
        item(11, 5010, price=discounted | {"absoluteVoucherReducedPrice": reduced}),
        item(12, 5010, price=discounted),
        item(13, 5011, price=price(1190, 1000), status="cancelled"),
    ]
    found = rows(
        tmp_path,
        "SELECT line, sku, place, quantity, cancelled, vat_percent, line_net, line_gross, line_vat, discount_net, "
        "voucher_net FROM order_line ORDER BY line",
        orders=[order(9001, items=items)], warehouses=warehouses(), products=products(),
    )  # fmt: skip
    money = [[r["line_net"], r["line_gross"], r["line_vat"], r["discount_net"], r["voucher_net"]] for r in found]
    assert money == [
        [D("10.00"), D("11.90"), D("1.90"), D("10.00"), D("5.00")],
        [D("15.00"), D("17.85"), D("2.85"), D("5.00"), D("0.00")],
        [D("10.00"), D("11.90"), D("1.90"), D("0.00"), D("0.00")],
    ]
    assert [(r["line"], r["sku"], r["place"], r["quantity"], r["cancelled"], r["vat_percent"]) for r in found] == [
        (11, "SKU 5010/A", "GB-HUB", 1, False, 19),
        (12, "SKU 5010/A", "GB-HUB", 1, False, 19),
        (13, "SKU 5011/A", "GB-HUB", 1, True, 19),
    ]


def test_an_item_without_a_key_is_a_free_line_unless_the_catalogue_knows_its_variant(tmp_path: Path) -> None:
    items = [
        item(1, 5010) | {"variant": {"id": 5010, "referenceKey": None}},
        item(2, 7) | {"variant": {"id": 7, "referenceKey": ""}},
    ]
    found = rows(
        tmp_path, "SELECT sku FROM order_line ORDER BY line", orders=[order(9001, items=items)], products=products()
    )
    assert [r["sku"] for r in found] == ["SKU 5010/A", None]


def test_a_tracking_number_is_the_carriers_and_not_the_shipment_key(tmp_path: Path) -> None:
    packages = [
        {"id": 1, "shipmentKey": "S1", "carrierKey": "dhl", "tracking": {"id": "T1"}, "shippedAt": SENT},
        {"id": 2, "shipmentKey": "S2", "carrierKey": "dhl", "tracking": None},
        {"id": 3, "shipmentKey": "S3", "carrierKey": "ups", "tracking": {"id": "", "url": None}},
    ]  # fmt: skip
    with conformed(tmp_path, {"orders": [order(9001, packages=packages)]}) as db:
        assert db.execute("SELECT order_key, tracking, courier FROM parcel").fetchall() == [("9001", "T1", "dhl")]
        shipments = db.execute("SELECT shipment, tracking, shipped_on::VARCHAR FROM shipment ORDER BY ALL").fetchall()
    assert shipments == [("S1", "T1", "2026-11-18"), ("S2", None, None), ("S3", None, None)]


def test_variants_are_items_and_their_product_says_whether_they_are_ready(tmp_path: Path) -> None:
    made = products()[:5]
    for product, state in zip(made, ["live", "problem", "draft", "blocked", "something_new"], strict=True):
        product["state"] = state
        product["variants"] = product["variants"][:1]
    made[0]["variants"][0] |= {"referenceKey": None, "ean": None}
    made[1]["isComposite"] = True
    found = rows(
        tmp_path, "SELECT sku, kind, active, live, sells_without_stock, barcodes FROM item ORDER BY source_key",
        products=made, stocks=[s | {"sellableWithoutStock": s["variantId"] == 5020} for s in stocks()],
    )  # fmt: skip
    assert [tuple(r.values()) for r in found] == [
        ("id:5010", "simple", True, True, False, []),
        ("SKU 5020/A", "pack", True, False, True, ["0000000005020"]),
        ("SKU 5030/A", "simple", False, False, False, ["0000000005030"]),
        ("SKU 5040/A", "simple", False, False, False, ["0000000005040"]),
        ("SKU 5050/A", "simple", False, False, False, ["0000000005050"]),
    ]


def test_stock_is_a_row_per_warehouse_and_merchant(tmp_path: Path) -> None:
    made = [stocks()[0], stocks()[0] | {"merchantReferenceKey": "other", "quantity": -2}]
    found = rows(
        tmp_path, "SELECT source_key, sku, place, quantity FROM stock_position", stocks=made, products=products()
    )
    assert sorted(tuple(r.values()) for r in found) == [
        ("5010/GB-HUB/main", "SKU 5010/A", "GB-HUB", 5),
        ("5010/GB-HUB/other", "SKU 5010/A", "GB-HUB", -2),
    ]


def test_a_stock_row_that_was_set_aside_makes_the_sum_of_its_warehouse_unknown(tmp_path: Path) -> None:
    """Contract scayle, 3.3: one row per merchant. Without a warehouse it may belong to any; other variants stay."""
    good, elsewhere, another = stocks()[0], stocks()[1], stocks()[2]
    broken = good | {"merchantReferenceKey": "other", "quantity": "five"}
    select = "SELECT sku, place, quantity FROM stock_position ORDER BY ALL"
    known = [("SKU 5010/A", "GB-HUB", 5), ("SKU 5010/A", elsewhere["warehouseReferenceKey"], 5)]
    found = rows(tmp_path / "one", select, stocks=[good, elsewhere, broken], products=products())
    assert sorted(tuple(r.values()) for r in found if r["quantity"] is not None) == sorted(known)
    assert [tuple(r.values()) for r in found if r["quantity"] is None] == [("SKU 5010/A", "GB-HUB", None)]
    nowhere = {k: v for k, v in broken.items() if k != "warehouseReferenceKey"}
    found = rows(tmp_path / "any", select, stocks=[good, elsewhere, another, nowhere], products=products())
    unknown = [tuple(r.values())[:2] for r in found if r["quantity"] is None]
    assert unknown == sorted((sku, place) for sku, place, _ in known)


def test_prices_stand_in_every_market_of_their_country(tmp_path: Path) -> None:
    base = prices()[0]
    made = [
        base,
        base | {"key": "p", "price": 995, "promotionKey": "autumn", "validFrom": "2026-11-21T00:00:00+00:00"},
        base | {"key": "g", "groupKey": "vip", "countryCode": "gb", "validTo": "2026-11-20T02:00:00+00:00"},
    ]
    found = rows(
        tmp_path,
        "SELECT kind, market, active, amount, currency, is_net, vat_percent, sku FROM price ORDER BY source_key",
        prices=made, shops=COUNTRIES, products=products(),
    )  # fmt: skip
    assert [tuple(r.values()) for r in found] == [
        ("base", "scayle/hl/DE", True, D("11.90"), "EUR", False, D(19), "SKU 5010/A"),
        ("group", "scayle/hl/GB", False, D("11.90"), "EUR", False, D(19), "SKU 5010/A"),
        ("promotion", "scayle/hl/DE", False, D("9.95"), "EUR", False, D(19), "SKU 5010/A"),
    ]
