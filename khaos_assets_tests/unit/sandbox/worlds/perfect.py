"""A slow and simple reading of the exception catalogue over a world's files: what a perfect product reports.

Written from the catalogue, not from the world maker; it is how the tests know that truth.ndjson is true, that nothing
else differs, and that the amounts are those of the catalogue's definitions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from khaos_assets_tests.unit.sandbox.worlds.files import NightFiles, Record, end_of_day, instant, invoices
from khaos_assets_tests.unit.sandbox.worlds.perfect_accounts import account_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_feeds import feed_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_goods import goods_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_items import Identity, Spellings, identify, missing
from khaos_assets_tests.unit.sandbox.worlds.perfect_list_prices import list_price_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_maps import map_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_money import money_codes
from khaos_assets_tests.unit.sandbox.worlds.perfect_orders import order_codes
from khaos_assets_tests.unit.sandbox.worlds.reading import Item, Reading
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import open_net
from khaos_assets_tests.unit.sandbox.worlds.reading_goods import Product

Key = tuple[str, ...]
HOUR = timedelta(hours=1)


@dataclass
class Found:
    units: Fraction | None = None
    amount: Fraction | None = None
    state: str = "open"
    age: timedelta = timedelta(0)
    """Since the owner's record changed, where it says."""


class Night(Reading):
    """The exceptions of one night."""

    def __init__(self, merchant: Record, files: NightFiles, before: Night | None) -> None:
        super().__init__(merchant, files)
        self.before = before
        self.found: dict[tuple[str, ...], Found] = {}
        self.quiet: set[tuple[str, ...]] = set()
        self.known = set(self.items) | {k.split("/", 2)[2] for k in files.broken if k.startswith("khaos/stock_items/")}
        self.stock_ids = {i.record["STOCK_ID"] for i in self.items.values()}
        self.spellings = Spellings(self)
        self.identity: dict[str, Identity] = {}
        self.products: dict[str, list[Product]] = {}
        self.deleted: dict[str, set[str]] = {}
        self.compared: dict[tuple[str, str], set[str]] = defaultdict(set)
        """Code and systems → the records that were compared."""
        if "wair" in self.systems:
            self._skus()
            self._order_codes()
            self._stock_codes()
        self._rest()
        goods_codes(self)
        order_codes(self)
        money_codes(self)
        account_codes(self)
        list_price_codes(self)
        map_codes(self)
        feed_codes(self)
        agreed = dict(before.agreed) if before else {}
        agreed.update({key: wair for key, (khaos, wair) in self.pairs.items() if khaos == wair})
        self.agreed: dict[tuple[str, str], Fraction] = agreed

    def put(self, code: str, systems: str, key: str, scope: str = "", field: str = "", **values: Any) -> None:
        """`field` only where a record may have several of the code (PIM-02)."""
        self.found[(code, systems, key, scope, *([field] if field else []))] = Found(**values)

    def suppress(self, code: str, systems: str, key: str) -> None:
        """Another code explains it, whether it was found already or will be."""
        self.quiet.add((code, systems, key))

    def open(self) -> dict[tuple[str, ...], Found]:
        return {k: v for k, v in self.found.items() if v.state == "open" and k[:3] not in self.quiet}

    def was_seen(self, *key: str) -> bool:
        """On the night before, open or not."""
        code, systems, record, field = key
        return self.before is not None and (code, systems, record, "", field) in self.before.found

    def open_net(self, system: str, sku: str) -> Fraction:
        """Line net of the channel's open orders that carry the SKU."""
        return open_net(self, system, sku)

    # SKU codes

    def _skus(self) -> None:
        active = [(sku, None) for sku, r in self.wair.items() if r["active"]]
        self.identity["wair"] = identify(self, "wair", active)
        quarantined = {k.split("/", 2)[2] for k in self.files.broken if k.startswith("wair/items/")}
        missing(self, "wair", set(self.wair) | quarantined, self.merchant["wair"]["carries_kinds"], {})

    # ORD codes

    def _order_codes(self) -> None:
        as_of, parcels = self.files.as_of, defaultdict(list)
        self.explained: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        """Per SKU and site: Khaos − WAIR that orders explain, open or expected."""
        tracking_due, dispatch_due = as_of - 2 * HOUR, as_of - HOUR
        twice: set[str] = set()
        seen: dict[Any, Record] = {}
        for d in sorted(self.files.of("wair/dispatches"), key=lambda d: (d["dispatchedAt"], d["dispatchId"])):
            content = sorted((x["skuId"], str(x["quantity"])) for x in d["lines"])
            parcel = (d["orderReference"], str(content), d["trackingNumber"])
            if d["lines"] and d["trackingNumber"] and parcel in seen:
                twice.add(d["dispatchId"])
            seen.setdefault(parcel, d)
        for d in self.files.of("wair/dispatches"):
            units: dict[str, Fraction] = defaultdict(Fraction)
            for x in d["lines"]:
                units[self.identity["wair"].means(x["skuId"])] += Fraction(str(x["quantity"]))
            if not units:
                continue
            lacking = [n for n, v in (("carrier", d["carrierService"]), ("tracking", d["trackingNumber"])) if not v]
            if lacking and d["carrierService"] not in self.merchant["wair"]["untracked_services"]:
                state = "open" if instant(d["dispatchedAt"]) < tracking_due else "expected"
                self.put("ORD-06", "wair>khaos", d["dispatchId"], state=state)
            unknown = d["orderReference"] not in self.references and not self.is_known_to_a_channel(d["orderReference"])
            if unknown or d["dispatchId"] in twice:
                cost = sum((q * (self.items[s].cost or 0) for s, q in units.items()), Fraction(0))
                self.put("ORD-16", "khaos>wair", d["dispatchId"], amount=cost)
                if d["dispatchId"] not in twice:
                    for sku, q in units.items():
                        self.explained[(sku, self.site_of[d["locationId"]])] += q
                continue
            parcels[self.key_of(d["orderReference"])].append((d, units))
        for reference in self.orders:
            order = self.with_extras(reference)
            self._order(reference, order, parcels.get(reference, []), dispatch_due)

    def _order(self, reference: str, order: Record, parcels: list[Any], due: Any) -> None:
        gone: dict[str, Fraction] = defaultdict(Fraction)
        for _, units in parcels:
            for sku, q in units.items():
                gone[sku] += q
        if parcels and order["class"] in self.merchant["classes"]["non_commercial"]:
            amount = self.line_net(order, {s: q for s, q in gone.items() if s in order["ordered"]})
            self.put("ORD-14", "khaos>wair", reference, amount=amount)
        leaked = ("ORD-14", "khaos>wair", reference, "") in self.found
        late = not any(instant(d["dispatchedAt"]) > due for d, _ in parcels)
        shipped = [end_of_day(i["@SHIP_DATE"]) for i in invoices(order["record"]) if i["@SHIP_DATE"]]
        booked = not any(t > due for t in shipped)
        sent, ordered, site = order["sent"], order["ordered"], order["site"]
        early = {s: min(q, ordered[s]) - sent.get(s, Fraction(0)) for s, q in gone.items() if s in ordered}
        early = {s: q for s, q in early.items() if q > 0}
        if order["open"] and early:
            state = "suppressed" if leaked else "open" if late else "expected"
            units = sum(early.values())
            self.put("ORD-05", "wair>khaos", reference, units=units, amount=self.line_net(order, early), state=state)
            self._explain(site, early, 1)
        less = {s: q - gone[s] for s, q in sent.items() if q > gone[s]}
        more = {s: q - ordered.get(s, Fraction(0)) for s, q in gone.items() if q > ordered.get(s, Fraction(0))}
        off = {**(less if parcels else {}), **more}
        state = "suppressed" if leaked else "open" if late and booked else "expected"
        if off:
            amount = self.line_net(order, off)
            self.put("ORD-15", "wair>khaos", reference, units=sum(off.values()), amount=amount, state=state)
            self._explain(site, less if parcels else {}, -1)
            self._explain(site, more, 1)
        if less and not parcels and site in self.places:
            self.put("ORD-17", "khaos>wair", reference, amount=self.line_net(order, sent), state=state)
            self._explain(site, less, -1)

    def _explain(self, site: str, units: dict[str, Fraction], sign: int) -> None:
        for sku, q in units.items():
            self.explained[(sku, site)] += sign * q

    # STK codes

    def _stock_codes(self) -> None:
        moving: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
        for t in self.files.of("wair/transfers"):
            units = Fraction(str(t["quantityShipped"])) - Fraction(str(t["quantityReceived"]))
            for place in (t["fromLocationId"], t["toLocationId"]):
                moving[(t["skuId"], self.site_of[place])].append(units)
        for (sku, site), found in self.rows.items():
            scope = "+".join(self.places[site])
            if self.identity["wair"].is_hidden(sku):
                continue
            wair = sum((Fraction(str(r["onHand"])) for r in found), Fraction(0))
            if sku in self.items and self.items[sku].kind in ("pack", "style_parent"):
                if wair:
                    self._counted_twice(sku, scope, wair)
                continue
            if (sku, site) not in self.pairs:
                continue
            item = self.items[sku]
            cost = item.cost or Fraction(0)
            if wair < 0:
                self.put("STK-06", "wair", sku, scope, amount=-wair * cost)
                continue
            self._compare(sku, site, item, moving[(sku, site)])
        for (sku, site), level in self.level.items():
            is_ours = self.stocked(sku) and sku not in self.identity["wair"].hidden and site in self.places
            hidden_by = ("STK-06", "wair", sku, "+".join(self.places.get(site, []))) in self.found
            if level < 0 and is_ours and not hidden_by and sku not in self.merchant["khaos"]["back_orderable"]:
                self.put("STK-06", "khaos", sku, site, amount=-level * (self.items[sku].cost or 0))

    def _counted_twice(self, sku: str, scope: str, wair: Fraction) -> None:
        item = self.items[sku]
        parts = sum(((self.items[c].cost or Fraction(0)) * q for c, q in item.parts), Fraction(0))
        cost = item.cost if item.cost is not None else parts
        self.put("STK-03", "khaos>wair", sku, scope, units=abs(wair), amount=abs(wair) * cost)

    def _compare(self, sku: str, site: str, item: Item, moving: list[Fraction]) -> None:
        scope, as_of = "+".join(self.places[site]), self.files.as_of
        self.compared[("STK-01", "wair>khaos")].add(sku)
        physical, wair = self.pairs[(sku, site)]
        level, cost = self.level[(sku, site)], item.cost or Fraction(0)
        difference = physical - wair
        if difference == 0:
            rows = self.rows[(sku, site)]
            available = sum((Fraction(str(r["available"])) for r in rows), Fraction(0))
            held = sum((Fraction(str(r["allocated"])) for r in rows), Fraction(0))
            units = available - level or available - (wair - held)
            if units and level >= 0:
                self.put("STK-08", "khaos>wair", sku, scope, units=units, amount=abs(units) * item.price)
            return
        if difference in moving or difference == self.explained[(sku, site)]:
            return
        if self.changed[(sku, site)] > as_of - HOUR / 2:
            return
        amount = abs(difference) * cost
        if wair == level and self.allocated[(sku, site)] > 0:
            self.put("STK-02", "khaos>wair", sku, scope, units=-difference, amount=amount)
        elif self._still_shows_the_last(sku, site, physical):
            self.put("STK-07", "wair>khaos", sku, site, units=difference, amount=amount)
        else:
            self.put("STK-01", "wair>khaos", sku, site, units=difference, amount=amount)

    def _still_shows_the_last(self, sku: str, site: str, physical: Fraction) -> bool:
        late = self.changed[(sku, site)] < self.files.as_of - HOUR
        return late and self.before is not None and self.before.agreed.get((sku, site)) == physical

    # FEED, MAP, PIM

    def _rest(self) -> None:
        mapping = self.merchant["mapping"]
        for key in self.files.broken:
            self.put("FEED-04", key.split("/", 1)[0], key)
        if "wair" in self.systems:
            self._wair_rest(mapping)

    def _wair_rest(self, mapping: Record) -> None:
        for value in {d["carrierService"] for d in self.files.of("wair/dispatches")} - {"", *mapping["couriers"]}:
            dispatches = [d for d in self.files.of("wair/dispatches") if d["carrierService"] == value]
            carried = {self.key_of(d["orderReference"]) for d in dispatches}
            orders = [self.orders[x] for x in sorted(carried) if x in self.orders]
            self._unmapped(f"courier/{value}", orders)
        for value in {r["locationId"] for r in self.files.of("wair/stock")} - set(self.site_of):
            self._unmapped(f"location/{value}", [])
        for value in {r["SiteName"] for r in self.files.of("khaos/sites")} - set(self.site_of.values()):
            self._unmapped(f"site/{value}", [o for o in self.all_orders if o["site"] == value])
        for sku, r in self.wair.items():
            body, item = r["bodyMap"], self.items.get(sku)
            if not r["active"] or body is None or item is None:
                continue
            sizes = [x["value"] for x in item.record.get("_style_values", []) if x["heading"] == "Size"]
            nested = item.parent is not None and self.items[item.parent].record.get("_nested")
            wrong = bool(nested and sizes and mapping["sizes"].get(body["size"], body["size"]) != sizes[0])
            if wrong or (not body["displayed"] and self.sellable(sku) > 0):
                self.put("PIM-10", "khaos>wair", sku, amount=self.sellable(sku) * item.price)

    def _unmapped(self, key: str, orders: list[Record]) -> None:
        total = Fraction(0)
        for order in orders:
            if order["open"]:
                r = order["record"]
                net = Fraction(r["ITEMS_TOTAL"]["@NET_VALUE"]) + Fraction(r["DELIVERY_TOTAL"]["@NET_VALUE"])
                total += net * order["rate"]
        self.put("MAP-01", "wair>khaos", key, amount=total)


def perfect(merchant: Record, nights: list[NightFiles]) -> list[dict[Key, Found]]:
    """What is open on each night."""
    before: Night | None = None
    found: list[dict[Key, Found]] = []
    for files in nights:
        before = Night(merchant, files, before)
        found.append(before.open())
    return found
