"""ORD-01 to 04, 07 to 13, 18: channel orders beside those of Khaos and dispatches of WAIR. Called by `perfect`."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import Record, as_list, end_of_day, invoices
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import ChannelOrder, is_after, order_net, rate

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

ORDER_GRACE, DISPATCH_GRACE, TRACKING_GRACE = timedelta(hours=1), timedelta(hours=1), timedelta(hours=2)
REFUND_GRACE, IMPORT_WINDOW = timedelta(hours=24), timedelta(days=92)
STUCK_DAYS = STUCK_NIGHTS = 2
PICKING = {"12", "13", "14", "15", "16", "70", "71"}
ISSUED, WAITING_DATE, TERMS_HOLD = {"70", "71", "72", "73"}, {"17"}, {"21"}
MONEY = ("FIN-01", "FIN-02", "FIN-03", "FIN-04", "FIN-05", "FIN-06", "FIN-09", "FIN-10")
EXPLAINED_BY_CANCELLATION = ("ORD-07", "ORD-11", "ORD-12", "ORD-13", "ORD-18", *MONEY)


def order_codes(night: Night) -> None:
    Orders(night).codes()


class Orders:
    """One night's orders, channel by channel."""

    def __init__(self, night: Night) -> None:
        self.night, self.as_of = night, night.files.as_of
        self.gone: dict[str, Fraction] = defaultdict(Fraction)
        """Units that WAIR dispatched per order."""
        self.wair: dict[str, dict[str, str]] = defaultdict(dict)
        """Per order: tracking number → carrier service."""
        for d in night.files.records.get("wair/dispatches", []):
            key = night.key_of(d["orderReference"])
            self.gone[key] += sum((Fraction(str(x["quantity"])) for x in d["lines"]), Fraction(0))
            if d["lines"] and d["trackingNumber"]:
                self.wair[key][d["trackingNumber"]] = d["carrierService"]

    def codes(self) -> None:
        for channel, orders in self.night.channel_orders.items():
            for order in orders.values():
                khaos = self.night.orders.get(order.key)
                if khaos is None:
                    self._missing(channel, order)
                elif order.cancelled_at is not None:
                    self._cancelled(channel, order, khaos)
                elif not khaos["cancelled"]:
                    self._compare(channel, order, khaos)
        for key, khaos in self.night.orders.items():
            self._of_khaos(key, khaos)

    def put(self, code: str, systems: str, key: str, *, due: datetime, amount: Fraction | None) -> None:
        """`due`: when its grace is over."""
        self.night.put(code, systems, key, amount=amount, state="open" if due < self.as_of else "expected")

    # Only on the channel

    def _missing(self, channel: str, order: ChannelOrder) -> None:
        night, start = self.night, self.night.merchant["channels"][channel]["start"]
        known = night.prefixes[channel] + order.key in night.references
        if known or order.cancelled_at is not None or order.confirmed is None:
            return
        if not is_after(order.created, start) or order.created < self.as_of - IMPORT_WINDOW:
            return
        unknown = [s for s in order.lines if s is not None and s not in night.known | night.non_stock]
        code = "ORD-02" if unknown else "ORD-01"
        due = order.confirmed + ORDER_GRACE
        self.put(code, f"{channel}>khaos", order.key, due=due, amount=order_net(night, order))

    # Cancelled on the channel

    def _cancelled(self, channel: str, order: ChannelOrder, khaos: Record) -> None:
        sent, gone = any(khaos["sent"].values()), bool(self.gone[order.key])
        picking = not khaos["cancelled"] and bool(PICKING & set(stages(khaos).values()))
        amount, systems = order_net(self.night, order), f"{channel}>khaos"
        if khaos["open"] and not (picking or sent or gone):
            assert order.cancelled_at is not None
            self.put("ORD-09", systems, order.key, due=order.cancelled_at + ORDER_GRACE, amount=amount)
        elif (picking or sent or gone) and not self.night.credits[order.key]:
            self.night.put("ORD-10", systems, order.key, amount=amount)
        else:
            return
        self.night.suppress("ORD-05", "wair>khaos", order.key)
        for code in EXPLAINED_BY_CANCELLATION:
            for pair in (systems, f"khaos>{channel}"):
                self.night.suppress(code, pair, order.key)

    # On both sides

    def _compare(self, channel: str, order: ChannelOrder, khaos: Record) -> None:
        night, pair = self.night, f"khaos>{channel}"
        amount = order_net(night, order)
        numbers = khaos_tracking(khaos)
        for extra in night.extras[order.key]:
            numbers |= khaos_tracking(extra)
        expected = self.wair[order.key] or numbers
        if khaos["record"]["COMPLETE"] == "-1" and khaos["sent"]:
            sent_on = max(end_of_day(i["@SHIP_DATE"]) for i in invoices(khaos["record"]) if i["@SHIP_DATE"])
            lacks_number = not order.tracking and (numbers or self.wair[order.key])
            if order.shipped_at is None or lacks_number:
                self.put("ORD-07", pair, order.key, due=sent_on + TRACKING_GRACE, amount=None)
        if order.tracking and expected:
            self._tracking(pair, order.key, expected, order.tracking)
        nothing_sent = "wair" in night.systems and not any(khaos["sent"].values()) and not self.gone[order.key]
        if order.shipped_at is not None and nothing_sent:
            self.put("ORD-18", pair, order.key, due=order.shipped_at + DISPATCH_GRACE, amount=amount)
        self._amendment(channel, order, khaos)
        if channel == "scayle" and order.refund != "none" and not night.credits[order.key]:
            assert order.refunded_at is not None
            paid = None if order.refunded is None else order.refunded * rate(night, order)
            self.put("ORD-12", f"{channel}>khaos", order.key, due=order.refunded_at + REFUND_GRACE, amount=paid)

    def _tracking(self, pair: str, key: str, expected: dict[str, str], shown: dict[str, str]) -> None:
        for number, carrier in expected.items():
            if number not in shown or not self._is_same_carrier(carrier, shown[number]):
                self.night.put("ORD-08", pair, key, number)

    def _is_same_carrier(self, one: str, other: str) -> bool:
        """In Khaos's words; what is empty or not mapped is not compared."""
        couriers: dict[str, str] = self.night.merchant["mapping"]["couriers"]
        words = [x if x in couriers.values() else couriers.get(x, "") for x in (one, other)]
        return "" in words or words[0] == words[1]

    def _amendment(self, channel: str, order: ChannelOrder, khaos: Record) -> None:
        """ORD-11."""
        night = self.night
        units: dict[str, Fraction] = defaultdict(Fraction)
        nets: dict[str, Fraction] = {}
        for sku, line in order.lines.items():
            if sku is not None and sku not in night.non_stock:
                code = night.identity[channel].means(sku)
                units[code] -= line.units
                nets[code] = line.net / line.units
        for line in khaos["lines"]:
            sku = line["STOCK_CODE"]
            if sku and sku not in night.non_stock and not line.get("PACK_SORT_ORDER", "").endswith(".002"):
                units[sku] += Fraction(line["ORDER_QTY"])
        off = {sku: q for sku, q in units.items() if q}
        if not off:
            return
        by_channel = sum((q * nets[s] for s, q in off.items() if s in nets), Fraction(0)) * rate(night, order)
        by_khaos = (night.line_net(khaos, {s: abs(q)}) * (1 if q > 0 else -1) for s, q in off.items() if s not in nets)
        amount = abs(by_channel + sum(by_khaos, Fraction(0)))
        self.put("ORD-11", f"{channel}>khaos", order.key, due=order.changed + ORDER_GRACE, amount=amount)
        for code in ("FIN-01", "FIN-02", "FIN-03", "FIN-04", "FIN-10"):
            night.suppress(code, f"{channel}>khaos", order.key)

    # In Khaos, with a channel or without

    def _of_khaos(self, key: str, khaos: Record) -> None:
        night, channel = self.night, self.night.channel_of(khaos["full"])
        extras = [o for o in night.extras[key] if not o["cancelled"]]
        if channel and extras and not khaos["cancelled"]:
            night.put("ORD-03", f"{channel}>khaos", key, amount=sum((khaos_net(o) for o in extras), Fraction(0)))
        if channel and key not in night.channel_orders[channel] and not khaos["cancelled"]:
            commercial = khaos["class"] not in night.merchant["classes"]["non_commercial"]
            if commercial and khaos["created"] >= night.merchant["channels"][channel]["start"]:
                night.put("ORD-04", f"{channel}>khaos", khaos["full"], amount=khaos_net(khaos))
        numbers = khaos_tracking(khaos)
        if numbers and self.wair[key]:
            self._tracking("wair>khaos", key, self.wair[key], numbers)
        if khaos["open"]:
            self._stuck(key, khaos, channel)

    def _stuck(self, key: str, khaos: Record, channel: str) -> None:
        """ORD-13. An invoice that is issued is not stuck."""
        night = self.night
        order = night.channel_orders.get(channel, {}).get(key)
        if night.before is None or khaos["created"] > date.fromisoformat(night.files.date) - timedelta(days=STUCK_DAYS):
            return
        before = night.before.by_code.get(khaos["code"])
        waiting = {k: s for k, s in stages(khaos).items() if s not in ISSUED}
        same = any(before is not None and stages(before).get(k) == s for k, s in waiting.items())
        account = night.company_info[khaos["account"]]
        held = bool(TERMS_HOLD & set(waiting.values())) or account["CreditStop"] or account["OrdersHeld"]
        in_progress = order is None or (order.cancelled_at is None and order.shipped_at is None)
        if WAITING_DATE & set(waiting.values()) or not (same or (held and in_progress)):
            return
        amount = order_net(night, order) if order is not None else khaos_net(khaos)
        night.put("ORD-13", f"khaos>{channel}" if order is not None else "khaos", key, amount=amount)
        if ("ORD-05", "wair>khaos", key, "") in night.found:
            night.suppress("ORD-13", f"khaos>{channel}" if order is not None else "khaos", key)


def stages(khaos: Record) -> dict[str, str]:
    return {i["@INVOICE_CODE"]: i["@INVOICE_STAGE_ID"] for i in invoices(khaos["record"])}


def khaos_tracking(khaos: Record) -> dict[str, str]:
    """Consignment number → courier, of invoices and of parcels in them."""
    found: dict[str, str] = {}
    for invoice in invoices(khaos["record"]):
        for x in (invoice, *as_list(invoice.get("BOX"))):
            if x["@CONSIGNMENT_REF"]:
                found[x["@CONSIGNMENT_REF"]] = x["@COURIER"]
    return found


def khaos_net(khaos: Record) -> Fraction:
    """GBP, as Khaos has it."""
    totals = (khaos["record"][n]["@NET_VALUE"] for n in ("ITEMS_TOTAL", "DELIVERY_TOTAL"))
    return sum((Fraction(t) for t in totals), Fraction(0)) * khaos["rate"]
