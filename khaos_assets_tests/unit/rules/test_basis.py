"""In what a code's pounds are counted, from the catalogue's own words."""

from __future__ import annotations

import pytest

from khaos_assets.rules.basis import Basis, basis_of, is_signed
from khaos_assets.rules.catalogue import load_catalogue


@pytest.mark.parametrize(
    ("amount", "systems", "basis"),
    [
        ("|units| × cost", "wair>khaos", Basis.COST),
        ("|units| × price on channels, × cost in WAIR", "khaos>wair", Basis.COST),
        ("|units| × price on channels, × cost in WAIR", "khaos>scayle", Basis.PRICE),
        ("sellable × price", "khaos>wair", Basis.PRICE),
        ("line net of those units (a SKU not on the order: cost)", "wair>khaos", Basis.LINE),
        ("net value of open orders that carry it; 0 where none", "wair>khaos", Basis.ORDER),
        ("gross paid for the refunded items", "scayle>khaos", Basis.GROSS),
        ("signed difference", "scayle>khaos", Basis.FIELD),
        ("none", "wair", Basis.NONE),
        ("none (never part of money totals: its members are)", "khaos>scayle", Basis.NONE),
    ],
)
def test_a_code_has_the_basis_that_its_catalogue_entry_names(amount: str, systems: str, basis: Basis) -> None:
    assert basis_of(amount, systems) is basis


def test_codes_whose_figure_can_lie_on_either_side_are_split_into_over_and_under() -> None:
    signed = {c.code for c in load_catalogue().values() if is_signed(c.amount)}
    assert {"STK-01", "STK-02", "STK-07", "STK-08"} <= signed
    assert "ORD-05" not in signed


def test_every_code_in_the_catalogue_has_a_basis_or_no_amount_at_all() -> None:
    without = {c.code for c in load_catalogue().values() for s in c.pairs if basis_of(c.amount, s) is Basis.NONE}
    assert without == {c.code for c in load_catalogue().values() if c.amount.startswith("none")}
