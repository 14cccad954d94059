"""WAIR's four lists, read from a real simulator and proven."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.snapshots import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.wair.conftest import LOCATIONS, SKUS


def test_an_undisturbed_night_is_complete_and_proven_by_two_passes(shop: Any) -> None:
    """Each list is walked by key and by change time, and nothing is left to explain."""
    with shop() as wair:
        certificates = wair.take()
    assert {name: (c.verdict, c.proof, c.rows, c.reasons) for name, c in certificates.items()} == {
        "dispatches": (Verdict.COMPLETE, Proof.TWO_PASS, 60, []),
        "items": (Verdict.COMPLETE, Proof.TWO_PASS, 40, []),
        "stock": (Verdict.COMPLETE, Proof.TWO_PASS, 80, []),
        "transfers": (Verdict.COMPLETE, Proof.TWO_PASS, 12, []),
    }
    stock = certificates["stock"]
    assert stock.distinct_keys == 80
    assert stock.control_units == f"{2 * sum(range(40))}.00000"
    assert stock.key_set_hash.endswith(":80")
    assert stock.remarks == []


def test_records_arrive_exactly_as_sent(shop: Any) -> None:
    """Units are decimals, instants are UTC, null stays null, lines keep their order."""
    with shop() as wair:
        wair.take()
        first = wair.rows("dispatches")[0]
        assert first == {
            "dispatch_id": "D-0000",
            "order_reference": "W00000",
            "location_id": "LON",
            "carrier_service": "DPD-12",
            "tracking_number": None,
            "dispatched_at": datetime(2026, 11, 10, tzinfo=UTC),
            "lines": [
                {"sku_id": "SKU-000", "quantity": Decimal("1.00000")},
                {"sku_id": "SKU-001", "quantity": Decimal("2.00000")},
            ],
            "updated_at": datetime(2026, 11, 11, 1, 0, 1, 1000, tzinfo=UTC),
        }
        assert [(r["location_id"], r["sku_id"]) for r in wair.rows("stock")] == [
            (where, sku) for where in LOCATIONS for sku in SKUS
        ]
        assert wair.rows("items")[0]["barcode"] == "0000000000000"
