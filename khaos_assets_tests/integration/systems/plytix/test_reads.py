"""The reads of Plytix from a real simulator: products, variants, families, bundles, and what the warehouse sees."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from khaos_assets import warehouse
from khaos_assets.config import Night, Settings
from khaos_assets.snapshots import Verdict, read_certificates, rebuild
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.plytix.conftest import (
    BUNDLE,
    COUNT,
    NIGHT,
    SECTION,
    Catalogue,
    key,
    product,
    records,
)


def test_an_undisturbed_night_is_complete_and_proven(plytix: Catalogue) -> None:
    """Products by two walks; variants and relationships by another selector that names the same products."""
    certificates = plytix.take()
    assert {name: (c.verdict, c.proof, c.rows, c.reasons, c.remarks) for name, c in certificates.items()} == {
        "families": (Verdict.COMPLETE, Proof.TWO_PASS, 3, [], []),
        "products": (Verdict.COMPLETE, Proof.TWO_PASS, COUNT, [], []),
        "relationships": (Verdict.COMPLETE, Proof.TWO_PASS, 11, [], []),
        "variants": (Verdict.COMPLETE, Proof.TWO_PASS, 24, [], []),
    }
    assert certificates["relationships"].control_units == "16.00000"


def test_records_arrive_exactly_as_sent(plytix: Catalogue) -> None:
    plytix.take()
    assert plytix.rows("products")[13] == {
        "id": key(13),
        "sku": "SKU/013",
        "label": "Product 13",
        "gtin": None,
        "status": "Completed",
        "created": datetime(2026, 2, 14, 10, 0, 0, 123000, tzinfo=UTC),
        "modified": datetime(2026, 11, 14, 13, 0, 0, 456000, tzinfo=UTC),
        "parent_id": None,
        "num_variations": 0,
        "product_level": 0,
        "attributes": [
            {"name": "live_on_web", "kind": "boolean", "value": "false"},
            {"name": "short_description", "kind": "text", "value": "Text 13"},
            {"name": "weight_g", "kind": "number", "value": "513"},
        ],
        "relationships": [
            {
                "relationship_id": BUNDLE,
                "label": "Bundle",
                "relationship_label": None,
                "related_products": [
                    {"product_id": key(14), "quantity": Decimal("2.00000")},
                    {"product_id": key(4), "quantity": Decimal("1.00000")},
                ],
            }
        ],
    }
    family = plytix.rows("families")[1]
    assert (family["name"], [a["attribute_level"] for a in family["attributes"]]) == ("Family 1", ["no_level"])
    assert plytix.rows("variants")[0]["parent_id"] == key(0)


def test_a_rebuild_gives_the_same_certificates(plytix: Catalogue) -> None:
    """Everything that was decided is in the landed pages and the notes of the walk."""
    plytix.take()
    night = Night.of(NIGHT)
    before = read_certificates(plytix.store, night)
    assert rebuild(plytix.settings, plytix.store, night) == before


def test_what_the_list_shows_is_what_a_read_makes_of_it(opened: Any) -> None:
    """A record with a broken field is set aside by its id; the rest of its page goes on."""
    rows = [product(n, gtin=5012345678900 if n == 7 else None) for n in range(COUNT)]
    with opened(nights={NIGHT: records(rows)}) as plytix:
        products = plytix.take("products")["products"]
    assert (products.verdict, products.rows) == (Verdict.COMPLETE_WITH_QUARANTINE, COUNT - 1)
    assert products.quarantined_keys == [key(7)]


def test_a_parent_that_counts_other_variants_is_asked_for_them(opened: Any) -> None:
    """The lists agree with each other, so the count is what is wrong; it is told, and nothing more."""
    rows = [product(n, num_variations=5) if n == 10 else product(n) for n in range(COUNT)]
    with opened(nights={NIGHT: records(rows)}) as plytix:
        variants = plytix.take("products", "variants")["variants"]
    assert (variants.verdict, variants.proof, variants.rows) == (Verdict.COMPLETE, Proof.TWO_PASS, 24)
    assert [r.fault for r in variants.remarks] == ["variants_miscounted"]
    assert key(10) in variants.remarks[0].detail


def test_variants_rest_on_products(plytix: Catalogue) -> None:
    """Without the products there is nothing to hold them against."""
    plytix.faults({"switch": "http_403", "path": "/api/v1/products/search"})
    certificates = plytix.take("products", "variants", "relationships")
    assert {name: [r.fault for r in c.reasons] for name, c in certificates.items()} == {
        "products": ["refused"],
        "relationships": ["needed_read_failed"],
        "variants": ["needed_read_failed"],
    }


@pytest.mark.parametrize("rows", [3, 25])
def test_variants_are_cut_into_windows_too(plytix: Catalogue, rows: int) -> None:
    plytix.faults({"switch": "ordered_limit", "rows": rows})
    variants = plytix.take("products", "variants")["variants"]
    assert (variants.verdict, variants.proof, variants.rows) == (Verdict.COMPLETE, Proof.TWO_PASS, 24)


def test_a_catalogue_without_relationships_is_complete(opened: Any) -> None:
    rows = [product(n, relationships=[]) for n in range(COUNT)]
    with opened(nights={NIGHT: records(rows)}) as plytix:
        relationships = plytix.take("products", "relationships")["relationships"]
    assert (relationships.verdict, relationships.proof, relationships.rows) == (Verdict.COMPLETE, Proof.TWO_PASS, 0)


MONEY = {
    "price": {"attribute": "rrp", "basis": "gross"},
    "cost": {"attribute": "cost_price", "basis": "net"},
    "tax_code": {"attribute": "vat_code"},
}


def test_the_warehouse_sees_items_in_its_own_words(opened: Any) -> None:
    """Kinds, parents, packs with quantities, weights in kilograms, prices net of the tax that the label means."""
    rows = [product(n) for n in range(20)]
    rows[4]["attributes"] |= {
        "rrp": "9.99",
        "cost_price": 3.1,
        "vat_code": "STD",
        "short_description": "  Two   words ",
    }
    rows[6]["_parent_id"] = "f" * 24
    rows[8] |= {"status": "Archived", "gtin": "5012345678900"}
    with opened(nights={NIGHT: records(rows)}) as plytix:
        section = SECTION | {"attributes": SECTION["attributes"] | MONEY, "archived_statuses": ["Archived"]}
        plytix.settings = Settings.of_merchant(
            {"merchant": {"name": "Test"}, "mapping": {"tax_labels": {"STD": 20}}, "plytix": section}
        )
        plytix.take()
        warehouse.build(plytix.settings, plytix.store, Night.of(NIGHT))
        with warehouse.open_warehouse(plytix.store, read_only=True) as db:

            def one(columns: str, table: str, where: str) -> tuple[Any, ...] | None:
                return db.execute(f"SELECT {columns} FROM {table} WHERE {where}").fetchone()

            item = "kind, parent_sku, active, live, archived, weight_kg"
            assert one(item, "item", "sku = 'SKU/005'") == (
                "style_parent", None, True, False, False, Decimal("0.505000"))  # fmt: skip
            assert one(item, "item", "sku = 'SKU/007'") == (
                "style_child", "SKU/005", False, False, False, Decimal("0.507000"))  # fmt: skip
            assert one("kind, barcodes, active, archived", "item", "sku = 'SKU/008'") == (
                "simple", ["5012345678900"], False, True)  # fmt: skip
            assert one("kind, parent_sku, parent_id", "item", "sku = 'SKU/006'") == ("style_child", None, "f" * 24)
            assert one("kind", "item", "sku = 'SKU/013'") == ("pack",)
            assert one("pounds(price), pounds(cost), vat_percent", "item", "sku = 'SKU/004'") == (
                Decimal("8.33"), Decimal("3.10"), Decimal(20))  # fmt: skip
            assert one("amount, is_net, vat_percent", "price", "sku = 'SKU/004'") == (
                Decimal("9.9900"), False, Decimal(20))  # fmt: skip
            assert one("value, raw", "item_attribute", "sku = 'SKU/004' AND field = 'description'") == (
                "Two words", "  Two   words ")  # fmt: skip
            assert one("value", "item_attribute", "sku = 'SKU/004' AND field = 'weight'") == ("0.504",)
            assert one("value", "item_attribute", "sku = 'SKU/005' AND field = 'cost'") == (None,)
            part = "kind = 'pack' AND parent_sku = 'SKU/013' AND child_sku = 'SKU/004'"
            assert one("quantity", "item_relation", part) == (Decimal(1),)
            assert one("parent_sku", "item_relation", "kind = 'scs' AND child_sku = 'SKU/006'") == (None,)
            assert one("count(*)", "item_asked", "TRUE") == (0,)
