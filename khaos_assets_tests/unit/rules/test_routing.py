"""Who works a case, and how severe it is: the catalogue's word, unless the merchant's routing says otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from khaos_assets.config import Settings
from khaos_assets_tests.planted_night import stocked
from khaos_assets_tests.unit.rules.conftest import Tonight

DRIFT = [stocked("MUG-1", 10, 7), stocked("POT-1", 100, 10)]
"""Two drifts of stock: three mugs at £2.50 each, ninety pots at the same."""


def routed(tonight: Tonight, *routes: dict[str, Any], **cases: Any) -> dict[str, tuple[str, str]]:
    found = tonight(*DRIFT, settings={"routing": list(routes), "cases": cases})
    return {r["record_key"]: (r["owner"], r["severity"]) for r in found.of("STK-01")}


def test_the_catalogue_names_owner_and_severity(tonight: Tonight) -> None:
    assert routed(tonight) == {"MUG-1": ("operations", "low"), "POT-1": ("operations", "medium")}


def test_a_route_names_them_for_codes_and_for_families(tonight: Tonight) -> None:
    assert routed(tonight, {"codes": ["STK-*"], "owner": "stock control"}) == {
        "MUG-1": ("stock control", "low"), "POT-1": ("stock control", "medium"),
    }  # fmt: skip
    assert routed(tonight, {"codes": ["FIN-*", "STK-02"], "owner": "finance"})["MUG-1"] == ("operations", "low")


def test_of_several_routes_that_fit_the_last_that_says_something_holds(tonight: Tonight) -> None:
    assert routed(
        tonight,
        {"codes": ["*"], "owner": "everybody", "severity": "medium"},
        {"codes": ["STK-01"], "from_gbp": "100", "owner": "the director"},
    ) == {"MUG-1": ("everybody", "medium"), "POT-1": ("the director", "medium")}


@pytest.mark.parametrize(("critical", "severity"), [("225", "critical"), ("225.01", "high")])
def test_bands_of_value_are_the_merchants(tonight: Tonight, critical: str, severity: str) -> None:
    bands = {"critical": critical, "high": "6", "medium": "1"}
    assert routed(tonight, severity_from_gbp=bands) == {
        "MUG-1": ("operations", "high"),
        "POT-1": ("operations", severity),
    }


@pytest.mark.parametrize("bands", [{"critical": 1, "high": 2, "medium": 0}, {"critical": 1, "high": 1}])
def test_bands_that_do_not_rise_are_refused(bands: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="none less than the next"):
        Settings.of_merchant({"merchant": {"name": "x"}, "cases": {"severity_from_gbp": bands}})
