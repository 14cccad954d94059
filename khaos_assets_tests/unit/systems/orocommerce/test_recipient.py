"""Where the goods of an order go, as the shop tells it when it is asked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from khaos_assets.systems.orocommerce.recipient import Recipient
from khaos_assets.systems.write import RecordGone

ADDRESS = {
    "type": "orderaddresses", "id": "21",
    "attributes": {
        "firstName": "Alex", "lastName": "Example", "organization": " Example Stores ", "street": "1 Example Street",
        "street2": None, "city": "Exampleton", "postalCode": "ZZ1 1ZZ", "customRegion": None,
    },
    "relationships": {"country": {"data": {"type": "countries", "id": "GB"}}, "region": {"data": None}},
}  # fmt: skip
CUSTOMER = {"type": "customers", "id": "101", "attributes": {"externalId": "EXT-9"}}


@dataclass
class Shop:
    """Answers one order."""

    status: str = "open"
    included: tuple[dict[str, Any], ...] = (ADDRESS, CUSTOMER)
    asked: dict[str, Any] = field(default_factory=dict)

    async def get(self, operation: str, path: str, params: dict[str, Any]) -> Any:
        self.asked = {"path": path, **params}
        links = {"internalStatus": self.status, "customer": "101", "shippingAddress": "21"}
        types = {
            "internalStatus": "orderinternalstatuses",
            "customer": "customers",
            "shippingAddress": "orderaddresses",
        }
        related = {n: {"data": {"type": types[n], "id": i}} for n, i in links.items()}
        order = {"type": "orders", "id": "10", "attributes": {}, "relationships": related}
        body = json.dumps({"data": order, "included": self.included}).encode()
        return type("Told", (), {"body": body, "operation": operation})()


def told(shop: Shop, identifier: Any = "id") -> Any:
    return asyncio.run(Recipient(order_id="10", identifier=identifier).fetch(shop))  # type: ignore[arg-type]


def test_the_goods_go_to_the_shipping_address_and_the_order_to_its_customer() -> None:
    shop = Shop()
    assert told(shop) == {
        "other_ref": "101", "forename": "Alex", "surname": "Example", "firm": "Example Stores",
        "line1": "1 Example Street", "line2": "", "town": "Exampleton", "postcode": "ZZ1 1ZZ", "country": "GB",
        "region": "",
    }  # fmt: skip
    assert "fields[customers]" not in shop.asked


def test_a_shop_whose_customers_are_known_by_another_number_is_asked_for_that_one() -> None:
    shop = Shop()
    assert told(shop, "externalId")["other_ref"] == "EXT-9"
    assert shop.asked["fields[customers]"] == "externalId"
    assert told(Shop(included=(ADDRESS,)), "externalId")["other_ref"] == ""


def test_an_address_that_the_role_may_not_see_is_one_without_a_street() -> None:
    assert told(Shop(included=()))["line1"] == ""


def test_an_order_that_was_cancelled_meanwhile_is_not_sent() -> None:
    with pytest.raises(RecordGone, match="cancelled"):
        told(Shop(status="cancelled"))
