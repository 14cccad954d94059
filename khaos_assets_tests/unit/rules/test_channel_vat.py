"""FIN-01, FIN-05 and FIN-06: VAT, tax codes, currency and class of an order on its channel and in Khaos.

All tests look at one night. What a test plants stands above it; its references begin with the same word.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from khaos_assets_tests.planted_channels import ShopsNight, in_khaos
from khaos_assets_tests.planted_night import Results, customer, line, stock_item
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order
from khaos_assets_tests.planted_scayle import fee, scayle_order, unit
from khaos_assets_tests.unit.rules.money import FOR_TWO, MUGS, TWO_MUGS, compared, explained, rows

NIGHT = ShopsNight(customer("T1", company_class="Trade"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return NIGHT.evaluate(tmp_path_factory.mktemp("money"))


# FIN-01


@NIGHT.has(
    scayle_order("vat items", MUGS, net="19.00"),
    in_khaos("SC-vat items", TWO_MUGS, FOR_TWO),
    scayle_order("vat delivery", MUGS, fees=[fee("3.60", net="3.60")]),
    in_khaos("SC-vat delivery", TWO_MUGS, FOR_TWO, ("3.60", "4.32")),
    scayle_order("vat both", MUGS, fees=[fee("3.60", net="3.00")], net="23.50"),
    in_khaos("SC-vat both", TWO_MUGS, FOR_TWO, ("3.00", "3.61")),
)
def test_vat_that_no_rounding_explains_differs(found: Results) -> None:
    assert rows(found, "vat", "FIN-01") == [
        ("FIN-01", "vat both", "delivery_vat+items_vat", "0.51", "open"),
        ("FIN-01", "vat delivery", "delivery_vat", "0.72", "open"),
        ("FIN-01", "vat items", "items_vat", "-1.00", "open"),
    ]
    row = next(r for r in found.of("FIN-01") if r["record_key"] == "vat items")
    assert (row["systems"], row["counterpart_key"], row["severity"]) == ("scayle>khaos", "KSC-vat items", "high")
    assert (row["expected_value"], row["actual_value"]) == ("items 5", "items 4")


THREE = [oro_line(c, 1, "1.12") for c in ("MUG-1", "CUP-1", "MUG-1")]
IN_THREE = [line(c, 1, net="1.12") for c in ("MUG-1", "CUP-1", "MUG-1")]
BOOK = oro_line("BOOK-1", 1, "1.12", percent=0)


@NIGHT.has(
    # 0.224 each: 0.67 of the sum, 0.66 of three lines
    oro_order("round 1", THREE, vat="0.67"),
    in_khaos("OR-round 1", IN_THREE, ("3.36", "4.02"), company="T1"),
    oro_order("round beyond", THREE, vat="0.68"),
    in_khaos("OR-round beyond", IN_THREE, ("3.36", "4.02"), company="T1"),
    # a zero-rated line does not round with the others
    oro_order("round 2", [*THREE, BOOK], vat="0.67"),
    in_khaos("OR-round 2", [*IN_THREE, line("BOOK-1", 1, net="1.12", tax_code=2)], ("4.48", "5.14"), company="T1"),
)
def test_vat_rounded_line_by_line_here_and_per_rate_there_is_lawful(found: Results) -> None:
    assert rows(found, "round") == [("FIN-01", "round beyond", "items_vat", "-0.02", "open")]


SIX = [unit(c, "3.33") for c in ("MUG-1", "CUP-1") for _ in range(3)]
IN_TWO = [line("MUG-1", 3, "3.33"), line("CUP-1", 3, "3.33")]
WRAPPED = [*IN_TWO, line("POST", 1, "0.60")]


@NIGHT.has(
    # six times 0.55 on the channel, twice 1.66 in Khaos
    scayle_order("lines 1", SIX),
    in_khaos("SC-lines 1", IN_TWO, ("16.66", "19.98")),
    # the same with wrapping, which is no line on the channel
    scayle_order("lines 2", SIX, fees=[fee("0.60", category="additional")]),
    in_khaos("SC-lines 2", WRAPPED, ("17.16", "20.58")),
    # not where Khaos has more on the order than the channel
    scayle_order("lines extra", SIX),
    in_khaos("SC-lines extra", WRAPPED, ("17.16", "20.58")),
    # 3.31 is nobody's
    scayle_order("lines beyond", SIX),
    in_khaos("SC-lines beyond", IN_TWO, ("16.67", "19.98")),
)
def test_the_line_rounding_of_khaos_is_lawful_where_the_lines_agree(found: Results) -> None:
    assert rows(found, "lines", "FIN-01") == [
        ("FIN-01", "lines beyond", "items_vat", "0.01", "open"),
        ("FIN-01", "lines extra", "items_vat", "0.12", "open"),
    ]


@NIGHT.has(
    # 4.83 with VAT are 4.03 and 0.80; 20 % of 4.03 are 0.81
    scayle_order("either 1", MUGS, fees=[fee("4.83", net="4.03")]),
    in_khaos("SC-either 1", TWO_MUGS, FOR_TWO, ("4.03", "4.84")),
    scayle_order("either 2", MUGS, fees=[fee("4.83", net="4.03")], net="23.03"),
    in_khaos("SC-either 2", TWO_MUGS, FOR_TWO, ("4.03", "4.84")),
)
def test_delivery_rounded_either_way_is_lawful_and_not_in_the_amount(found: Results) -> None:
    assert rows(found, "either", "FIN-01") == [("FIN-01", "either 2", "items_vat", "-1.00", "open")]


def external(reference: str) -> Any:
    """An order of which SCAYLE tells its gross total only."""
    told = scayle_order(reference, [unit("MUG-1", "12.00")], fees=[fee("3.60")])
    cost = msgspec.structs.replace(told.cost, has_external_prices=True, without_tax=None, applied_fees=None)
    return msgspec.structs.replace(told, cost=cost, items=[])


@NIGHT.has(
    external("external"),
    in_khaos("SC-external", [line("MUG-1", 1, "12.00")], ("10.00", "12.00"), ("9", "9.80")),
)
def test_money_that_the_channel_does_not_tell_is_not_compared(found: Results) -> None:
    assert compared(found, "external") == {"FIN-04", "FIN-05", "FIN-06"}


def untaxed(reference: str) -> Any:
    """An order of which SCAYLE tells no total without tax."""
    told = scayle_order(reference, MUGS, fees=[fee("3.60")])
    return msgspec.structs.replace(told, cost=msgspec.structs.replace(told.cost, without_tax=None))


CARRIED = ("3.00", "3.60")
UNTOLD = {"items": {"items_gross": None}, "delivery": {"delivery_gross": None}, "net": {"delivery_net": None}}


@NIGHT.has(
    [scayle_order(f"untold {n}", MUGS, fees=[fee("3.60")]) for n in UNTOLD],
    [in_khaos(f"SC-untold {n}", TWO_MUGS, FOR_TWO, CARRIED, **fields) for n, fields in UNTOLD.items()],
    untaxed("untold there"),
    in_khaos("SC-untold there", TWO_MUGS, FOR_TWO, CARRIED),
    [scayle_order("untold lines", MUGS, fees=[fee("3.60")]), in_khaos("SC-untold lines", [], FOR_TWO, CARRIED)],
    # the other part differs, of which alone nothing is told
    [scayle_order(f"unsure {n}", MUGS, fees=[fee("3.60")]) for n in ("items", "delivery")],
    in_khaos("SC-unsure items", TWO_MUGS, FOR_TWO, ("3.00", "3.99"), items_gross=None),
    in_khaos("SC-unsure delivery", TWO_MUGS, ("20.00", "25.00"), CARRIED, delivery_gross=None),
    untaxed("unsure there"),
    in_khaos("SC-unsure there", TWO_MUGS, FOR_TWO, ("3.00", "3.99")),
)
def test_what_hangs_on_one_total_that_is_not_told_is_not_compared(found: Results) -> None:
    assert rows(found, "untold") == rows(found, "unsure", "FIN-01") == []
    sums = {"FIN-01", "FIN-02", "FIN-03", "FIN-04"}
    assert {n: sorted(sums - compared(found, f"untold {n}")) for n in (*UNTOLD, "there", "lines")} == {
        "items": ["FIN-01", "FIN-04"],
        "delivery": ["FIN-01", "FIN-04"],
        "net": ["FIN-01", "FIN-02"],
        "there": ["FIN-01"],
        "lines": ["FIN-03"],
    }


# FIN-05


@NIGHT.has(
    scayle_order("export", [unit("MUG-1", "12.00", percent=0)] * 2, country="DE", currency="EUR"),
    in_khaos("SC-export", TWO_MUGS, FOR_TWO, currency="EUR"),
)
def test_a_sale_abroad_at_the_home_rate_is_wrong_and_hides_what_the_rate_does(found: Results) -> None:
    assert rows(found, "export") == [
        ("FIN-01", "export", "items_vat", "3.20", "suppressed"),
        ("FIN-05", "export", "MUG-1", "3.20", "open"),
    ]
    row = next(r for r in found.of("FIN-05") if r["record_key"] == "export")
    assert (row["expected_value"], row["actual_value"], row["severity"]) == ("MUG-1: 2", "MUG-1: 1", "critical")


@NIGHT.has(
    oro_order("basis net", [oro_line("BOOK-1", 1, "10.00", percent=0)]),
    in_khaos("OR-basis net", [line("BOOK-1", 1, net="10.00", tax_code=1)], ("10.00", "12.00"), company="T1"),
    scayle_order("basis gross", [unit("BOOK-1", "12.00", percent=0)]),
    in_khaos("SC-basis gross", [line("BOOK-1", 1, "12.00", tax_code=1)], ("10.00", "12.00")),
    scayle_order("basis less", [unit("MUG-1", "12.00")]),
    in_khaos("SC-basis less", [line("MUG-1", 1, "12.00", tax_code=2)], ("12.00", "12.00")),
)
def test_net_is_kept_where_the_class_is_priced_net(found: Results) -> None:
    assert rows(found, "basis", "FIN-04", "FIN-05", "FIN-10") == [
        ("FIN-05", "basis net", "BOOK-1", "2.00", "open"),
        ("FIN-05", "basis gross", "BOOK-1", "2.00", "open"),
        ("FIN-05", "basis less", "MUG-1", "-2.00", "open"),
    ]
    assert [r[4] for r in rows(found, "basis", "FIN-01")] == ["suppressed"] * 3


@NIGHT.has(
    scayle_order("carriage 1", MUGS, fees=[fee("6.00")]),
    in_khaos("SC-carriage 1", TWO_MUGS, FOR_TWO, ("6.00", "6.00")),
    # a penny of rounding is no rate
    scayle_order("carriage penny", MUGS, fees=[fee("6.00")]),
    in_khaos("SC-carriage penny", TWO_MUGS, FOR_TWO, ("5.01", "6.00")),
    oro_order("carriage 2", [oro_line("MUG-1", 1, "10.00")], delivery="5.00"),
    in_khaos("OR-carriage 2", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), ("5.00", "5.00"), company="T1"),
    # another amount beside the other rate stands
    scayle_order("carriage 3", MUGS, fees=[fee("6.00")]),
    in_khaos("SC-carriage 3", TWO_MUGS, FOR_TWO, ("9.00", "9.00")),
)
def test_delivery_at_another_rate_is_wrong_and_hides_its_net(found: Results) -> None:
    assert rows(found, "carriage", "FIN-02", "FIN-05") == [
        ("FIN-02", "carriage 1", "delivery_net", "1.00", "suppressed"),
        ("FIN-02", "carriage 3", "delivery_net", "4.00", "open"),
        ("FIN-05", "carriage 2", "delivery", "-1.00", "open"),
        ("FIN-05", "carriage 1", "delivery", "-1.00", "open"),
        ("FIN-05", "carriage 3", "delivery", "-1.50", "open"),
    ]
    assert explained(found, "carriage")["FIN-02", "carriage 1"] == "FIN-05"
    row = next(r for r in found.of("FIN-05") if r["record_key"] == "carriage 2")
    assert (row["expected_value"], row["actual_value"]) == ("delivery: 1", "delivery: VAT 0 on 5")


def wrongly_taxed(reference: str, price: str) -> list[Any]:
    lines = [line("BOOK-1", 1, price, discount="10", tax_code=1)]
    units = [unit("BOOK-1", "10.80", full="12.00", percent=0)]
    return [scayle_order(reference, units), in_khaos(f"SC-{reference}", lines, ("9.00", "10.80"))]


@NIGHT.has(wrongly_taxed("rate alone", "12.00"), wrongly_taxed("rate and price", "24.00"))
def test_the_rate_explains_a_discount_and_only_its_own_part_of_a_line(found: Results) -> None:
    assert rows(found, "rate", "FIN-03", "FIN-05", "FIN-10") == [
        ("FIN-03", "rate alone", "discount", "-0.20", "suppressed"),
        ("FIN-03", "rate and price", "discount", "0.80", "open"),
        ("FIN-05", "rate alone", "BOOK-1", "1.80", "open"),
        ("FIN-05", "rate and price", "BOOK-1", "3.60", "open"),
        ("FIN-10", "rate and price", "BOOK-1", "10.80", "open"),
    ]


@NIGHT.has(
    # priced gross by class, but the line carries a net price: a rate changes its VAT and not its net
    scayle_order("carried 1", [unit("BOOK-1", "10.00", percent=0)]),
    in_khaos("SC-carried 1", [line("BOOK-1", 1, net="10.00", tax_code=1)], ("10.00", "12.00")),
    scayle_order("carried 2", [unit("BOOK-1", "9.00", percent=0)]),
    in_khaos("SC-carried 2", [line("BOOK-1", 1, net="10.00", tax_code=1)], ("10.00", "12.00")),
    # and the other way round
    oro_order("carried 3", [oro_line("BOOK-1", 1, "12.00", percent=0)]),
    in_khaos("OR-carried 3", [line("BOOK-1", 1, "12.00", tax_code=1)], ("10.00", "12.00"), company="T1"),
)
def test_what_a_rate_does_to_a_line_depends_on_the_price_it_carries(found: Results) -> None:
    assert rows(found, "carried", "FIN-05", "FIN-10") == [
        ("FIN-05", "carried 3", "BOOK-1", "2.00", "open"),
        ("FIN-05", "carried 1", "BOOK-1", "2.00", "open"),
        ("FIN-05", "carried 2", "BOOK-1", "2.00", "open"),
        ("FIN-10", "carried 2", "BOOK-1", "1.00", "open"),
    ]
    assert [r[4] for r in rows(found, "carried", "FIN-01")] == ["suppressed"] * 3


@NIGHT.has(
    oro_order("kept", [oro_line("MUG-1", 1, "10.00")], delivery="5.00"),
    in_khaos("OR-kept", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), ("6.00", "6.00"), company="T1"),
)
def test_a_delivery_whose_gross_was_kept_differs_in_net_by_its_rate(found: Results) -> None:
    assert rows(found, "kept", "FIN-02") == [("FIN-02", "kept", "delivery_net", "1.00", "suppressed")]
    assert set(explained(found, "kept").values()) == {"FIN-05"}


@NIGHT.has(
    stock_item("ODD-1", vat_percent="5"),
    scayle_order("unmapped class", [unit("ODD-1", "10.50", percent=5)]),
    in_khaos(
        "SC-unmapped class",
        [line("ODD-1", 1, "10.50", tax_code=1), line(None, 1, "0.00", tax_code=4)],
        ("8.75", "10.50"),
    ),
    scayle_order("unmapped market", MUGS, country="FR"),
    in_khaos("SC-unmapped market", [line("MUG-1", 2, "12.00", tax_code=4)], FOR_TWO),
    # a line that names no code has the item's own rate
    scayle_order("unmapped none", MUGS),
    in_khaos("SC-unmapped none", [line("MUG-1", 2, "12.00", tax_code=None)], FOR_TWO),
)
def test_what_has_no_mapping_is_not_judged(found: Results) -> None:
    assert rows(found, "unmapped", "FIN-05") == []
    assert "FIN-05" in compared(found, "unmapped class")  # its delivery
    assert not {"FIN-05", "FIN-06"} & compared(found, "unmapped market")


@NIGHT.has(
    scayle_order(
        "several",
        [unit("MUG-1", "12.00"), unit("BOOK-1", "12.00", percent=0), unit("CUP-1", "6.00")],
        fees=[fee("6.00")],
    ),
    in_khaos(
        "SC-several",
        [line("MUG-1", 1, "12.00", tax_code=2), line("BOOK-1", 1, "12.00", tax_code=1), line("CUP-1", 1, "6.00")],
        ("27.00", "30.00"),
        ("6.00", "6.00"),
    ),
)
def test_several_wrong_lines_are_one_exception(found: Results) -> None:
    assert rows(found, "several", "FIN-05") == [("FIN-05", "several", "BOOK-1+MUG-1+delivery", "-1.00", "open")]


# FIN-06


@NIGHT.has(
    [scayle_order(f"market {n}", MUGS) for n in ("class", "currency", "both", "right", "unread")],
    in_khaos("SC-market class", TWO_MUGS, FOR_TWO, company="T1"),
    in_khaos("SC-market currency", TWO_MUGS, ("20.00", "30.00"), currency="EUR"),
    in_khaos("SC-market both", TWO_MUGS, FOR_TWO, currency="EUR", company="T1"),
    in_khaos("SC-market right", TWO_MUGS, FOR_TWO, currency="GBP"),
    in_khaos("SC-market unread", TWO_MUGS, FOR_TWO, company="GONE"),
)
def test_currency_and_company_class_are_those_of_the_market(found: Results) -> None:
    assert rows(found, "market", "FIN-06") == [
        ("FIN-06", "market both", "company_class+currency", "20.00", "open"),
        ("FIN-06", "market class", "company_class", "20.00", "open"),
        ("FIN-06", "market currency", "currency", "20.00", "open"),
    ]
    both = next(r for r in found.of("FIN-06") if r["record_key"] == "market both")
    assert (both["expected_value"], both["actual_value"]) == ("Web, GBP", "Trade, EUR")


def test_in_the_wrong_currency_no_other_money_is_told(found: Results) -> None:
    assert set(explained(found, "market currency").values()) == {"FIN-06"}
    assert rows(found, "market class", "FIN-01", "FIN-04", "FIN-10") == []
