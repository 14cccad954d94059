"""Stock and prices from the product list, where an installation shows them there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from khaos_assets.snapshots import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets.systems.scayle.walk import of_variants
from khaos_assets.systems.scayle.walk.nested import Nested
from khaos_assets_tests.unit.systems.scayle.wire_rows import VARIANTS, records

READS = ("products", "variants", "stocks", "prices")
NESTED = {"nested": ["stocks", "prices"]}


def test_the_product_list_gives_the_same_snapshots_in_fewer_calls(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khaos_assets.systems.scayle.walk.nested.SAMPLE", 3)
    with shop() as scayle:
        singly = scayle.take(*READS)
        nested = scayle.take(*READS, **NESTED)
    assert {n: (c.verdict, c.proof, c.snapshot) for n, c in nested.items()} == {
        n: (c.verdict, c.proof, c.snapshot) for n, c in singly.items()
    }
    assert nested["stocks"].proof is Proof.TWO_PASS
    # Two pages of ten products, and three variants that are asked for all the same
    assert (singly["stocks"].requests, nested["stocks"].requests, nested["prices"].requests) == (24, 5, 5)


def test_a_variant_whose_list_comes_empty_is_asked_for(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation may leave rows out of the list; only the variant's own call proves that it has none."""
    monkeypatch.setattr("khaos_assets.systems.scayle.walk.nested.SAMPLE", 1)
    made = records()
    made["scayle/stocks"] = [s for s in made["scayle/stocks"] if s["variantId"] != VARIANTS[1]]
    with shop(nights={"2026-11-20": made}) as scayle:
        taken = scayle.take(*READS, **NESTED)
        rows = scayle.rows("stocks")
    assert (taken["stocks"].verdict, len(rows)) == (Verdict.COMPLETE, len(made["scayle/stocks"]))
    assert VARIANTS[1] not in {row["variant_id"] for row in rows}
    # Two pages of ten products, one variant that is asked for all the same, and the one without stock
    assert taken["stocks"].requests == 2 + 1 + 1


def test_where_one_variant_is_shown_otherwise_all_are_asked(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read = of_variants.read_nested

    async def stale(*asked: Any) -> Nested:
        found = await read(*asked)
        (variant, rows), *_ = found.sample.items()
        return replace(found, sample={**found.sample, variant: rows[:-1]})

    with shop() as scayle:
        singly = scayle.take(*READS)["stocks"]
        monkeypatch.setattr(of_variants, "read_nested", stale)
        nested = scayle.take(*READS, **NESTED)["stocks"]
    assert (nested.verdict, nested.snapshot) == (Verdict.COMPLETE, singly.snapshot)
    assert [r.fault for r in nested.remarks] == ["nested_rows_differ"]
    assert nested.requests == 24 + 2
