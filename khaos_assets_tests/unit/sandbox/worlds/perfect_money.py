"""FIN-01 to 06, 09, 10, 11: the money of channel orders beside that of Khaos. Called by `perfect`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import Record, end_of_day
from khaos_assets_tests.unit.sandbox.worlds.reading import money_of, penny_away
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import ChannelOrder, order_net, rate

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

PENNY = Fraction(1, 100)
REFUND_GRACE = timedelta(hours=24)


@dataclass
class KhaosLine:
    """All units of one stock code on a Khaos order."""

    units: Fraction = Fraction(0)
    net: Fraction = Fraction(0)
    discount: Fraction = Fraction(0)
    rows: int = 0
    wrong_vat: Fraction = Fraction(0)
    """Its VAT beyond that at the mapped rate; with `has_wrong_rate`."""
    has_wrong_rate: bool = False


@dataclass
class Both:
    """One order on both sides, in its own currency."""

    night: Night
    channel: str
    order: ChannelOrder
    khaos: Record
    found: set[str] = field(default_factory=set)
    has_wrong_delivery: bool = False
    explained: Fraction = Fraction(0)
    """Of the difference of the totals."""

    def put(self, code: str, value: Fraction) -> None:
        gbp = value * rate(self.night, self.order)
        self.night.put(code, f"{self.channel}>khaos", self.order.key, amount=gbp)
        self.found.add(code)

    def total(self, name: str) -> tuple[Fraction, Fraction]:
        """Net and gross of ITEMS_TOTAL or DELIVERY_TOTAL."""
        entry = self.khaos["record"][name]
        return Fraction(entry["@NET_VALUE"]), Fraction(entry["#text"])


def money_codes(night: Night) -> None:
    for channel, orders in night.channel_orders.items():
        for order in orders.values():
            khaos = night.orders.get(order.key)
            if khaos is not None and order.cancelled_at is None and not khaos["cancelled"]:
                _order(Both(night, channel, order, khaos))
                _refunds(night, channel, order)


def _order(both: Both) -> None:
    night, order, khaos = both.night, both.order, both.khaos
    market = night.merchant["markets"][order.market]
    has_currency = (khaos["record"]["CURRENCY_CODE"] or "GBP") == market["currency"]
    if not has_currency or khaos["class"] != market["company_class"]:
        night.put("FIN-06", f"{both.channel}>khaos", order.key, amount=order_net(night, order))
    if not has_currency:
        return
    lines, rows = _lines(night, khaos, market), len(khaos["lines"])
    lines_allowed = PENNY * max(rows, order.rows)
    _vat_treatment(both, market, lines)
    _delivery_and_discount(both, lines, lines_allowed)
    _line_prices(both, lines)
    _tax(both)
    khaos_gross = both.total("ITEMS_TOTAL")[1] + both.total("DELIVERY_TOTAL")[1]
    off = khaos_gross - order.gross
    if abs(off) > lines_allowed + PENNY and abs(off - both.explained) > lines_allowed + PENNY:
        both.put("FIN-04", off)


def _lines(night: Night, khaos: Record, market: Record) -> dict[str, KhaosLine]:
    method = night.merchant["classes"]["arithmetic"][khaos["class"]]
    found: dict[str, KhaosLine] = defaultdict(KhaosLine)
    for x in khaos["lines"]:
        sku = x["STOCK_CODE"]
        line, money = found[sku], money_of(x, method)
        line.units, line.rows = line.units + Fraction(x["ORDER_QTY"]), line.rows + 1
        line.net, line.discount = line.net + money.net, line.discount + money.discount_net
        if not sku:
            continue
        wanted = market["tax_codes"][str(int(Fraction(night.items[sku].record["VAT_RATE"])))]
        if wanted != x["TAX_RATE"]:
            share = Fraction(night.merchant["tax_codes"][wanted]) / 100
            gross = money.net + money.vat
            right = gross - penny(gross / (1 + share)) if method == "gross" else penny(money.net * share)
            line.has_wrong_rate, line.wrong_vat = True, line.wrong_vat + money.vat - right
    return found


def penny(value: Fraction) -> Fraction:
    return Fraction(penny_away(value))


def _vat_treatment(both: Both, market: Record, lines: dict[str, KhaosLine]) -> None:
    """FIN-05."""
    wrong = {s: x for s, x in lines.items() if x.has_wrong_rate}
    net, gross = both.total("DELIVERY_TOTAL")
    share = Fraction(both.night.merchant["tax_codes"][market["delivery_tax_code"]]) / 100
    method = both.night.merchant["classes"]["arithmetic"][both.khaos["class"]]
    right = gross - penny(gross / (1 + share)) if method == "gross" else penny(net * share)
    delivery = gross - net - right if abs(gross - net - right) > PENNY else Fraction(0)
    both.has_wrong_delivery = bool(delivery)
    if wrong or delivery:
        both.put("FIN-05", sum((x.wrong_vat for x in wrong.values()), delivery))


def _delivery_and_discount(both: Both, lines: dict[str, KhaosLine], allowed: Fraction) -> None:
    """FIN-02 and FIN-03."""
    order = both.order
    off = both.total("DELIVERY_TOTAL")[0] - order.delivery_net
    if abs(off) > PENNY and not both.has_wrong_delivery:
        both.put("FIN-02", off)
        both.explained += both.total("DELIVERY_TOTAL")[1] - order.delivery_net - order.delivery_vat
    discount = sum((x.discount for x in lines.values()), Fraction(0))
    off = discount - sum((x.discount for x in order.lines.values()), Fraction(0))
    if abs(off) > allowed:
        both.put("FIN-03", off)


def _line_prices(both: Both, lines: dict[str, KhaosLine]) -> None:
    """FIN-10. The differences explain the total as well, with their VAT."""
    night, total = both.night, Fraction(0)
    sums: dict[Fraction, Fraction] = defaultdict(Fraction)
    off: dict[str, Fraction] = {}
    has_voucher = any(x.voucher for x in both.order.lines.values())
    for sku, line in both.order.lines.items():
        code = night.identity[both.channel].means(sku) if sku else None
        khaos = lines.get(code) if code else None
        if khaos is None or sku in night.non_stock or khaos.units != line.units:
            continue
        difference = khaos.net - line.net
        share = line.parts[0][2]
        sums[share] += difference
        if abs(difference) <= PENNY * max(khaos.rows, line.rows) or khaos.has_wrong_rate:
            continue
        by_discount = "FIN-03" in both.found and abs(khaos.discount - line.discount + difference) <= PENNY * line.rows
        both.explained += difference * (1 + share)
        if not by_discount:
            off[sku or ""] = difference
            total += difference
    spread = has_voucher and all(abs(x) <= PENNY * both.order.rows for x in sums.values())
    if off and not spread:
        both.put("FIN-10", total)


def _tax(both: Both) -> None:
    """FIN-01."""
    order = both.order
    net, gross = both.total("ITEMS_TOTAL")
    items = gross - net - order.items_vat
    net, gross = both.total("DELIVERY_TOTAL")
    delivery = gross - net - order.delivery_vat
    if items and {order.items_vat, order.items_vat + items} <= set(_legal_ways(order)):
        items = Fraction(0)
    explained = both.found & {"FIN-02", "FIN-03", "FIN-05", "FIN-10"}
    if (items or delivery) and not explained:
        both.put("FIN-01", items + delivery)
        both.explained += items + delivery
    elif both.found & {"FIN-05"}:
        both.explained += items + delivery


def _legal_ways(order: ChannelOrder) -> tuple[Fraction, Fraction]:
    """VAT of the channel's rows: each rounded, and their sum rounded per rate; out of gross prices on SCAYLE."""
    of = _vat_in if order.system == "scayle" else _vat_on
    sums: dict[Fraction, Fraction] = defaultdict(Fraction)
    each = Fraction(0)
    for line in order.lines.values():
        for net, gross, share in line.parts:
            amount = gross if order.system == "scayle" else net
            each += of(amount, share)
            sums[share] += amount
    return each, sum((of(amount, share) for share, amount in sums.items()), Fraction(0))


def _vat_in(gross: Fraction, share: Fraction) -> Fraction:
    return gross - penny(gross / (1 + share))


def _vat_on(net: Fraction, share: Fraction) -> Fraction:
    return penny(net * share)


def _refunds(night: Night, channel: str, order: ChannelOrder) -> None:
    """FIN-09 and FIN-11."""
    notes = night.credits[order.key]
    if channel != "scayle" or not notes:
        return
    grosses = {n["code"]: _gross(n["record"]) for n in notes}
    if order.refund == "none":
        for note in notes:
            created = end_of_day(note["record"]["DATE_CREATED"])
            _late(night, "FIN-11", note["code"], created, grosses[note["code"]] * rate(night, order))
        return
    assert order.refunded_at is not None
    if order.refunded is None:
        return
    off = sum(grosses.values(), Fraction(0)) - order.refunded
    delivery = order.delivery_net + order.delivery_vat
    rows = max(sum(len(n["lines"]) for n in notes), 1)
    if abs(off) > PENNY * rows and not (order.refund == "full" and off == delivery):
        _late(night, "FIN-09", order.key, order.refunded_at, off * rate(night, order))


def _gross(record: Record) -> Fraction:
    return sum((Fraction(record[t]["#text"]) for t in ("ITEMS_TOTAL", "DELIVERY_TOTAL")), Fraction(0))


def _late(night: Night, code: str, key: str, since: datetime, amount: Fraction) -> None:
    state = "open" if since < night.files.as_of - REFUND_GRACE else "expected"
    night.put(code, "scayle>khaos", key, amount=amount, state=state)
