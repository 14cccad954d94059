"""Orders, their status, invoices and customers of a shop country. Contract scayle, 3.6 to 3.9.

A list row is thinner than the order's own: it has neither `createdAt` nor `updatedAt`. An order is found under the path
of any shop country; `shopCountry` in its body says whose it is.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from khaos_assets.sandbox.scayle import lists
from khaos_assets.sandbox.scayle.calls import Call, Refused, as_instant
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.reference import Reference
from khaos_assets.sandbox.scayle.rows import CUSTOMERS, INVOICES, ORDERS, Row, line, parts
from khaos_assets.sandbox.scayle.views import Views

MISSING_IN_LISTS = ("createdAt", "updatedAt")
ORDER_SWITCHES = frozenset({"thin_list", "order_date_filter"})
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Orders:
    """Reads below /shops/{s}/countries/{c}."""

    def __init__(self, holdings: Holdings, views: Views, reference: Reference) -> None:
        self.holdings = holdings
        self.faults = holdings.faults
        self.views = views
        self.reference = reference

    def orders(self, call: Call) -> bytes:
        """GET O"""
        group = self.reference.shop_country(call)
        place = lists.Place(call)
        rows = self.views.listing(ORDERS, group, call, place)
        wanted = self._changed_from(call)
        if wanted is not None:
            rows = [row for row in rows if _changed(row) >= wanted]
        thin = self.faults.active("scayle", "thin_list", **call.match) is not None
        asked = call.parts()
        edited = self.views.edited
        render = (lambda row: _bare(edited(ORDERS, row).line, asked)) if thin else (lambda r: _thin(edited(ORDERS, r)))
        return lists.page(call, rows, self.faults, render, place)

    def order(self, call: Call) -> bytes:
        """GET O/{o}"""
        return self._order(call).line

    def status(self, call: Call) -> bytes:
        """GET O/{o}/status"""
        found = parts(self._order(call).line)
        return line({k: found[k] for k in ("status",) if k in found})

    def invoices(self, call: Call) -> bytes:
        """GET O/{o}/invoices"""
        order = self._order(call)
        return lists.page(call, self.holdings.table(INVOICES).group((str(order.id),)), self.faults, lists.as_it_stands)

    def invoice(self, call: Call) -> bytes:
        """GET O/{o}/invoices/{i}: a document, no JSON."""
        order = self._order(call)
        found = self.holdings.table(INVOICES).get(call.identifier(3))
        if found is None or found.group != (str(order.id),):
            raise Refused(404, "INVOICE_NOT_FOUND", f"order {order.id} has no invoice {call.segments[3]}")
        return PDF

    def customers(self, call: Call) -> bytes:
        """GET /shops/{s}/countries/{c}/customers"""
        rows = self.holdings.table(CUSTOMERS).group(self.reference.shop_country(call))
        return lists.page(call, rows, self.faults, lists.as_it_stands)

    def customer(self, call: Call) -> bytes:
        """GET /shops/{s}/countries/{c}/customers/{id}"""
        group = self.reference.shop_country(call)
        found = self.holdings.table(CUSTOMERS).get(call.identifier(2))
        if found is None or found.group != group:
            raise Refused(404, "CUSTOMER_NOT_FOUND", f"there is no customer {call.segments[2]} in {'/'.join(group)}")
        return found.line

    def _order(self, call: Call) -> Row:
        self.reference.shop_country(call)
        return self.views.found(ORDERS, call.identifier(2))

    def _changed_from(self, call: Call) -> datetime | None:
        """The assumed filter on the change time: not there unless switched on (contract section 3.6)."""
        mode = self.faults.active("scayle", "order_date_filter", **call.match)
        value = call.filters().get(("updatedAt", "gte"))
        if mode is None or value is None or mode.get("mode", "works") == "ignored":
            return None
        if mode.get("mode", "works") == "refused":
            raise Refused(400, "INVALID_FILTER", "filters[updatedAt] is not supported")
        found = as_instant(value.replace(" ", "+"))
        if found is None:
            raise Refused(400, "INVALID_FILTER", f"{value!r} is not an ISO 8601 date-time with an offset")
        return found


def _thin(row: Row) -> bytes:
    found = parts(row.line)
    for name in MISSING_IN_LISTS:
        found.pop(name, None)
    return line(found)


def _bare(text: bytes, asked: frozenset[str]) -> bytes:
    """Neither dates nor nested parts, but those asked for by `with`."""
    found = parts(text)
    return line({k: v for k, v in found.items() if k in asked or not (k.endswith("At") or bytes(v)[:1] in b"[{")})


def _changed(row: Row) -> datetime:
    raw = parts(row.line).get("updatedAt")
    found = None if raw is None else as_instant(msgspec.json.decode(raw))
    return found or datetime.min.replace(tzinfo=UTC)
