"""The reads of Pimberly from a real simulator: products, parents, items, and what the warehouse sees."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets import warehouse
from khaos_assets.config import Night, Settings
from khaos_assets.snapshots import Verdict, read_certificates, rebuild
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.pimberly.conftest import (
    COUNT,
    NIGHT,
    SECTION,
    Catalogue,
    key,
    product,
    records,
)


def test_an_undisturbed_night_is_complete_and_proven(pimberly: Catalogue) -> None:
    """Products by id; parents and items asked one by one, and the rows of the list say the same."""
    certificates = pimberly.take()
    assert {name: (c.verdict, c.proof, c.rows, c.reasons, c.remarks) for name, c in certificates.items()} == {
        "items": (Verdict.COMPLETE, Proof.TWO_PASS, 24, [], []),
        "parents": (Verdict.COMPLETE, Proof.TWO_PASS, 24, [], []),
        "products": (Verdict.COMPLETE, Proof.KEYSET, COUNT, [], []),
    }


def test_records_arrive_exactly_as_sent(pimberly: Catalogue) -> None:
    pimberly.take()
    assert pimberly.rows("products")[7] == {
        "id": key(7),
        "primary_id": "4711",
        "date_updated": datetime(2026, 11, 17, 7, 0, 0, 456000, tzinfo=UTC),
        "date_created": datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
        "attributes": [
            {"name": "Parents", "kind": "text", "value": "SKU/005"},
            {"name": "Product Type", "kind": "text", "value": "SKU"},
            {"name": "Title", "kind": "text", "value": "Product 7"},
            {"name": "Weight (kg)", "kind": "number", "value": "7.5"},
            {"name": "lifecycleStage", "kind": "text", "value": "Enrichment"},
        ],
    }
    assert {"product": "A B+C%/7", "parent": "SKU/005"} in pimberly.rows("parents")
    assert {"product": "SKU/005", "item": "A B+C%/7"} in pimberly.rows("items")


def test_a_rebuild_gives_the_same_certificates(pimberly: Catalogue) -> None:
    """Everything that was decided is in the landed pages and the notes of the walk."""
    pimberly.take()
    night = Night.of(NIGHT)
    before = read_certificates(pimberly.store, night)
    assert rebuild(pimberly.settings, pimberly.store, night) == before


def test_all_products_can_be_asked_for_their_neighbours(pimberly: Catalogue) -> None:
    """For a key that hides the hierarchy attributes: every product of the list was asked, and answered."""
    settings = {"hierarchy_of": "all", "parents_attribute": "hidden", "items_attribute": "hidden too"}
    certificates = pimberly.take(**settings)
    assert {n: (c.verdict, c.proof, c.rows) for n, c in certificates.items() if n != "products"} == {
        "items": (Verdict.COMPLETE, Proof.COUNTED, 24),
        "parents": (Verdict.COMPLETE, Proof.COUNTED, 24),
    }


def test_rows_and_calls_that_disagree_prove_nothing(opened: Any) -> None:
    """A parent that does not name its child: what the child says is in its own read, and both are remarked."""
    rows = [product(n, Items=["SKU/012"]) if n == 10 else product(n) for n in range(COUNT)]
    with opened(nights={NIGHT: records(rows)}) as pimberly:
        certificates = pimberly.take()
        assert {"product": "SKU/011", "parent": "SKU/010"} in pimberly.rows("parents")
        assert {"product": "SKU/010", "item": "SKU/011"} not in pimberly.rows("items")
    items = certificates["items"]
    assert (items.verdict, items.proof) == (Verdict.COMPLETE, Proof.OVERLAP_ONLY)
    assert [r.fault for r in items.remarks] == ["hierarchy_differs"]
    assert certificates["parents"].proof is Proof.TWO_PASS


def test_neighbours_rest_on_products(pimberly: Catalogue) -> None:
    pimberly.faults({"switch": "first_call_404"})
    certificates = pimberly.take()
    assert {name: [r.fault for r in c.reasons] for name, c in certificates.items()} == {
        "items": ["needed_read_failed"],
        "parents": ["needed_read_failed"],
        "products": ["empty_first_page"],
    }


def test_the_keys_name_is_all_that_a_missing_one_tells(pimberly: Catalogue) -> None:
    pimberly.sandbox.ready["env"] = {k: v for k, v in pimberly.sandbox.env.items() if k != "PIMBERLY_ACCESS_TOKEN"}
    try:
        products = pimberly.take("products")["products"]
    finally:
        token = pimberly.sandbox.credentials("pimberly")["access_token"]
        pimberly.sandbox.ready["env"] |= {"PIMBERLY_ACCESS_TOKEN": token}
    assert products.reasons[0].detail == "Pimberly: missing in the environment: PIMBERLY_ACCESS_TOKEN"
    assert token not in str(products)


ATTRIBUTES = {
    "weight": {"attribute": "Weight (kg)", "unit": "kg"},
    "height": {"attribute": "Height (mm)", "unit": "mm"},
    "description": {"attribute": "Title"},
    "price": {"attribute": "RRP (ex vat)", "basis": "net"},
    "tax_code": {"attribute": "Tax Code"},
}


@pytest.mark.parametrize("view", ["feed", "channel"])
def test_the_warehouse_sees_items_in_its_own_words(opened: Any, view: str) -> None:
    """Kinds, several parents, product sets without quantities, measures in Khaos's units."""
    rows = [product(n) for n in range(20)]
    rows[2] |= {"Parents": ["SKU/000", "SKU/005"]}
    rows[4] |= {"RRP (ex vat)": "8.5", "Tax Code": ["STD"], "Height (mm)": 125}
    rows[8] |= {"lifecycleStage": "Withdrawn"}
    rows[10] |= {"Items": "SKU/012"}
    rows[11] |= {"Parents": "NOBODY"}
    nights = {"2026-11-19": records([*rows, product(25)]), NIGHT: records(rows)}
    with opened(
        {"switch": "other_view"} if view == "channel" else {"switch": "next_absent"}, nights=nights
    ) as pimberly:
        section = SECTION | {"attributes": ATTRIBUTES, "view": view}
        pimberly.settings = Settings.of_merchant(
            {"merchant": {"name": "Test"}, "mapping": {"tax_labels": {"STD": 20}}, "pimberly": section}
        )
        pimberly.take("products", night="2026-11-19")
        pimberly.sandbox.advance()
        pimberly.take()
        warehouse.build(pimberly.settings, pimberly.store, Night.of(NIGHT))
        with warehouse.open_warehouse(pimberly.store, read_only=True) as db:

            def one(columns: str, table: str, where: str) -> tuple[Any, ...] | None:
                return db.execute(f"SELECT {columns} FROM {table} WHERE {where}").fetchone()

            assert one("count(*)", "item", "TRUE") == (20,)
            assert one("kind, weight_kg", "item", "sku = 'SKU/005'") == ("style_parent", Decimal("5.500000"))
            assert one("kind, parent_sku", "item", "sku = '4711'") == ("style_child", "SKU/005")
            assert one("kind, parent_sku, parent_id", "item", "sku = 'SKU/011'") == ("style_child", None, "NOBODY")
            assert one("kind", "item", "sku = 'SKU/013'") == ("pack",)
            assert one("pounds(price), vat_percent, height", "item", "sku = 'SKU/004'") == (
                Decimal("8.50"), Decimal(20), Decimal("12.500000"))  # fmt: skip
            assert one("amount, is_net", "price", "sku = 'SKU/004'") == (Decimal("8.5000"), True)
            assert one("value", "item_attribute", "sku = 'SKU/004' AND field = 'height'") == ("12.5",)
            assert one("value", "item_attribute", "sku = 'SKU/005' AND field = 'price'") == (None,)
            sets = "list(child_sku ORDER BY child_sku), max(quantity)"
            assert one(sets, "item_relation", "parent_sku = 'SKU/013'") == (["SKU/004", "SKU/014"], None)
            parents = "list(parent_sku ORDER BY parent_sku)"
            both = (["SKU/000", "SKU/005"],)
            assert one(parents, "item_relation", "kind = 'scs' AND child_sku = 'SKU/002'") == both
            if view == "feed":
                assert one("active, live, archived", "item", "sku = 'SKU/008'") is None
                assert one("active, live, archived", "item", "sku = '0042'") == (False, False, True)
                assert one("found", "item_asked", "sku = 'SKU/025'") == (False,)
            else:
                assert one("count(*)", "item_asked", "TRUE") == (0,)
