"""SCAYLE's reads, taken from a real simulator and proven."""

from __future__ import annotations

from typing import Any

from khaos_assets.snapshots import Verdict
from khaos_assets.systems.read import Proof
from khaos_assets_tests.integration.systems.scayle.conftest import VARIANTS


def test_an_undisturbed_night_is_complete(shop: Any) -> None:
    """Lists agree in two passes; every variant answered for its stock and its prices."""
    with shop() as scayle:
        certificates = scayle.take()
    assert {name: (c.verdict, c.proof, c.rows, c.reasons) for name, c in certificates.items()} == {
        "shops": (Verdict.COMPLETE, Proof.TWO_PASS, 2, []),
        "warehouses": (Verdict.COMPLETE, Proof.TWO_PASS, 2, []),
        "products": (Verdict.COMPLETE, Proof.TWO_PASS, 40, []),
        "variants": (Verdict.COMPLETE, Proof.TWO_PASS, 60, []),
        "stocks": (Verdict.COMPLETE, Proof.TWO_PASS, 120, []),
        "prices": (Verdict.COMPLETE, Proof.TWO_PASS, 60, []),
        "orders": (Verdict.COMPLETE, Proof.OVERLAP_ONLY, 60, []),
    }
    assert len(VARIANTS) == 60
