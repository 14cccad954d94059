"""What the systems of the merchant show on the nights that open and close October: one thing of each kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from khaos_assets_tests.planted_channels import GOODS, in_khaos
from khaos_assets_tests.planted_records import (
    customer,
    dispatch,
    invoice,
    line,
    order,
    pack,
    stocked,
    transfer,
    wair_item,
)
from khaos_assets_tests.planted_scayle import scayle_order, scayle_shop, scayle_variant, unit

OPENS, CLOSES = date(2026, 10, 1), date(2026, 11, 1)


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


LAST_MINUTE = at(31, 23, 59)
"""London keeps UTC again by then."""
FIRST_MINUTE = at(1, 0, 0, month=11)


def trade(code: str, quantity: int, *, sent: int = 0, on: date | None = None, **fields: Any) -> list[Any]:
    """A telephone order of MUG-1 at 12.00 gross, 10.00 net a piece; Khaos shows units sent on a day."""
    invoices = [invoice({"MUG-1": sent}, shipped_on=on, code=f"INV-{code}")] if sent else []
    given: dict[str, Any] = {"created_on": date(2026, 10, 12), "complete": sent >= quantity, "invoices": invoices}
    return order(f"SO-{code}", code, [line("MUG-1", quantity, net="10.00")], **given | fields)


GONE_NOT_INVOICED = [trade("gone", 3), dispatch("D-gone", "gone", {"MUG-1": 2}, at=LAST_MINUTE)]
GONE_AFTER = [trade("tomorrow", 3), dispatch("D-tomorrow", "tomorrow", {"MUG-1": 3}, at=FIRST_MINUTE)]
INVOICED_AFTER = [
    trade("crossing", 2, sent=2, on=date(2026, 11, 1)),
    dispatch("D-crossing", "crossing", {"MUG-1": 2}, at=at(31, 12)),
]
SENT_AFTER = [
    trade("early bill", 4, sent=4, on=date(2026, 10, 31)),
    dispatch("D-early", "early bill", {"MUG-1": 4}, at=at(1, 1, month=11)),
]
NEVER_SENT = trade("never sent", 1, sent=1, on=date(2026, 10, 20))
IN_ORDER = [
    trade("in order", 5, sent=5, on=date(2026, 10, 20), delivery_net="5.00", delivery_gross="6.00"),
    dispatch("D-order", "in order", {"MUG-1": 5}, at=at(20, 12)),
]
UNKNOWN = dispatch("D-unknown", "nobody's", {"MUG-1": 1}, at=at(15, 9))
VOIDED = [trade("voided", 1), dispatch("D-void", "voided", {}, at=at(15, 9))]
TWICE = [
    trade("twice", 1, sent=1, on=date(2026, 10, 15)),
    dispatch("D-twice-1", "twice", {"MUG-1": 1}, at=at(15, 9), tracking="SAME"),
    dispatch("D-twice-2", "twice", {"MUG-1": 1}, at=at(15, 10), tracking="SAME"),
]
STAFF = [
    customer("C9", company_class="Test"),
    trade("staff", 2, company="C9"),
    dispatch("D-staff", "staff", {"MUG-1": 2}, at=at(15, 9)),
]
KNOWN_LATE = [
    trade("late", 1, sent=1, on=date(2026, 10, 30)),
    replace(dispatch("D-late", "late", {"MUG-1": 1}, at=at(30, 9)), updated_at=at(1, 1, month=11)),
]


def paid(reference: str, placed: datetime, units: int = 1, **fields: Any) -> list[Any]:
    """An order of SCAYLE for MUG-1 at 12.00 gross, open in Khaos."""
    return [
        scayle_order(reference, [unit("MUG-1", "12.00", status="open")] * units, at=placed, **fields),
        in_khaos(f"SC-{reference}", [("MUG-1", units, "12.00")], (10 * units, 12 * units), created_on=placed.date()),
    ]


PAID_WAITING = paid("P1", at(30, 8), 2)
PAID_GONE = [paid("P2", at(20, 8)), dispatch("D-P2", "SC-P2", {"MUG-1": 1}, at=at(21, 8))]
PAID_PARTLY = [paid("P3", at(20, 8), 3), dispatch("D-P3", "SC-P3", {"MUG-1": 1}, at=at(21, 8))]
PAID_IN_NOVEMBER = paid("P4", at(1, 0, 30, month=11))
PAID_CANCELLED = scayle_order(
    "P5", [unit("MUG-1", "12.00", status="cancelled")], status="cancellation_completed", at=at(20, 8)
)
PAID_PACK = [
    pack("SET-1", {"MUG-1": 2, "CUP-1": 1}),
    scayle_variant("SET-1"),
    scayle_order("P6", [unit("SET-1", "30.00", status="open")] * 3, at=at(20, 8)),
    in_khaos(
        "SC-P6",
        [("SET-1", 3, "30.00"), ("MUG-1", 6, "0.00"), ("CUP-1", 3, "0.00")],
        ("75.00", "90.00"),
        created_on=date(2026, 10, 20),
    ),
    # Two whole sets have gone, and a mug of the third
    dispatch("D-P6", "SC-P6", {"MUG-1": 5, "CUP-1": 2}, at=at(21, 8)),
]


def abroad(reference: str, *, parcel: bool) -> list[Any]:
    """An order from Germany, 10.00 euros without VAT, invoiced in October."""
    found: list[Any] = [
        scayle_order(
            reference, [unit("MUG-1", "10.00", percent=0)], country="DE", currency="EUR", at=at(10, 8)
        ),
        in_khaos(
            f"SC-{reference}", [line("MUG-1", 1, net="10.00", tax_code=2)], (10, 10), created_on=date(2026, 10, 10),
            currency="EUR", complete=True,
            invoices=[invoice({"MUG-1": 1}, shipped_on=date(2026, 10, 11), code=f"INV-{reference}")],
        ),
    ]  # fmt: skip
    number = "" if parcel else None
    return [*found, dispatch(f"D-{reference}", f"SC-{reference}", {"MUG-1": 1}, at=at(11, 8), tracking=number)]


EXPORTED, EXPORTED_BARE = abroad("X1", parcel=True), abroad("X2", parcel=False)
CREDITED_ABROAD = order(
    "CN-X1", "SC-X1", [line("MUG-1", 1, net="10.00", tax_code=2)], order_type="C", items_net=10, items_gross=10,
    currency="EUR", created_on=date(2026, 10, 28), complete=True,
)  # fmt: skip


def refunded(reference: str, back: datetime, note: str | None, *, noted: date = date(2026, 10, 25)) -> list[Any]:
    """An order of which the one unit came back; `note`: what Khaos credits, gross."""
    found: list[Any] = [
        scayle_order(
            reference, [unit("MUG-1", "12.00", status="returned", returned_at=back)], at=at(2, 8), changed=back,
        ),
        in_khaos(f"SC-{reference}", [("MUG-1", 1, "12.00")], (10, 12), complete=True),
    ]  # fmt: skip
    if note is not None:
        net = Decimal(note) / Decimal("1.2")
        lines = [line("MUG-1", 1, net=net)]
        totals = {"items_net": net, "items_gross": Decimal(note), "created_on": noted, "complete": True}
        found += order(f"CN-{reference}", f"SC-{reference}", lines, order_type="C", **totals)
    return found


REFUND_WITHOUT_NOTE = refunded("R1", at(24, 9), None)
REFUND_AGREES = refunded("R2", at(24, 9), "12.00")
REFUND_DIFFERS = refunded("R3", at(24, 9), "6.00")
REFUND_IN_NOVEMBER = refunded("R4", at(1, 1, month=11), None)

STOCK_THEN = [
    stocked("MUG-1", 100), stocked("STILL-1", 7), stocked("LOST-1", 10), stocked("MOVED-1", 10),
]  # fmt: skip
STOCK_NOW = [
    # In WAIR 91 mugs went out of L1 in October and the first hours of November; nobody knows of the other nine
    stocked("MUG-1", 100, 91),
    stocked("STILL-1", 7),
    stocked("LOST-1", 10, 8),
    stocked("MOVED-1", 10, 13),
    transfer("T1", "MOVED-1", 3, received=3, origin="L9", goal="L1", at=at(14, 9)),
]
SHARED = [*GOODS[1:], wair_item("CUP-1"), scayle_shop(), scayle_shop("DE"), scayle_variant("MUG-1")]

OPENING = [*SHARED, STOCK_THEN]
CLOSING = [
    *SHARED, STOCK_NOW, GONE_NOT_INVOICED, GONE_AFTER, INVOICED_AFTER, SENT_AFTER, NEVER_SENT, IN_ORDER, UNKNOWN,
    VOIDED, TWICE, STAFF, KNOWN_LATE, PAID_WAITING, PAID_GONE, PAID_PARTLY, PAID_IN_NOVEMBER, PAID_CANCELLED,
    PAID_PACK, EXPORTED, EXPORTED_BARE, REFUND_WITHOUT_NOTE, REFUND_AGREES, REFUND_DIFFERS, REFUND_IN_NOVEMBER,
    CREDITED_ABROAD,
]  # fmt: skip
