"""Somebody works in the installation while it is read."""

from __future__ import annotations

import pytest

from khaos_assets_tests.integration.systems.khaos import shop
from khaos_assets_tests.integration.systems.khaos.conftest import Misbehave
from khaos_assets_tests.integration.systems.khaos.reading import take


def _change(
    entity: str = "stock_items", method: str = "ExportStock", after: int = 3, **what: object
) -> dict[str, object]:
    return {"switch": "change_during_read", "entity": entity, "method": method, "after": after, **what}


def test_an_item_that_comes_while_reading_is_read_too(own_shop: Misbehave) -> None:
    taken = take(own_shop(_change(add=["NEW-1"])), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE"
    assert taken.keys("stock_items", "stock_code") == {*shop.CODES, shop.STYLE, *shop.CHILDREN, "07 1/2 ÄÖ", "NEW-1"}


def test_an_item_that_goes_while_reading_is_gone(own_shop: Misbehave) -> None:
    taken = take(own_shop(_change(remove=["ITEM-002"])), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE"
    assert "ITEM-002" not in taken.keys("stock_items", "stock_code")
    assert len(taken.rows("stock_items")) == 133


def test_an_item_that_gets_another_code_while_reading_is_read_under_the_new_one(own_shop: Misbehave) -> None:
    taken = take(own_shop(_change(recode={"ITEM-120": "ITEM-120-NEW"})), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE"
    codes = {i.stock_id: i.stock_code for i in taken.rows("stock_items")}
    assert (codes["IDITEM-120_"], len(codes)) == ("ITEM-120-NEW", 134)


def test_an_item_edited_while_reading_is_read_in_its_new_state(own_shop: Misbehave) -> None:
    edit = [{"code": "ITEM-001", "field": "SAFE_LEVEL", "value": "9"}]
    taken = take(own_shop(_change(edit=edit)), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE"
    assert next(i.safe_level for i in taken.rows("stock_items") if i.stock_code == "ITEM-001") == 9


def test_an_edit_that_moves_no_stamp_loses_no_item(own_shop: Misbehave) -> None:
    edit = [{"code": "ITEM-001", "field": "SAFE_LEVEL", "value": "9"}]
    fault = _change(edit=edit) | {"switch": "stale_last_updated"}
    taken = take(own_shop(fault), "stock_items")["stock_items"]
    assert (taken.verdict, len(taken.rows("stock_items"))) == ("COMPLETE", 134)


def test_an_installation_that_never_rests_is_not_called_complete(own_shop: Misbehave) -> None:
    # Before each further taking of the four key lists an item is added.
    faults = [_change(method="GetStockList", after=3 if n else 4, count=1, add=[f"NEW-{n}"]) for n in range(4)]
    taken = take(own_shop(*faults), "stock_items")["stock_items"]
    assert "changed_during_read" in taken.faults
    assert set(shop.CODES) <= taken.keys("stock_items", "stock_code")


def test_a_customer_that_comes_while_reading_is_read_too(own_shop: Misbehave) -> None:
    fault = _change("customers", "ExportCompany", 1, add=["C0099"])
    taken = take(own_shop(fault), "customers")["customers"]
    assert (taken.verdict, len(taken.rows("customers"))) == ("COMPLETE", 8)


def test_an_order_that_moves_on_while_reading_is_read_in_its_new_state(own_shop: Misbehave) -> None:
    edit = [{"code": "SO00002", "field": "QTY_ASSIGNED", "value": "1"}]
    fault = _change("sales_orders", "ExportOrderStatusEx", 12, edit=edit)
    taken = take(own_shop(fault), "sales_orders")["sales_orders"]
    assert taken.verdict == "COMPLETE"
    assert next(o.qty_assigned for o in taken.rows("sales_orders") if o.sorder_code == "SO00002") == 1


def test_a_code_with_a_comma_is_set_aside_since_it_cannot_be_asked_for(own_shop: Misbehave) -> None:
    records = shop.records()
    comma = dict(records["khaos/stock_list"][0]) | {"StockCode": "BOLT 1,5"}
    sandbox = own_shop(stock_list=[*records["khaos/stock_list"], comma])
    for entity in ("stock_items", "stock_levels"):
        taken = take(sandbox, entity)[entity]
        assert taken.verdict == "COMPLETE_WITH_QUARANTINE"
        assert [(q.key, q.field) for q in taken.decoded.quarantined] == [("BOLT 1,5", "STOCK_CODE")]


def test_an_identity_with_two_contents_is_set_aside(own_shop: Misbehave) -> None:
    records = shop.records()
    other = dict(records["khaos/stock_items"][4]) | {"STOCK_DESC": "Something else"}
    taken = take(own_shop(stock_items=[*records["khaos/stock_items"], other]), "stock_items")["stock_items"]
    assert taken.verdict == "COMPLETE_WITH_QUARANTINE"
    (quarantined,) = taken.decoded.quarantined
    assert (quarantined.key, quarantined.reason) == ("ITEM-005", "one identity with two contents")


def test_an_item_that_stands_in_no_export_is_told_by_its_code(own_shop: Misbehave) -> None:
    records = shop.records()
    taken = take(own_shop(stock_items=records["khaos/stock_items"][1:]), "stock_items")["stock_items"]
    assert taken.faults == ["not_exported"]


def test_a_code_the_list_lost_since_the_last_snapshot_is_told(own_shop: Misbehave) -> None:
    records = shop.records()
    sandbox = own_shop(stock_list=records["khaos/stock_list"][1:])
    taken = take(sandbox, "stock_items", earlier={"stock_items": shop.CODES})["stock_items"]
    assert taken.faults == ["unlisted_code"]


@pytest.mark.parametrize("parent", ["NO-SUCH-STYLE", "ITEM-001"])
def test_a_child_whose_parent_is_not_listed_as_one_makes_the_picture_incomplete(
    own_shop: Misbehave, parent: str
) -> None:
    listed = shop.records()["khaos/stock_list"]
    orphan = [r | {"ParentCode": parent} if r["StockCode"] == shop.CHILDREN[0] else r for r in listed]
    taken = take(own_shop(stock_list=orphan), "stock_items")["stock_items"]
    assert taken.faults == ["parent_lists_disagree"]
