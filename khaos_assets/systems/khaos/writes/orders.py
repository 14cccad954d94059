"""Sales orders that a channel has and Khaos has not (contract khaos, 5: ImportOrders).

Only for an account that is there: it is read first, goes into the order as it stands, and must be the one on which the
order lands. Without a payment: what was paid is booked by a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import ClassVar

import msgspec
from lxml import etree

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.calls import UNFILTERED
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.writes.asking import exported, sent_once
from khaos_assets.systems.khaos.writes.lines import Line
from khaos_assets.systems.khaos.writes.references import total_of, under_reference
from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.transport import Halted, TransportError
from khaos_assets.systems.write import Acked, Indeterminate, Outcome, Refused, Repeat, Write

BY_OTHER_REF = 2
"""MappingType of ExportCompany (contract 3.5)."""
INVOICE = {
    "ISURNAME": "SURNAME", "IFORENAME": "FORENAME", "IADDR1": "ADDR1", "ITOWN": "TOWN", "IPOSTCODE": "POSTCODE",
    "ICOUNTRY_CODE": "COUNTRY_CODE",
}  # fmt: skip
DELIVERY = {
    "DSURNAME": "surname", "DFORENAME": "forename", "DADDR1": "line1", "DADDR2": "line2", "DTOWN": "town",
    "DPOSTCODE": "postcode", "DCOUNTRY_CODE": "country",
}  # fmt: skip
LONGEST = {"surname": 50, "forename": 50, "line1": 35, "line2": 35, "town": 35, "postcode": 10}
"""Letters that Khaos takes; it cuts nothing and refuses what is longer (contract 6)."""
COMPULSORY = ("surname", "line1", "town", "postcode")


class OrderWrite(Write, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new sales order; the same reference is not imported twice. Nothing undoes it.

    The value is what it comes to: `2 units, 54.00 GBP`, with VAT and delivery; None where Khaos has no such order.
    """

    system: ClassVar[str] = "khaos"
    name: ClassVar[str] = "khaos.order"
    says: ClassVar[str] = "ImportOrders"
    of_item: ClassVar[bool] = False
    assumed: ClassVar[bool] = True
    repeat: ClassVar[Repeat] = Repeat.KEYED
    reversible: ClassVar[bool] = False
    reference: str
    site: str
    ordered_at: str
    """London, yyyy-mm-ddThh:mm:ss."""
    currency: str
    total: str
    delivery_net: str
    delivery_tax: str
    lines: str
    """JSON, as `Line`."""

    async def current(self, client: KhaosClient) -> str | None:
        found: list[str] = []
        for row in await under_reference(client, self.reference, credit_notes=False):
            units = Decimal(row.text("QTY_SOLD") or 0).normalize()
            found.append(f"{units:f} units, {total_of(row):.2f} {row.text('CURRENCY_CODE') or self.currency}")
        return " + ".join(sorted(found)) or None

    async def put_with(self, client: KhaosClient, value: str, key: str, details: Mapping[str, str]) -> Outcome:  # noqa: ARG002
        if (unfit := unfit_address(details)) is not None:
            return Refused(unfit)
        try:
            account = await self._account(client, details["other_ref"])
        except Halted:
            raise
        except (ReadFailed, TransportError) as e:
            return Refused(f"its account cannot be read: {e}")
        code = account.text("COMPANY_CODE") if isinstance(account, Row) else None
        if isinstance(account, Refused) or code is None:
            return account if isinstance(account, Refused) else Refused("its account has no code")
        if (firm := details.get("firm")) and firm.casefold() != (account.text("COMPANY_NAME") or "").casefold():
            return Refused("it goes to another firm than the account's, which the import has no place for")
        orders = etree.Element("SALES_ORDERS")
        order = etree.SubElement(orders, "SALES_ORDER", CLIENT_REF=key)
        self._customer(order, account, code, details)
        self._header(order)
        items = etree.SubElement(order, "ORDER_ITEMS")
        for line in msgspec.json.decode(self.lines, type=list[Line]):
            line.write(etree.SubElement(items, "ORDER_ITEM"), "ORDER_QTY", MAPPING_TYPE="1")
        document = etree.tostring(orders, encoding="unicode")
        result = await sent_once(client, soap.Call("ImportOrders", {"Orders": document}))
        outcome = self._outcome(result, code) if isinstance(result, Element) else result
        if isinstance(outcome, Refused):
            return Refused(without(outcome.why, (e.text or "" for e in order.iterfind(".//ADDRESSES/*/*"))))
        return outcome

    async def _account(self, client: KhaosClient, other_ref: str) -> Row | Refused:
        """The one account of the channel's customer."""
        if not other_ref or "," in other_ref:
            return Refused("the channel does not say who its customer is in Khaos")
        asked = {"CompanyCode": other_ref, "MappingType": BY_OTHER_REF, "LastUpdated": UNFILTERED}
        found = [Row(c) for c in await exported(client, soap.Call("ExportCompany", asked))]
        mine = [c for c in found if c.text("OTHER_REF") == other_ref]
        if len(mine) != 1:
            return Refused(f"its customer is on {len(mine)} accounts of Khaos, and must be on one")
        if (mine[0].text("SORDER_LOCKED") or "0") != "0":
            return Refused("its account takes no orders")
        if (mine[0].text("CURRENCY_CODE") or self.currency) != self.currency:
            return Refused("its account has another currency")
        return mine[0]

    def _customer(self, order: Element, account: Row, code: str, to: Mapping[str, str]) -> None:
        """The account as it stands, so that the import changes nothing of it; the goods go where the channel says."""
        detail = etree.SubElement(order, "CUSTOMER_DETAIL")
        etree.SubElement(detail, "IS_NEW_CUSTOMER").text = "0"
        etree.SubElement(detail, "COMPANY_CODE").text = code
        addresses = etree.SubElement(detail, "ADDRESSES")
        own = next((a for a in map(Row, account.each("ADDRESSES", "ADDRESS")) if a.text("ADDRTYPE") == "1"), None)
        contact = next((Row(c) for c in own.each("CONTACTS", "CONTACT")), None) if own is not None else None
        for tag, names, where in (("INVADDR", INVOICE, own), ("DELADDR", DELIVERY, None)):
            address = etree.SubElement(addresses, tag)
            for name, source in names.items():
                if tag == "DELADDR" and not to.get(source):
                    continue
                known = (where.text(source) if where else None) or (contact.text(source) if where and contact else None)
                etree.SubElement(address, name).text = known if tag == "INVADDR" else to[source]

    def _header(self, order: Element) -> None:
        header = etree.SubElement(order, "ORDER_HEADER")
        said = {
            "ORDER_DATE": self.ordered_at, "ORDER_AMOUNT": self.total, "ORDER_CURRENCY_CODE": self.currency,
            "SITE": self.site, "ASSOCIATED_REF": self.reference, "DELIVERY_NET": self.delivery_net,
            "DELIVERY_TAX": self.delivery_tax,
        }  # fmt: skip
        for name, text in said.items():
            etree.SubElement(header, name).text = text

    def _outcome(self, result: Element, code: str) -> Outcome:
        skipped, imported = soap.member(result, "OrderSkipped"), soap.member(result, "OrderImport")
        for one in map(soap.properties, soap.items(skipped) if skipped is not None else []):
            if one.get("OrderRef") == self.reference:
                return Refused(f"skipped: {one.get('SkipReason') or 'no reason given'}")
        for one in map(soap.properties, soap.items(imported) if imported is not None else []):
            if one.get("AssociatedRef") == self.reference:
                return Acked() if one.get("URN") == code else Acked(f"on account {one.get('URN')} instead of {code}")
        return Indeterminate("ImportOrders names it neither as imported nor as skipped")


def unfit_address(to: Mapping[str, str]) -> str | None:
    """Why Khaos would not take an address, or not the whole of it; names the part and quotes nothing."""
    if missing := [part for part in COMPULSORY if not to.get(part)]:
        return f"its address has no {' and no '.join(missing)}"
    if long := [part for part, longest in LONGEST.items() if len(to.get(part, "")) > longest]:
        return f"its address is longer than Khaos takes: {', '.join(long)}"
    return "its address has a region, which the import has no documented place for" if to.get("region") else None


def without(text: str, personal: Iterable[str]) -> str:
    """What Khaos said, without what was said to it of a person: it goes into the journal."""
    for word in sorted({w.strip() for w in personal if len(w.strip()) > 2}, key=len, reverse=True):
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    return text
