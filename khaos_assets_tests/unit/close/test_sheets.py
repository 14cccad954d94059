"""What October's sheets say of things whose truth is known: one order, refund or stock figure of each kind."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from khaos_assets.close.journals import balanced
from khaos_assets.close.pack import Pack
from khaos_assets.config.night import LONDON
from khaos_assets_tests.unit.close.months_by_hand import rows


def of(pack: Pack, sheet: str, **wanted: object) -> dict[str, Any]:
    """The only row of a sheet with these values."""
    found = rows(pack.sheets[sheet], **wanted)
    assert len(found) == 1, f"{sheet} {wanted}: {found}"
    return found[0]


def references(pack: Pack, sheet: str) -> list[str]:
    return sorted(r["reference"] for r in pack.sheets[sheet].table.to_pylist())


def test_goods_that_left_in_the_last_minute_and_are_not_invoiced_are_revenue_not_recognised(
    october_pack: Pack,
) -> None:
    row = of(october_pack, "dispatched_open", reference="gone")
    assert (row["units"], row["net_gbp"], row["vat_gbp"], row["cost_gbp"]) == (2, 20, 4, 5)
    assert (row["dispatched_on"], row["days"], row["why"]) == (date(2026, 10, 31), 0, "not invoiced")
    assert row["codes"] == "ORD-05"


def test_what_leaves_in_the_first_minute_of_the_next_month_is_not_in_this_one(october_pack: Pack) -> None:
    assert "tomorrow" not in references(october_pack, "dispatched_open")


def test_goods_invoiced_a_day_later_are_on_the_wrong_side_of_the_months_end(october_pack: Pack) -> None:
    assert of(october_pack, "dispatched_open", reference="crossing")["why"] == "invoiced after the period"
    row = of(october_pack, "cut_off", reference="crossing")
    assert (row["what"], row["units"], row["net_gbp"]) == ("sent in the period, invoiced after", 2, 20)


def test_an_invoice_before_its_goods_left_is_revenue_too_early(october_pack: Pack) -> None:
    row = of(october_pack, "invoiced_not_dispatched", reference="early bill")
    assert (row["units"], row["net_gbp"], row["why"]) == (4, 40, "dispatched after the period")
    assert of(october_pack, "cut_off", reference="early bill")["what"] == "invoiced in the period, sent after"
    assert of(october_pack, "invoiced_not_dispatched", reference="never sent")["why"] == "not dispatched"


def test_a_dispatch_of_no_known_order_is_told_without_a_value(october_pack: Pack) -> None:
    row = of(october_pack, "dispatched_open", reference="nobody's")
    assert (row["why"], row["units"], row["net_gbp"], row["cost_gbp"]) == ("not in Khaos", 1, None, Decimal("2.50"))


def test_what_is_in_order_voided_named_twice_or_for_staff_is_in_no_sheet_of_goods(october_pack: Pack) -> None:
    found = {r for s in ("dispatched_open", "invoiced_not_dispatched", "cut_off") for r in references(october_pack, s)}
    assert not found & {"in order", "voided", "twice", "staff", "late"}


def test_money_in_advance_is_owed_until_the_goods_have_gone(october_pack: Pack) -> None:
    waiting = of(october_pack, "paid_not_dispatched", reference="P1")
    assert (waiting["units"], waiting["net_gbp"], waiting["vat_gbp"], waiting["days"]) == (2, 20, 4, 1)
    partly = of(october_pack, "paid_not_dispatched", reference="P3")
    assert (partly["units_ordered"], partly["units"], partly["net_gbp"]) == (3, 2, 20)
    assert not {"P2", "P4", "P5", "R1", "R2"} & set(references(october_pack, "paid_not_dispatched"))


def test_of_a_pack_as_many_have_gone_as_its_components_make(october_pack: Pack) -> None:
    row = of(october_pack, "paid_not_dispatched", reference="P6")
    assert (row["sku"], row["units_ordered"], row["units"], row["net_gbp"]) == ("SET-1", 3, 1, 25)


def test_refunds_stand_beside_the_credit_notes_of_their_orders(october_pack: Pack) -> None:
    told = {r["reference"]: (r["why"], r["difference_gbp"]) for r in october_pack.sheets["refunds"].table.to_pylist()}
    assert told == {
        "R1": ("refunded, no credit note", -12),
        "R2": ("agree", 0),
        "R3": ("differ", -6),
        "X1": ("credited, no refund", 8),
    }


def test_vat_is_told_by_rate_market_and_tax_point_credit_notes_and_delivery_apart(october_pack: Pack) -> None:
    home = of(october_pack, "vat", what="goods", tax_point=date(2026, 10, 20), market="home")
    assert (home["vat_percent"], home["net_gbp"], home["vat_gbp"], home["difference_gbp"]) == (20, 60, 12, 0)
    delivery = of(october_pack, "vat", what="delivery")
    assert (delivery["vat_percent"], delivery["net_gbp"], delivery["vat_gbp"]) == (20, 5, 1)
    notes = of(october_pack, "vat", what="credit note", country="GB")
    assert (notes["market"], notes["net_gbp"], notes["vat_gbp"]) == ("scayle/hl/GB", -15, -3)


def test_a_zero_rated_export_without_a_parcel_number_has_no_evidence(october_pack: Pack) -> None:
    row = of(october_pack, "vat", what="goods", market="scayle/hl/DE")
    assert (row["export"], row["net_gbp"], row["vat_gbp"], row["without_evidence_gbp"]) == (True, 16, 0, 8)


def test_a_credit_note_for_goods_sent_abroad_wants_no_evidence(october_pack: Pack) -> None:
    row = of(october_pack, "vat", what="credit note", market="scayle/hl/DE")
    assert (row["export"], row["net_gbp"], row["without_evidence_gbp"]) == (True, -8, 0)


def test_sales_of_a_channel_are_compared_measure_by_measure_in_pounds(october_pack: Pack) -> None:
    net = of(october_pack, "sales_by_channel", market="scayle/hl/DE", measure="net")
    assert (net["channel_gbp"], net["khaos_gbp"], net["difference_gbp"]) == (16, 16, 0)  # 20 euros at 0.80
    refunds = of(october_pack, "sales_by_channel", market="scayle/hl/GB", measure="refunds")
    assert (refunds["channel_gbp"], refunds["khaos_gbp"], refunds["difference_gbp"]) == (48, 18, -30)


def test_stock_that_moved_without_a_record_is_its_own_figure_and_never_a_plug(october_pack: Pack) -> None:
    moved = of(october_pack, "roll_forward", system="wair", sku="MOVED-1")
    assert (moved["opening_units"], moved["received_units"], moved["closing_units"]) == (10, 3, 13)
    assert moved["unexplained_units"] == 0
    lost = of(october_pack, "roll_forward", system="wair", sku="LOST-1")
    assert (lost["expected_units"], lost["closing_units"]) == (10, 8)
    assert (lost["unexplained_units"], lost["unexplained_gbp"]) == (-2, -5)


def test_the_first_month_is_seeded_and_says_so(october_pack: Pack) -> None:
    assert "seeded with the stock of the night 2026-10-01" in october_pack.opening_source


def test_stock_is_valued_on_both_sides_at_the_same_cost(october_pack: Pack) -> None:
    row = of(october_pack, "valuation", sku="LOST-1")
    assert (row["khaos_units"], row["wair_units"], row["difference_units"]) == (10, 8, 2)
    assert (row["khaos_gbp"], row["wair_gbp"], row["difference_gbp"]) == (25, 20, 5)


def test_records_of_the_month_that_were_changed_after_it_are_shown_apart(october_pack: Pack) -> None:
    row = of(october_pack, "late", record="D-late")
    assert (row["what"], row["reference"]) == ("dispatch", "late")
    assert row["changed_at"].astimezone(LONDON) > datetime(2026, 11, 1, tzinfo=LONDON)


def test_journals_balance_and_timing_differences_reverse_on_the_first(october_pack: Pack) -> None:
    lines = october_pack.journals
    assert balanced(list(lines))
    income = [x for x in lines if x.text == "Goods dispatched, not invoiced: income"]
    assert [(x.account, x.nominal, x.debit, x.credit) for x in income] == [
        ("accrued_income", "", 60, None),
        ("sales", "4000", None, 60),
    ]
    assert {x.reverses_on for x in income} == {date(2026, 11, 1)}
    assert {x.reverses_on for x in lines if "Refunds" in x.text} == {None}


def test_the_first_page_tells_over_and_under_apart_and_what_is_material(october_pack: Pack) -> None:
    told = {a.question.asks: a for a in october_pack.answers}
    gone = told["Goods gone, revenue not recognised"]
    assert (gone.over.rows, gone.over.gbp, gone.under.gbp) == (4, 60, 0)
    assert gone.over.material_gbp == 0  # no row comes to fifty pounds
    refunds = told["Credit notes beyond refunds"]
    assert (refunds.over.gbp, refunds.under.rows, refunds.under.gbp) == (8, 2, 18)
