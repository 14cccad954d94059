"""OroCommerce's ten lists, read from a real simulator and proven."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets.snapshots import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.orocommerce.conftest import PRODUCTS, Shop, levels, records, row

ROWS = {
    "products": 60,
    "inventory_levels": len(levels()),
    "orders": 40,
    "order_line_items": 80,
    "order_subtotals": 120,
    "shipping_trackings": 10,
    "customers": 5,
    "customer_users": 11,
    "price_lists": 2,
    "product_prices": 180,
}


def test_an_undisturbed_night_is_complete_and_proven(shop: Shop) -> None:
    """By id and by the shop's own count; prices by two walks of each price list."""
    certificates = shop.take()
    assert {name: (c.verdict, c.rows, c.reasons, c.remarks) for name, c in certificates.items()} == {
        name: (Verdict.COMPLETE, rows, [], []) for name, rows in ROWS.items()
    }
    assert {name: c.proof for name, c in certificates.items()} == {
        name: Proof.TWO_PASS if name == "product_prices" else Proof.KEYSET for name in ROWS
    }


def test_records_arrive_exactly_as_sent(shop: Shop) -> None:
    """Money and units are decimals, instants UTC, null stays null, free-form lines have no product."""
    shop.take()
    order = next(r for r in shop.rows("orders") if r["id"] == "204")
    assert order == {
        "id": "204",
        "identifier": "B2B-204",
        "currency": "GBP",
        "subtotal_value": Decimal("100.0000"),
        "total_value": Decimal("125.4000"),
        "total_discounts_amount": None,
        "discount": Decimal(0),
        "shipping_discount": Decimal("0.5"),
        "estimated_shipping_cost_amount": Decimal("5.0000"),
        "overridden_shipping_cost_amount": None,
        "shipping_method": "flat_rate_1",
        "shipping_method_type": "primary",
        "internal_status": "open",
        "shipping_status": "shipped",
        "customer_id": "5",
        "payment_term_id": None,
        "created_at": datetime(2026, 11, 16, 12, 0, 24, tzinfo=UTC),
        "updated_at": datetime(2026, 11, 17, 13, 0, 25, tzinfo=UTC),
    }
    free_form = next(r for r in shop.rows("order_line_items") if r["id"] == "417")
    assert (free_form["product_id"], free_form["product_sku"], free_form["free_form_product"]) == (
        None, None, "Engraving"
    )  # fmt: skip
    assert (free_form["order_ids"], free_form["quantity"]) == (["208"], Decimal("2.5"))
    assert shop.rows("price_lists")[0]["price_list_currencies"] == ["GBP"]


def test_stock_and_prices_bring_their_sku_and_stock_its_unit(shop: Shop) -> None:
    """What the rows lead to comes along: no other read is needed to know whose stock it is."""
    shop.take()
    units = {(r["sku"], r["unit"], r["warehouse"]): r["quantity"] for r in shop.rows("inventory_levels")}
    assert units["SKU-1005", "case", None] == units["SKU-1005", "each", None] == Decimal(1005 % 7)
    assert len(units) == len(levels())
    assert {r["sku"] for r in shop.rows("product_prices")} == {f"SKU-{n}" for n in PRODUCTS}


def test_the_subtotals_of_an_order_are_its_own_and_know_its_change_time(shop: Shop) -> None:
    """The tax of delivery is the row without a currency."""
    shop.take()
    mine = [r for r in shop.rows("order_subtotals") if r["order_id"] == "204"]
    assert {(r["id"], r["currency"], r["signed_amount"]) for r in mine} == {
        ("204-subtotal-0", "GBP", Decimal(100)),
        ("204-tax-1", "GBP", Decimal(20)),
        ("204-tax-2", None, Decimal("0.9")),
    }
    assert {r["order_updated_at"] for r in mine} == {datetime(2026, 11, 17, 13, 0, 25, tzinfo=UTC)}


def test_no_person_is_asked_for_or_kept(shop: Shop) -> None:
    """Names, e-mails, notes and addresses stay in the shop: every call names the fields it wants."""
    shop.take()
    kept = shop.landed()
    assert b"B2B-204" in kept and b"Example 3 Ltd" in kept
    for personal in (b"Sam", b"Specimen", b"@example.com", b"ring twice", b"billingAddress", b"orderaddresses"):
        assert personal not in kept


def dispatches(*references: str) -> list[dict[str, Any]]:
    """WAIR's, as another system that knows of orders."""
    return [
        {"dispatchId": f"D-{n}", "orderReference": reference, "locationId": "LON", "carrierService": "DPD",
         "trackingNumber": None, "dispatchedAt": "2026-11-19T10:00:00.000Z", "updatedAt": "2026-11-19T10:00:00.000Z",
         "lines": []}
        for n, reference in enumerate(references)
    ]  # fmt: skip


def test_orders_that_others_name_are_asked_for_by_number(fresh_shop: Any) -> None:
    """Those of this channel's form that the list does not show; the answer says whether the shop knows them."""
    named = dispatches("OR-B2B-203", "OR-B2B-999", "SC-77", "B2B-204", "OR-a,b", "OR-b2b-205")
    with fresh_shop(world=records() | {"wair/dispatches": named}) as shop:
        shop.merchant |= {
            "order_reference_prefixes": {"orocommerce": "OR-", "scayle": "SC-"},
            "wair": {"feed_extension": True},
        }
        orders = shop.take("orders", "wair/dispatches")["orders"]
        asked = shop.rows("orders", "orders_asked")
    assert (orders.verdict, orders.rows) == (Verdict.COMPLETE, 40)
    assert asked == [{"reference": "B2B-999", "found": False}, {"reference": "b2b-205", "found": False}]


def test_an_order_placed_while_the_list_was_walked_is_found_by_its_number(fresh_shop: Any) -> None:
    """It is no record of this night, and yet nobody may say that the shop does not know it."""
    shift = {"switch": "page_shift", "entity": "orders", "insert": 1, "like": "240"}
    with fresh_shop(shift, world=records() | {"wair/dispatches": dispatches("B2B-240-NEW-1")}) as shop:
        shop.merchant |= {"wair": {"feed_extension": True}}
        orders = shop.take("orders", "wair/dispatches")["orders"]
        asked = shop.rows("orders", "orders_asked")
        assert (orders.verdict, orders.rows, shop.rows("orders")[-1]["id"]) == (Verdict.COMPLETE, 40, "240")
    assert asked == [{"reference": "B2B-240-NEW-1", "found": True}]


def spoilt(type_: str, place: int, attributes: dict[str, Any]) -> dict[str, Any]:
    """The world with one row whose attributes are wrong."""
    world = records()
    broken = world[f"orocommerce/{type_}"][place]
    broken["attributes"] |= attributes
    return world


@pytest.mark.parametrize(
    ("read", "type_", "attributes", "field"),
    [
        ("products", "products", {"status": "sold"}, "status"),
        ("products", "products", {"sku": None}, "sku"),
        ("products", "products", {"updatedAt": "2026-11-20 10:00"}, "updatedAt"),
        ("orders", "orders", {"totalValue": "12.34567"}, "totalValue"),
        ("orders", "orders", {"currency": None}, "currency"),
        ("order_line_items", "orderlineitems", {"quantity": "many"}, "quantity"),
        ("inventory_levels", "inventorylevels", {"quantity": None}, "quantity"),
        ("customers", "customers", {"name": 7}, "name"),
        ("product_prices", "productprices", {"value": True}, "value"),
        ("order_subtotals", "ordersubtotals", {"orderSubtotalType": "bonus"}, "orderSubtotalType"),
    ],
)
def test_a_row_that_breaks_the_contract_is_set_aside_and_the_others_go_on(
    fresh_shop: Any, read: str, type_: str, attributes: dict[str, Any], field: str
) -> None:
    """By its id, with the field and the reason; nobody else's row is touched, and no other read tells it again."""
    world = spoilt(type_, 1, attributes)
    key = world[f"orocommerce/{type_}"][1]["id"]
    with fresh_shop(world=world) as shop:
        certificates = shop.take(page_size=100)
        (aside,) = shop.quarantined(read)
    assert (aside["key"], aside["key_readable"], aside["field"]) == (key, True, field)
    assert len(aside["reason"]) > 8 and key in aside["raw"]
    assert {n: c.rows for n, c in certificates.items()} == ROWS | {read: ROWS[read] - 1}
    assert {n for n, c in certificates.items() if c.verdict is not Verdict.COMPLETE} == {read}


def test_a_relationship_that_breaks_the_contract_is_named(fresh_shop: Any) -> None:
    world = records()
    world["orocommerce/orders"][4]["relationships"]["internalStatus"]["data"]["id"] = "lost"
    with fresh_shop(world=world) as shop:
        orders = shop.take("orders")["orders"]
        (aside,) = shop.quarantined("orders")
        known = shop.rows("orders", "orders_asked")
    assert (orders.verdict, orders.rows) == (Verdict.COMPLETE_WITH_QUARANTINE, 39)
    assert (aside["key"], aside["field"]) == ("205", "internalStatus")
    assert known == [{"reference": "B2B-205", "found": True}], "nobody may say that the shop does not know it"
    assert b"ring twice" not in aside["raw"].encode()


def test_stock_whose_product_is_not_there_is_set_aside(fresh_shop: Any) -> None:
    """Nobody can say whose stock it is."""
    world = records()
    world["orocommerce/products"] = [r for r in world["orocommerce/products"] if r["id"] != "1002"]
    with fresh_shop(world=world) as shop:
        shop.take("inventory_levels")
        (aside,) = shop.quarantined("inventory_levels")
    assert (aside["key"], aside["field"], aside["reason"]) == (str(4 * 1002), "product", "its row did not come along")


def test_stock_of_the_enterprise_edition_names_its_warehouse(fresh_shop: Any) -> None:
    world = records()
    for level in world["orocommerce/inventorylevels"]:
        level["relationships"]["warehouse"] = {"data": {"type": "warehouses", "id": "1"}}
    world["orocommerce/warehouses"] = [row("warehouses", 1, {"name": "North"})]
    with fresh_shop(world=world) as shop:
        stock = shop.take("inventory_levels", warehouses=True)["inventory_levels"]
        assert {r["warehouse"] for r in shop.rows("inventory_levels")} == {"North"}
    assert (stock.verdict, stock.proof) == (Verdict.COMPLETE, Proof.KEYSET)


def test_a_list_without_rows_is_complete_when_the_shop_counts_none(fresh_shop: Any) -> None:
    """Counted twice as none; without a count an empty page would prove nothing."""
    world = records() | {"orocommerce/ordershippingtrackings": []}
    with fresh_shop(world=world) as shop:
        counted = shop.take("shipping_trackings")["shipping_trackings"]
        shop.faults({"switch": "no_count"})
        uncounted = shop.take("shipping_trackings")["shipping_trackings"]
    assert (counted.verdict, counted.proof, counted.rows) == (Verdict.COMPLETE, Proof.KEYSET, 0)
    assert [r.fault for r in uncounted.reasons] == ["empty_not_counted"]


def test_the_number_of_workers_and_the_size_of_pages_change_nothing(shop: Shop) -> None:
    """The same rows give the same snapshot and the same bytes, however they were asked for."""
    seen: dict[str, set[tuple[str, bytes]]] = {}
    for workers, size in ((1, 30), (8, 17), (3, 1000)):
        for name, c in shop.take(page_size=size, transport={"concurrency": workers}).items():
            seen.setdefault(name, set()).add((c.snapshot, shop.file(name, f"{name}.parquet").read_bytes()))
    assert {name: len(found) for name, found in seen.items()} == dict.fromkeys(ROWS, 1)


def test_a_rebuild_from_the_landed_pages_gives_the_same(shop: Shop) -> None:
    """Tables and certificates follow from what was landed."""
    taken = shop.take(page_size=100)
    before = {name: shop.file(name, f"{name}.parquet").read_bytes() for name in taken}
    again = shop.rebuild()
    assert again == taken
    assert before == {name: shop.file(name, f"{name}.parquet").read_bytes() for name in taken}
