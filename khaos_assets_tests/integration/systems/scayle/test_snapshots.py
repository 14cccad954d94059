"""SCAYLE's reads, taken from a real simulator and proven."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from khaos_assets.config import Night
from khaos_assets.snapshots import Verdict, rebuild, taking
from khaos_assets.systems.read import Proof
from khaos_assets.systems.scayle.settings import Scayle
from khaos_assets.systems.scayle.walk import orders as orders_walk
from khaos_assets_tests.integration.systems.scayle.conftest import Shop
from khaos_assets_tests.unit.systems.scayle.wire_rows import VARIANTS, products, records, stocks

ROWS = {"shops": 2, "warehouses": 2, "products": 16, "variants": 24, "stocks": 48, "prices": 24, "orders": 18}


def test_an_undisturbed_night_is_complete(shop: Any) -> None:
    """Lists agree in two passes, every variant answered for its stock and its prices, every order for itself."""
    with shop() as scayle:
        certificates = scayle.take()
    assert {name: (c.verdict, c.proof, c.rows, c.reasons, c.remarks) for name, c in certificates.items()} == {
        name: (Verdict.COMPLETE, Proof.OVERLAP_ONLY if name == "orders" else Proof.TWO_PASS, rows, [], [])
        for name, rows in ROWS.items()
    }
    assert len(VARIANTS) == len(stocks()) / 2 == certificates["variants"].distinct_keys
    assert certificates["stocks"].control_units == str(sum(s["quantity"] for s in stocks()))


def test_records_arrive_exactly_as_sent(shop: Any) -> None:
    """Money stays in minor units, instants become UTC, null stays null, digits of a barcode are kept."""
    with shop() as scayle:
        scayle.take()
        (variant,) = [v for v in scayle.rows("variants") if v["id"] == 5010]
        stock, price = scayle.rows("stocks")[0], scayle.rows("prices")[0]
        (order,) = [o for o in scayle.rows("orders") if o["id"] == 9004]
    assert variant == {
        "id": 5010, "product_id": 501, "reference_key": "SKU 5010/A", "ean": "0000000005010", "is_composite": False,
    }  # fmt: skip
    assert stock == {
        "variant_id": 5010, "warehouse_reference_key": "EU-HUB", "merchant_reference_key": "main", "quantity": 5,
        "changed_at": datetime(2026, 11, 16, 11, tzinfo=UTC), "sellable_without_stock": False,
        "expected_availability_at": None,
    }  # fmt: skip
    assert (price["price"], price["tax"], price["valid_to"], price["old_price"]) == (1190, 19, None, None)
    assert (order["reference_key"], order["cost"]["with_tax"], order["items"][0]["price"]["tax"]["vat"]["rate"]) == (
        None, 2618, price["tax"] / 100,
    )  # fmt: skip


def test_nothing_of_a_person_is_kept(shop: Any, tmp_path: Path) -> None:
    with shop() as scayle:
        scayle.take("shops", "orders")
    kept = [p for p in (tmp_path / "var").rglob("*") if p.is_file()]
    assert len(kept) > 6
    for file in kept:
        body = file.read_bytes()
        text = unpacked(body)
        assert not any(word in text for word in (b"Doe", b"Jane", b"Street", b"jane.doe"))


def unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def test_a_rebuild_gives_the_same_certificates_and_tables(shop: Any) -> None:
    with shop() as scayle:
        taken = scayle.take()
        before = {name: scayle.file(name, f"{name}.parquet").read_bytes() for name in taken}
        again = rebuild(scayle.settings, scayle.store, Night.of("2026-11-20"))
        after = {name: scayle.file(name, f"{name}.parquet").read_bytes() for name in taken}
    assert {f"scayle/{name}": c for name, c in taken.items()} == again
    assert before == after


def test_the_number_of_workers_and_the_size_of_pages_change_nothing(shop: Any) -> None:
    seen: set[tuple[str, ...]] = set()
    with shop() as scayle:
        for workers, size in ((1, 3), (16, 100)):
            transport = scayle.settings.of(Scayle).transport.model_copy(update={"concurrency": workers})
            taken = scayle.take(transport=transport, page_size=size)
            seen.add(tuple(c.snapshot for c in taken.values()))
    assert len(seen) == 1


def test_an_empty_list_is_a_failed_read_unless_it_may_be_empty(shop: Any) -> None:
    with shop(nights={"2026-11-20": {"scayle/products": products()}}) as scayle:
        refused = scayle.take("shops", "warehouses")
        allowed = scayle.take("warehouses", allow_empty=["warehouses"])
    assert [r.fault for r in refused["shops"].reasons + refused["warehouses"].reasons] == ["empty_first_page"] * 2
    assert (allowed["warehouses"].verdict, allowed["warehouses"].rows) == (Verdict.COMPLETE, 0)


def test_orders_that_have_not_changed_for_long_are_known_by_the_list_only(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest are read first, until a whole block is older than the window; the rest are still known."""
    monkeypatch.setattr(orders_walk, "BLOCK", 4)
    with shop() as scayle:
        taken, asked = asked_for(scayle, {"W9001", "9004"}, order_window_days=7)
        kept = sorted(o["id"] for o in scayle.rows("orders"))
    assert (taken.verdict, [r.fault for r in taken.remarks]) == (Verdict.COMPLETE, ["old_orders_not_read"])
    assert kept == list(range(9006, 9018)), "9017 to 9012 changed since, 9011 and the block behind did not"
    assert asked == {"W9001": True, "9004": True}


def test_a_deleted_product_is_no_fault_and_one_that_the_list_hides_is(shop: Any) -> None:
    """A product of the last night that is gone is asked for by its id: 404 means deleted."""
    nights: dict[str, Any] = {"2026-11-20": {"scayle/products": products()}}
    nights["2026-11-21"] = {"scayle/products": products()[:-1]}
    with shop(nights=nights) as scayle:
        scayle.take("products")
        scayle.sandbox.advance()
        deleted = scayle.take("products", night="2026-11-21", gap_reads=0)["products"]
        assert (deleted.verdict, deleted.rows) == (Verdict.COMPLETE, 15)
        scayle.sandbox.set_faults([{"system": "scayle", "switch": "lost_row", "entity": "products", "keys": ["505"]}])
        hidden = scayle.take("products", night="2026-11-21", gap_reads=0)["products"]
    assert (hidden.verdict, [r.fault for r in hidden.reasons]) == (Verdict.INCOMPLETE, ["list_incomplete"])
    assert "505" in hidden.reasons[0].detail


def test_wrong_credentials_fail_every_read_by_name(shop: Any) -> None:
    with shop() as scayle:
        scayle.sandbox.ready["env"] = scayle.sandbox.env | {"SCAYLE_ACCESS_TOKEN": "wrong"}
        certificates = scayle.take()
        scayle.sandbox.ready["env"] = {k: v for k, v in scayle.sandbox.env.items() if k != "SCAYLE_ACCESS_TOKEN"}
        missing = scayle.take("shops")["shops"]
    faults = {name: c.reasons[0].fault for name, c in certificates.items()}
    needing = dict.fromkeys(("orders", "stocks", "prices"), "needed_read_failed")
    assert faults == dict.fromkeys(ROWS, "sign_in_failed") | needing
    assert "wrong" not in str(certificates)
    assert (missing.reasons[0].fault, "SCAYLE_ACCESS_TOKEN" in missing.reasons[0].detail) == ("not_configured", True)


def asked_for(shop_: Shop, known: set[str], **scayle: Any) -> tuple[Any, dict[str, bool]]:
    """The orders, taken while another system knows these references."""

    with pytest.MonkeyPatch.context() as patch:

        async def known_beside(_: Any, system: str) -> set[str]:
            assert system == "scayle"
            return known

        patch.setattr(taking.OrderReferences, "known_beside", known_beside)
        certificate = shop_.take("shops", "orders", **scayle)["orders"]
    return certificate, {r["full_reference"]: r["found"] for r in shop_.rows("orders", "orders_asked")}


def test_references_that_other_systems_know_are_asked_for(shop: Any) -> None:
    """By the channel's prefix; those of the list are known, others are asked for in every market."""
    with shop() as scayle:
        settings = scayle.settings.model_copy(
            update={"order_reference_prefixes": {"scayle": "SC-", "orocommerce": "SC-O-"}}
        )
        scayle.settings = settings
        certificate, asked = asked_for(scayle, {"SC-W9001", "SC-9004", "SC-W/1 +?", "W9002", "SC-O-7", "SC-", "SC-77"})
    assert certificate.verdict is Verdict.COMPLETE
    assert asked == {"W9001": True, "9004": True, "W/1 +?": False, "77": False}


def test_an_order_that_only_its_reference_finds_makes_the_list_incomplete(shop: Any) -> None:
    with shop([{"switch": "lost_row", "entity": "orders", "keys": ["9005"]}], gap_reads=0) as scayle:
        certificate, asked = asked_for(scayle, {"W9005", "W9017"})
        kept = {o["id"] for o in scayle.rows("orders")}
    assert asked == {"W9005": True, "W9017": True}
    assert [r.fault for r in certificate.reasons] == ["list_incomplete"]
    assert 9005 in kept


def test_a_read_alone_takes_what_it_needs_from_tonights_snapshots(shop: Any) -> None:
    """Stock, prices and orders rest on other reads, which may have been taken before."""
    with shop() as scayle:
        first = scayle.take()
        again = {name: scayle.take(name)[name] for name in ("variants", "stocks", "orders")}
    assert {n: (c.verdict, c.proof, c.snapshot) for n, c in again.items()} == {
        n: (first[n].verdict, first[n].proof, first[n].snapshot) for n in again
    }


def test_the_stock_of_a_variant_that_was_set_aside_is_asked_for_as_well(shop: Any) -> None:
    """Its id is known; where not even that can be read, absences are not proven."""
    for wrong, proof, asked in (({"ean": 7}, Proof.TWO_PASS, 48), ({"id": "x"}, Proof.OVERLAP_ONLY, 46)):
        made = records()
        made["scayle/products"][0]["variants"][0] |= wrong
        made["scayle/products"][1]["colour"] = "red"
        with shop(nights={"2026-11-20": made}) as scayle:
            taken = scayle.take("products", "variants", "stocks")
        assert taken["variants"].verdict is Verdict.COMPLETE_WITH_QUARANTINE
        assert (taken["stocks"].verdict, taken["stocks"].proof, taken["stocks"].rows) == (
            Verdict.COMPLETE, proof, asked,
        )  # fmt: skip
        assert [r.fault for r in taken["products"].remarks] == ["unknown_fields"]
