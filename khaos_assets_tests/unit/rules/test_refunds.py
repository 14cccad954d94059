"""FIN-09 and FIN-11: refunds on SCAYLE and credit notes in Khaos. All tests look at one night."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.planted_channels import NOTHING, ShopsNight, in_khaos
from khaos_assets_tests.planted_night import AS_OF, Results, SetAside, customer, line, minutes_ago, order
from khaos_assets_tests.planted_orocommerce import oro_line, oro_order
from khaos_assets_tests.planted_records import LONG_AGO
from khaos_assets_tests.planted_scayle import fee, scayle_order, unit

# The night is that of 20 November, 02:00: the 18th ended to the minute as long before as is allowed
GRACES = {"graces": {"refund_hours": 26}}
NIGHT = ShopsNight(
    customer("T1", company_class="Trade"), credit_notes={"reference_pattern": "RF-{reference}"}, **GRACES
)
TWO_MUGS = [line("MUG-1", 2, "12.00")]
FOR_TWO = ("20.00", "24.00")
GRACE = 26 * 60


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return NIGHT.evaluate(tmp_path_factory.mktemp("refunds"))


def rows(found: Results, code: str, word: str) -> list[tuple[str, str, str]]:
    """(record, amount, state) of records whose counterpart or key has the word."""
    wanted = [r for r in found.of(code) if word in f"{r['record_key']} {r['counterpart_key']}"]
    return [(r["record_key"], str(r["amount_gbp"]), r["state"]) for r in wanted]


def note(reference: str, gross: str, *, code: str = "", lines: int = 1, **fields: Any) -> list[Any]:
    """A credit note in Khaos, in the channel's form; its value has a minus sign, which is not looked at."""
    values: dict[str, Any] = {"created_on": date(2026, 10, 25), "items_gross": f"-{gross}", "order_type": "C"}
    rows = [line("MUG-1", 1, "1.00")] * lines
    return order(code or f"N{reference}", f"SC-{reference}", rows, **values | fields)


def returned(reference: str, *prices: str, kept: int = 0, at: Any = LONG_AGO, **fields: Any) -> list[Any]:
    """An order of which units came back, at their prices; Khaos has it too."""
    units = [unit("MUG-1", p, status="returned", returned_at=at) for p in prices] + [unit("MUG-1", "12.00")] * kept
    return [
        scayle_order(reference, units, billing="billing_partially_refunded", **fields),
        in_khaos(f"SC-{reference}", TWO_MUGS, FOR_TWO),
    ]


# FIN-09


@NIGHT.has(
    [returned(f"sum {n}", "12.00", "12.00", kept=1) for n in ("right", "penny", "pennies", "less")],
    note("sum right", "24.00"),
    note("sum penny", "24.02"),
    note("sum pennies", "24.03"),
    note("sum less", "12.00"),
)
def test_credit_notes_may_differ_by_a_penny_a_line(found: Results) -> None:
    assert rows(found, "FIN-09", "sum") == [("sum less", "-12.00", "open"), ("sum pennies", "0.03", "open")]
    row = found.of("FIN-09")[0]
    assert (row["systems"], row["field"]) == ("scayle>khaos", "gross")


@NIGHT.has(returned("many lines", "12.00", kept=1), note("many lines", "12.03", lines=3))
def test_the_side_with_more_lines_gives_the_pennies(found: Results) -> None:
    assert rows(found, "FIN-09", "many lines") == []
    assert "many lines" in {r["record_key"] for r in found.population if r["code"] == "FIN-09"}


@NIGHT.has(
    returned("two notes", "12.00", "12.00", kept=1),
    note("two notes", "12.00", code="N1"),
    note("two notes", "9.00", code="N2"),
    note("two notes", "3.00", code="N3", cancelled=True),
    # named by the merchant's pattern, with the channel's prefix or without
    returned("patterns", "12.00", "12.00", kept=1),
    order("N4", "RF-SC-patterns", order_type="C", items_gross="12.00"),
    order("N5", "RF-patterns", order_type="C", items_gross="12.00"),
)
def test_all_notes_of_an_order_are_added_up(found: Results) -> None:
    assert rows(found, "FIN-09", "two notes") == [("two notes", "-3.00", "open")]
    assert rows(found, "FIN-09", "patterns") == []
    row = next(r for r in found.of("FIN-09") if r["record_key"] == "two notes")
    assert (row["counterpart_key"], row["expected_value"], row["actual_value"]) == ("N1+N2", "24", "21")


@NIGHT.has(
    returned("full right", "12.00", fees=[fee("3.60")]),
    note("full right", "15.60"),
    returned("full other", "12.00", fees=[fee("3.60")]),
    note("full other", "15.00"),
    returned("full part", "12.00", kept=1, fees=[fee("3.60")]),
    note("full part", "15.60"),
    # less by as much as the delivery is no delivery credited
    returned("full less", "12.00", fees=[fee("3.60")]),
    note("full less", "8.40"),
)
def test_a_full_refund_may_differ_by_the_delivery(found: Results) -> None:
    assert [r[0] for r in rows(found, "FIN-09", "full")] == ["full less", "full other", "full part"]


@NIGHT.has(
    scayle_order("billing all", [unit("MUG-1", "12.00")], billing="billing_refunded"),
    in_khaos("SC-billing all", TWO_MUGS, FOR_TWO),
    note("billing all", "6.00"),
    scayle_order("billing part", [unit("MUG-1", "12.00")], billing="billing_partially_refunded"),
    in_khaos("SC-billing part", TWO_MUGS, FOR_TWO),
    note("billing part", "6.00"),
)
def test_a_refund_that_cannot_be_itemised_is_not_compared(found: Results) -> None:
    assert rows(found, "FIN-09", "billing") == [("billing all", "-6.00", "open")]
    assert rows(found, "FIN-11", "billing") == []


@NIGHT.has(
    returned("age due", "12.00", kept=1, at=minutes_ago(GRACE)),
    note("age due", "6.00"),
    returned("age young", "12.00", kept=1, at=minutes_ago(GRACE, 1)),
    note("age young", "6.00"),
    scayle_order("age order", [unit("MUG-1", "12.00")], billing="billing_refunded", changed=minutes_ago(60)),
    in_khaos("SC-age order", TWO_MUGS, FOR_TWO),
    note("age order", "6.00"),
)
def test_it_is_expected_until_the_refund_grace_has_passed(found: Results) -> None:
    assert [(r[0], r[2]) for r in rows(found, "FIN-09", "age")] == [
        ("age due", "open"),
        ("age order", "expected"),
        ("age young", "expected"),
    ]


@NIGHT.has(
    returned("foreign", "12.00", kept=1, country="DE", currency="EUR"),
    note("foreign", "22.00", currency="EUR"),
    # created when the euro cost 0.90
    returned("foreign 2", "12.00", kept=1, country="DE", currency="EUR", at=AS_OF),
    note("foreign 2", "22.00", currency="EUR"),
)
def test_a_foreign_refund_is_valued_at_the_rate_of_its_order(found: Results) -> None:
    assert [r[1] for r in rows(found, "FIN-09", "foreign")] == ["8.00", "8.00"]


# FIN-11


@NIGHT.has(
    scayle_order("credited", [unit("MUG-1", "12.00")]),
    in_khaos("SC-credited", TWO_MUGS, FOR_TWO),
    note("credited", "12.00", code="N10", delivery_gross="-3.60"),
    note("credited", "1.00", code="N11", cancelled=True),
    scayle_order("credited abroad", [unit("MUG-1", "12.00")], country="DE", currency="EUR"),
    note("credited abroad", "10.00", code="N12", currency="EUR"),
    note("of nobody", "12.00", code="N13"),
)
def test_a_credit_note_without_a_refund_is_told_by_its_own_code(found: Results) -> None:
    assert rows(found, "FIN-11", "credited") == [("N10", "15.60", "open"), ("N12", "8.00", "open")]
    row = found.of("FIN-11")[0]
    assert (row["record_key"], row["counterpart_key"], row["systems"]) == ("N10", "credited", "scayle>khaos")


@NIGHT.has(
    returned("both", "12.00", kept=1),
    note("both", "12.00"),
    scayle_order("gone", [unit("MUG-1", "12.00", status="cancelled")], status="cancellation_completed"),
    in_khaos("SC-gone", TWO_MUGS, FOR_TWO),
    note("gone", "12.00"),
    oro_order("trade", [oro_line("MUG-1", 1, "10.00")]),
    in_khaos("OR-trade", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), NOTHING, company="T1"),
    order("N20", "OR-trade", order_type="C", items_gross="12.00"),
)
def test_a_refund_a_cancellation_and_the_trade_shop_are_no_case(found: Results) -> None:
    for word in ("both", "gone", "trade"):
        assert rows(found, "FIN-11", word) == rows(found, "FIN-09", word) == []


@NIGHT.has(
    scayle_order("day 1", [unit("MUG-1", "12.00")]),
    note("day 1", "1.00", created_on=date(2026, 11, 18)),
    scayle_order("day 2", [unit("MUG-1", "12.00")]),
    note("day 2", "1.00", created_on=date(2026, 11, 19)),
)
def test_the_grace_runs_from_the_end_of_the_day_on_which_the_note_was_made(found: Results) -> None:
    assert rows(found, "FIN-11", "day") == [("Nday 1", "1.00", "open"), ("Nday 2", "1.00", "expected")]


@NIGHT.has(
    # by the pattern without the prefix it is the note of both shops' orders, by that with it of two of one shop
    [scayle_order(r, [unit("MUG-1", "12.00")]) for r in ("twin", "odd", "SC-odd")],
    oro_order("twin", [oro_line("MUG-1", 1, "10.00")]),
    order("N30", "RF-twin", order_type="C", items_gross="5.00"),
    order("N31", "RF-SC-odd", order_type="C", items_gross="6.00"),
)
def test_a_note_that_names_two_orders_is_told_once(found: Results) -> None:
    assert rows(found, "FIN-11", "N30") == [("N30", "5.00", "open")]
    assert rows(found, "FIN-11", "N31") == [("N31", "6.00", "open")]
    assert next(r for r in found.of("FIN-11") if r["record_key"] == "N31")["counterpart_key"] == "SC-odd"


@NIGHT.has(
    SetAside("khaos.order_lines", "Nset aside/1"), returned("set aside", "12.00", kept=1), note("set aside", "6.00")
)
def test_totals_of_a_note_do_not_rest_on_its_lines(found: Results) -> None:
    assert rows(found, "FIN-09", "set aside") == [("set aside", "-6.00", "open")]


def test_the_order_of_rows_changes_nothing(found: Results, tmp_path: Path) -> None:
    assert {"FIN-09", "FIN-11"} <= {r["code"] for r in found.rows}
    assert NIGHT.evaluate(tmp_path, seed=1).rows == found.rows
