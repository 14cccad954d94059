"""Who gets the goods of an order, asked for at the moment in which it is sent on and never kept (contract scayle, 3.6).

The inner names of an address are assumed: where one is missing, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from khaos_assets.systems.read import ReadFailed
from khaos_assets.systems.scayle.client import ScayleClient
from khaos_assets.systems.scayle.countries import alpha_2
from khaos_assets.systems.write import Details, RecordGone


class _Person(msgspec.Struct, frozen=True):
    lastName: str  # noqa: N815 (exact wire words)
    firstName: str | None = None  # noqa: N815


class _Address(msgspec.Struct, frozen=True):
    recipient: _Person
    street: str
    zipCode: str  # noqa: N815
    city: str
    countryCode: str  # noqa: N815
    houseNumber: str | None = None  # noqa: N815


class _Addresses(msgspec.Struct, frozen=True):
    shipping: _Address


class _Customer(msgspec.Struct, frozen=True):
    referenceKey: str | None = None  # noqa: N815


class _Order(msgspec.Struct, frozen=True):
    status: str
    address: _Addresses
    customer: _Customer


class Recipient(Details, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gives other_ref, and of the delivery address forename, surname, line1, town, postcode, country (alpha-2)."""

    system: ClassVar[str] = "scayle"
    name: ClassVar[str] = "scayle.recipient"
    shop: str
    country: str
    order_id: str

    async def fetch(self, client: ScayleClient) -> Mapping[str, str]:
        path = f"/shops/{self.shop}/countries/{self.country}/orders/{self.order_id}"
        answer = await client.get(path, operation="GET O/{o}", scope="ordersRead")
        if answer is None:
            raise RecordGone(f"order {self.order_id} is not there")
        try:
            order = msgspec.json.decode(answer.body, type=_Order)
        except msgspec.DecodeError:  # its text could quote a name
            raise ReadFailed("unreadable", f"order {self.order_id}: its address is not as agreed") from None
        if order.status.startswith("cancellation"):
            raise RecordGone(f"order {self.order_id} was cancelled meanwhile")
        to = order.address.shipping
        return {
            "other_ref": order.customer.referenceKey or "", "forename": to.recipient.firstName or "",
            "surname": to.recipient.lastName, "line1": f"{to.houseNumber or ''} {to.street}".strip(),
            "town": to.city, "postcode": to.zipCode, "country": alpha_2(to.countryCode),
        }  # fmt: skip
