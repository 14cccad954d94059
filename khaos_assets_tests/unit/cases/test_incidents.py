"""Cases with one cause are one incident with members; what stands by itself is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from khaos_assets.cases.incidents import Seen, cause_in_words, incidents
from khaos_assets.cases.worklist import Item
from khaos_assets.rules.basis import Basis

ITEM = Item(
    case_key="a", code="STK-01", systems="wair>khaos", record_key="MUG-01", scope="Main", field="", owner="operations",
    severity="medium", amount_gbp=Decimal("10.00"), basis=Basis.COST, side="under", since=date(2026, 11, 1),
    due_at=None, new=False, again=False, late=False, days=3,
)  # fmt: skip
SEEN = Seen(
    case_key="x", state="suppressed", code="SKU-03", systems="khaos>plytix", record_key="MUG-07", scope="", field="",
    owner="ecommerce", severity="low", amount_gbp=Decimal("5.00"), side=0, counterpart_key=None, reason=None,
    suppressed_by=None, orders=0,
)  # fmt: skip


def item(**changes: Any) -> Item:
    """A stock drift that stands, with the given changes."""
    return replace(ITEM, **changes)


def seen(**changes: Any) -> Seen:
    """A suppressed row of the night, with the given changes."""
    return replace(SEEN, **changes)


def test_a_sync_that_stopped_is_one_incident_with_the_records_it_explains() -> None:
    stopped = item(case_key="sync", code="FEED-06", systems="khaos>plytix", record_key="plytix/products")
    (found,) = incidents([stopped], [seen(case_key=k, suppressed_by="sync") for k in "xyz"])
    assert cause_in_words(found) == "FEED-06 Partial sync: plytix/products (khaos>plytix)"
    assert (len(found.standing), found.explained, found.codes) == (1, 3, ["FEED-06", "SKU-03"])


def test_several_codes_of_one_stock_code_are_one_incident() -> None:
    items = [item(), item(case_key="b", code="PIM-02", systems="plytix>khaos", owner="merchandising", severity="high")]
    (found,) = incidents([*items, item(case_key="c", record_key="CUP-02")], [])
    assert cause_in_words(found) == "Stock code MUG-01"
    assert (found.owners, found.severity) == (["merchandising", "operations"], "high")


def test_a_renamed_code_belongs_to_the_stock_code_that_it_means() -> None:
    renamed = item(case_key="r", code="SKU-05", systems="khaos>wair", record_key="MUG-OLD")
    means = seen(case_key="r", state="open", code="SKU-05", record_key="MUG-OLD", counterpart_key="MUG-01")
    (found,) = incidents([item(), renamed], [means])
    assert found.name == "MUG-01"
    assert len(found.standing) == 2


def test_one_missing_entry_of_a_mapping_is_one_incident_over_systems_with_its_orders() -> None:
    keys = {"p": "plytix>khaos", "q": "pimberly>khaos"}
    items = [item(case_key=k, code="MAP-01", systems=s, record_key="tax_code/T9") for k, s in keys.items()]
    reason = "no entry in merchant.toml under mapping.tax_labels"
    rows = [seen(case_key=k, state="open", code="MAP-01", reason=reason, orders=n) for k, n in (("p", 4), ("q", 0))]
    (found,) = incidents(items, rows)
    assert (cause_in_words(found), len(found.standing), found.orders) == ("Missing mapping tax_code/T9", 2, 4)


def test_the_same_value_that_two_tables_lack_is_two_causes() -> None:
    items = [
        item(case_key=k, code="MAP-01", systems=s, record_key="tax_code/T9") for k, s in (("p", "a>b"), ("q", "c>b"))
    ]
    rows = [
        seen(case_key=k, state="open", code="MAP-01", reason=r, orders=1) for k, r in (("p", "one"), ("q", "other"))
    ]
    assert len(incidents(items, rows)) == 2


def test_what_stands_by_itself_and_what_nobody_owes_is_no_incident() -> None:
    assert incidents([item(), item(case_key="b", code="ORD-05", record_key="W1")], []) == []
    assert incidents([item()], [seen(suppressed_by="an accepted case that stands no more")]) == []


def test_pounds_are_those_of_what_stands_by_basis_and_side_and_never_of_what_is_explained() -> None:
    items = [
        item(), item(case_key="b", amount_gbp=Decimal("-2.50")), item(case_key="c", side="over"),
        item(case_key="d", code="FIN-08", basis=Basis.PRICE, side=""), item(case_key="e", amount_gbp=None),
    ]  # fmt: skip
    (found,) = incidents(items, [seen(suppressed_by="a", amount_gbp=Decimal("900.00"))])
    assert found.pounds() == {
        (Basis.COST, "over"): Decimal("10.00"),
        (Basis.COST, "under"): Decimal("12.50"),
        (Basis.PRICE, ""): Decimal("10.00"),
    }


def test_the_severest_come_first_then_what_is_late_then_the_largest_families() -> None:
    names = ("low", "late", "many", "few")
    facts: dict[str, dict[str, Any]] = {"low": {"severity": "low"}, "late": {"late": True}}
    items = [item(case_key=n, code="ORD-05", record_key=n, **facts.get(n, {})) for n in names]
    rows = [seen(case_key=f"{n}{i}", suppressed_by=n) for n in names for i in range(5 if n == "many" else 1)]
    assert [i.name for i in incidents(items, rows)] == ["late", "many", "few", "low"]
