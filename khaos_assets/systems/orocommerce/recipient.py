"""Who gets the goods of an order, asked for at the moment in which it is sent on and never kept.

Contract orocommerce, 3.4: an order leads to its customer and its shipping address. What an address is made of stands in
the vendor's documentation of the API (OrderBundle, order_address); that the country's id is its alpha-2 code, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from khaos_assets.systems.orocommerce.client import OroClient
from khaos_assets.systems.orocommerce.row import Row, read_row
from khaos_assets.systems.write import Details, RecordGone

ADDRESSES = "orderaddresses"
PARTS = {
    "forename": "firstName", "surname": "lastName", "firm": "organization", "line1": "street", "line2": "street2",
    "town": "city", "postcode": "postalCode",
}  # fmt: skip


class Recipient(Details, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives other_ref, and of the shipping address the `PARTS`, country (alpha-2) and region; "" for what it lacks."""

    system: ClassVar[str] = "orocommerce"
    name: ClassVar[str] = "orocommerce.recipient"
    order_id: str
    identifier: Literal["id", "externalId"]
    """Which of the customer's the Khaos account keeps as OTHER_REF."""

    async def fetch(self, client: OroClient) -> Mapping[str, str]:
        fields = "internalStatus,customer,shippingAddress"
        asked: dict[str, str | int] = {"include": "shippingAddress", "fields[orders]": fields}
        if self.identifier != "id":
            asked |= {"include": "shippingAddress,customer", "fields[customers]": self.identifier}
        found = await read_row(client, "orders", self.order_id, asked)
        if found.data.linked("internalStatus") == "cancelled":
            raise RecordGone(f"order {self.order_id} was cancelled meanwhile")
        customer = found.data.linked("customer")
        to = found.beside(ADDRESSES, found.data.linked("shippingAddress")) or Row(ADDRESSES, "")
        other_ref = customer
        if self.identifier != "id":
            row = found.beside("customers", customer)
            other_ref = _text(row.attributes.get(self.identifier)) if row is not None else None
        parts = {part: _text(to.attributes.get(name)) for part, name in PARTS.items()}
        region = to.linked("region") or _text(to.attributes.get("customRegion"))
        return {"other_ref": other_ref or "", "country": to.linked("country") or "", "region": region, **parts}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
