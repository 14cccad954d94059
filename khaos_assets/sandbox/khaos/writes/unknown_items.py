"""A line whose code fits no item: it fails the order, or `create_unknown_items` makes an item (contract khaos, 6)."""

from __future__ import annotations

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import at
from khaos_assets.sandbox.khaos.writes.outcomes import Reason, Refused


def item_for(khaos: Installation, line: Record) -> Record:
    """The item made for the line. Raises Refused where the option is off: an unmatched code fails the whole order."""
    code = at(line, "STOCK_CODE")
    if khaos.switches.take("create_unknown_items") is None:
        raise Refused(Reason.UNKNOWN_CODE, f"Stock code {code!r} is not matched")
    stamp = khaos.now.isoformat()
    item: Record = {
        "STOCK_ID": f"U{90_000_000 + len(khaos.journal.entries('khaos')) + 1}",
        "STOCK_CODE": code,
        "ASSOCIATED_REF": "",
        "STOCK_DESC": at(line, "STOCK_DESC") or code,
        "STOCK_CONTROLLED": 0,
        "DISCONTINUED": 0,
        "WEB": 0,
        "RUN_TO_ZERO": 0,
        "VAT_RATE": "20",
    }
    listed: Record = {
        "StockCode": code,
        "OtherRef": "",
        "StockDesc": item["STOCK_DESC"],
        "ParentCode": "",
        "ParentOtherRef": "",
        "LastUpdated": stamp,
        "_item_type": 0,
    }

    def create() -> None:
        if khaos.find("stock_items", "STOCK_CODE", code) is None:
            khaos.records("stock_items").append(dict(item))
            khaos.records("stock_list").append(dict(listed))
            khaos.changed("stock_items", "stock_list")

    khaos.write("ImportOrders", {"created_item": code}, create)
    return item
