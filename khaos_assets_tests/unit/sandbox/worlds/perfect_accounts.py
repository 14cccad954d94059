"""CUS-01 to 04: accounts of Khaos beside customers of OroCommerce. Called by `perfect`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import Record, as_list, instant
from khaos_assets_tests.unit.sandbox.worlds.perfect_prices import ShopPrices
from khaos_assets_tests.unit.sandbox.worlds.reading_channels import LONDON, ChannelOrder, order_net

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

ATTRIBUTE_LAG = timedelta(hours=24)
PAIR = "khaos>orocommerce"


def account_codes(night: Night) -> None:
    _duplicates(night)
    if "orocommerce" in night.systems:
        Shop(night).codes()


# CUS-01


def _duplicates(night: Night) -> None:
    """Accounts linked by tax reference, by e-mail and postcode, or by channel identity, directly or through another."""
    marks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for r in night.files.of("khaos/customers"):
        if r["COMPANY_CLASS"] in night.merchant["classes"]["non_commercial"]:
            continue
        for mark in _marks(r):
            marks[mark].append(r["COMPANY_CODE"])
    branches = [set(b) for b in night.merchant.get("customers", {}).get("branches", [])]
    links: dict[str, set[str]] = defaultdict(set)
    for codes in marks.values():
        for a in codes:
            links[a] |= {b for b in codes if b != a and not any({a, b} <= group for group in branches)}
    seen: set[str] = set()
    for code in sorted(links):
        if code not in seen and links[code]:
            group = _reach(code, links)
            seen |= group
            night.put("CUS-01", "khaos", min(group))


def _marks(r: Record) -> Iterator[tuple[str, ...]]:
    if r["TAX_REFERENCE"]:
        yield "tax", r["TAX_REFERENCE"].strip().casefold()
    if r["OTHER_REF"] and r["COMPANY_STATUS"] == "Active":
        yield "other", r["OTHER_REF"]
    for address in as_list(r["ADDRESSES"]["ADDRESS"]):
        for contact in as_list(address["CONTACTS"]["CONTACT"]):
            yield "mail", contact["EMAIL"].strip().casefold(), "".join(address["POSTCODE"].split()).casefold()


def _reach(code: str, links: dict[str, set[str]]) -> set[str]:
    found, todo = {code}, [code]
    while todo:
        for other in links[todo.pop()] - found:
            found.add(other)
            todo.append(other)
    return found


# CUS-02, CUS-03, CUS-04


class Shop:
    """OroCommerce's customers and prices of one night."""

    def __init__(self, night: Night) -> None:
        self.night = night
        files = night.files
        self.orders: list[ChannelOrder] = list(night.channel_orders["orocommerce"].values())
        self.accounts: dict[str, list[Record]] = defaultdict(list)
        self.by_code: dict[str, Record] = {}
        for r in files.of("khaos/customers"):
            self.by_code[r["COMPANY_CODE"]] = r
            if r["OTHER_REF"]:
                self.accounts[r["OTHER_REF"]].append(r)
        self.users: dict[str, list[Record]] = defaultdict(list)
        for r in files.of("orocommerce/customerusers"):
            self.users[r["relationships"]["customer"]["data"]["id"]].append(r["attributes"])
        self.changed = {r["CompanyCode"]: r["LastUpdated"] for r in files.of("khaos/company_list")}
        # The London month of the day before the night
        self.month = (files.as_of.astimezone(LONDON) - timedelta(days=1)).strftime("%Y-%m")

    def codes(self) -> None:
        for r in self.night.files.of("orocommerce/customers"):
            if not self.accounts[r["id"]]:
                self._unmatched(r)
            elif len(self.accounts[r["id"]]) == 1:
                self._profile(r, self.accounts[r["id"]][0])
        self._wrong_accounts()
        ShopPrices(self.night, self.month).codes()

    def _unmatched(self, r: Record) -> None:
        """CUS-02."""
        users, key = self.users[r["id"]], r["id"]
        if users and all(u["isGuest"] for u in users):
            return
        orders = [o for o in self.orders if o.customer == key and o.month() == self.month]
        created = instant(r["attributes"]["createdAt"]).astimezone(LONDON).strftime("%Y-%m")
        if orders or created == self.month:
            live = (order_net(self.night, o) for o in orders if o.cancelled_at is None)
            self.night.put("CUS-02", PAIR, key, amount=sum(live, Fraction(0)))
            self.night.suppress("CUS-04", PAIR, key)
            for order in self.orders:
                if order.customer == key:
                    self.night.suppress("CUS-03", "orocommerce>khaos", order.key)

    def _wrong_accounts(self) -> None:
        """CUS-03."""
        branches = [set(b) for b in self.night.merchant["customers"]["branches"]]
        for order in self.orders:
            khaos, known = self.night.orders.get(order.key), self.accounts.get(order.customer, [])
            if khaos is None or khaos["cancelled"] or order.cancelled_at is not None or len(known) != 1:
                continue
            right = known[0]["COMPANY_CODE"]
            if khaos["account"] != right and not any({khaos["account"], right} <= b for b in branches):
                self.night.put("CUS-03", "orocommerce>khaos", order.key, amount=order_net(self.night, order))
                if self.by_code[khaos["account"]]["COMPANY_CLASS"] != "Trade":
                    self.night.suppress("FIN-06", "orocommerce>khaos", order.key)

    def _profile(self, r: Record, account: Record) -> None:
        """CUS-04."""
        info, rel = self.night.company_info[account["COMPANY_CODE"]], r["relationships"]
        mapping, key = self.night.merchant["mapping"], r["id"]
        group, term = ((rel[n]["data"] or {"id": ""})["id"] for n in ("group", "paymentTerm"))
        off = [
            r["attributes"]["name"] != account["COMPANY_NAME"],
            term in mapping["payment_terms"] and mapping["payment_terms"][term] != info["TermsDesc"],
            group in mapping["customer_groups"] and mapping["customer_groups"][group] not in info["PriceLists"],
            (info["CreditStop"] or info["OrdersHeld"]) and any(u["enabled"] for u in self.users[key]),
        ]
        if any(off):
            changed = max(instant(r["attributes"]["updatedAt"]), self._changed(account["COMPANY_CODE"]))
            state = "open" if changed < self.night.files.as_of - ATTRIBUTE_LAG else "expected"
            self.night.put("CUS-04", PAIR, key, state=state)

    def _changed(self, code: str) -> datetime:
        return datetime.fromisoformat(self.changed[code]).replace(tzinfo=LONDON)
