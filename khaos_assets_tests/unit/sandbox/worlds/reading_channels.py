"""Orders of SCAYLE and OroCommerce as their files say, in one shape: money, units per SKU, what became of them.

Written from the contracts (scayle 3.6 to 3.8, orocommerce 3.4 and 3.5) and the catalogue's terms on money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, instant

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

LONDON = ZoneInfo("Europe/London")


@dataclass
class Line:
    """All units of one SKU, or one free-form line (sku None). Without VAT, after discount."""

    sku: str | None
    units: Fraction = Fraction(0)
    net: Fraction = Fraction(0)
    discount: Fraction = Fraction(0)
    rows: int = 0
    voucher: Fraction = Fraction(0)
    parts: list[tuple[Fraction, Fraction, Fraction]] = field(default_factory=list)
    """Per row: net, gross, VAT rate."""


@dataclass
class ChannelOrder:
    """An order as its channel shows it."""

    system: str
    key: str
    market: str
    currency: str
    created: datetime
    confirmed: datetime | None
    changed: datetime
    net: Fraction
    gross: Fraction
    delivery_net: Fraction
    delivery_vat: Fraction
    lines: dict[str | None, Line]
    cancelled_at: datetime | None = None
    shipped_at: datetime | None = None
    tracking: dict[str, str] = field(default_factory=dict)
    """Number → carrier."""
    refund: str = "none"
    refunded: Fraction | None = Fraction(0)
    """Gross; None: cannot be told."""
    refunded_at: datetime | None = None
    customer: str = ""

    @property
    def items_vat(self) -> Fraction:
        return self.gross - self.net - self.delivery_vat

    @property
    def items_net(self) -> Fraction:
        return self.net - self.delivery_net

    @property
    def rows(self) -> int:
        return sum(x.rows for x in self.lines.values())

    def month(self) -> str:
        return self.created.astimezone(LONDON).strftime("%Y-%m")


def channel_orders(system: str, merchant: Record, files: NightFiles) -> dict[str, ChannelOrder]:
    """By order reference; what broke the contract is not among them."""
    rows = _scayle(files) if system == "scayle" else _oro(merchant, files)
    return {x.key: x for x in rows}


# SCAYLE


def _scayle(files: NightFiles) -> Iterator[ChannelOrder]:
    for r in files.of("scayle/orders"):
        cost, items = r["cost"], r["items"]
        live = [i for i in items if i["status"] != "cancelled"]
        delivery = [f["amount"] for f in cost["appliedFees"] if f["category"] == "delivery"]
        lines: dict[str | None, Line] = {}
        for i in live:
            line = lines.setdefault(i["variant"]["referenceKey"], Line(i["variant"]["referenceKey"]))
            p = i["price"]
            reduced = p.get("absoluteVoucherReducedPrice")
            paid = Fraction(reduced["withOutTax"] if reduced else p["withoutTax"]) / 100
            line.units, line.rows, line.net = line.units + 1, line.rows + 1, line.net + paid
            line.discount += Fraction(p["undiscountedWithOutTax"]) / 100 - paid
            line.voucher += Fraction(p["withoutTax"]) / 100 - paid
            gross = Fraction((reduced or p)["withTax"]) / 100
            line.parts.append((paid, gross, Fraction(str(p["tax"]["vat"]["rate"]))))
        order = ChannelOrder(
            system="scayle",
            key=r["referenceKey"] or str(r["id"]),
            market=f"scayle/{r['shopCountry']['shopKey']}/{r['shopCountry']['countryCode']}",
            currency=r["currencyCode"],
            created=instant(r["createdAt"]),
            confirmed=instant(r["confirmedAt"]) if r["confirmedAt"] else None,
            changed=instant(r["updatedAt"]),
            net=Fraction(cost["withoutTax"]) / 100,
            gross=Fraction(cost["withTax"]) / 100,
            delivery_net=sum((Fraction(d["withoutTax"]) for d in delivery), Fraction(0)) / 100,
            delivery_vat=sum((Fraction(d["withTax"] - d["withoutTax"]) for d in delivery), Fraction(0)) / 100,
            lines=lines,
        )
        if not live:
            order.cancelled_at = max((instant(i["cancelledAt"]) for i in items), default=order.changed)
        code = r["detailedStatus"]["order"]["code"]
        sent = [i["shippedAt"] for i in live if i["shippedAt"]]
        if code in ("order_shipped", "order_invoiced") or (live and len(sent) == len(live)):
            order.shipped_at = max((instant(t) for t in sent), default=order.changed)
        order.tracking = {p["tracking"]["id"]: p["carrierKey"] for p in r["packages"] if p["tracking"]}
        _refund(order, r, live)
        yield order


def _refund(order: ChannelOrder, r: Record, live: list[Record]) -> None:
    billing = r["detailedStatus"]["billing"]["code"]
    back = [i for i in live if i["returnedAt"]]
    if back:
        order.refund, order.refunded = ("full" if len(back) == len(live) else "part"), _paid(back)
        order.refunded_at = max(instant(i["returnedAt"]) for i in back)
    elif billing == "billing_refunded":
        order.refund, order.refunded, order.refunded_at = "full", _paid(live), order.changed
    elif billing == "billing_partially_refunded":
        order.refund, order.refunded, order.refunded_at = "part", None, order.changed


def _paid(items: list[Record]) -> Fraction:
    prices = (i["price"] for i in items)
    return sum((Fraction(p.get("absoluteVoucherReducedPrice", p)["withTax"]) for p in prices), Fraction(0)) / 100


# OroCommerce


def _oro(merchant: Record, files: NightFiles) -> Iterator[ChannelOrder]:
    units = {k: Fraction(v) for k, v in merchant["mapping"]["units"].items()}
    rows: dict[str, list[Record]] = defaultdict(list)
    for r in files.of("orocommerce/orderlineitems"):
        rows[r["relationships"]["orders"]["data"][0]["id"]].append(r["attributes"])
    vat: dict[str, list[Record]] = defaultdict(list)
    for r in files.of("orocommerce/ordersubtotals"):
        if r["attributes"]["orderSubtotalType"] == "tax":
            vat[r["relationships"]["order"]["data"]["id"]].append(r["attributes"])
    numbers: dict[str, dict[str, str]] = defaultdict(dict)
    for r in files.of("orocommerce/ordershippingtrackings"):
        for order in r["relationships"]["orders"]["data"]:
            numbers[order["id"]][r["attributes"]["number"]] = r["attributes"]["method"]
    for r in files.of("orocommerce/orders"):
        a, rel = r["attributes"], r["relationships"]
        taxes = vat[r["id"]]
        gross, tax = Fraction(a["totalValue"]), sum((Fraction(t["amount"]) for t in taxes), Fraction(0))
        shipping = a["overriddenShippingCostAmount"] or a["estimatedShippingCostAmount"] or "0"
        order = ChannelOrder(
            system="orocommerce",
            key=a["identifier"],
            market=f"orocommerce/{a['currency']}",
            currency=a["currency"],
            created=instant(a["createdAt"]),
            confirmed=instant(a["createdAt"]),
            changed=instant(a["updatedAt"]),
            net=gross - tax,
            gross=gross,
            delivery_net=Fraction(shipping) - Fraction(str(a["shippingDiscount"] or 0)),
            delivery_vat=sum((Fraction(t["amount"]) for t in taxes if t["currency"] is None), Fraction(0)),
            lines=_oro_lines(rows[r["id"]], units),
            customer=(rel["customer"]["data"] or {"id": ""})["id"],
        )
        if rel["internalStatus"]["data"]["id"] == "cancelled":
            order.cancelled_at = order.changed
        if rel["shippingStatus"]["data"]["id"] == "shipped":
            order.shipped_at = order.changed
        order.tracking = dict(numbers[r["id"]])
        yield order


def _oro_lines(rows: list[Record], units: dict[str, Fraction]) -> dict[str | None, Line]:
    lines: dict[str | None, Line] = {}
    for a in rows:
        line = lines.setdefault(a["productSku"], Line(a["productSku"]))
        net = Fraction(a["rowTotalAfterDiscountExcludingTax"])
        line.units += Fraction(str(a["quantity"])) * units[a["productUnitCode"]]
        line.net, line.rows = line.net + net, line.rows + 1
        line.discount += Fraction(a["rowTotalDiscountAmount"])
        gross = Fraction(a["rowTotalAfterDiscountIncludingTax"])
        line.parts.append((net, gross, Fraction(round((gross / net - 1) * 100), 100) if net else Fraction(0)))
    return lines


# What several codes need


def rate(night: Night, order: ChannelOrder) -> Fraction:
    """GBP for one unit of the order's currency, in the London month in which it was created."""
    if order.currency == "GBP":
        return Fraction(1)
    return Fraction(night.merchant["exchange_rates"][order.month()][order.currency])


def order_net(night: Night, order: ChannelOrder) -> Fraction:
    """GBP, not rounded."""
    return order.net * rate(night, order)


def open_net(night: Night, system: str, sku: str) -> Fraction:
    """Line net in GBP of that channel's open orders that carry a SKU; those that Khaos lacks for it (ORD-02) aside."""
    total = Fraction(0)
    for key, order in night.channel_orders.get(system, {}).items():
        khaos = night.orders.get(key)
        if khaos is not None and khaos["open"] and sku in order.lines:
            total += order.lines[sku].net * rate(night, order)
    return total


def is_after(day: datetime, start: date) -> bool:
    return day.astimezone(LONDON).date() >= start
