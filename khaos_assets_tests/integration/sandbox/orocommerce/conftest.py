"""A small OroCommerce world, and a caller that signs in and reads as the contract says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"
JSON_API = "application/vnd.api+json"
Row = dict[str, Any]


def ref(type_: str, *ids: str) -> Row:
    """A relationship to one row."""
    return {"data": {"type": type_, "id": ids[0]} if ids else None}


def refs(type_: str, *ids: str) -> Row:
    """A relationship to many."""
    return {"data": [{"type": type_, "id": i} for i in ids]}


def row(type_: str, id_: int | str, attributes: Row | None = None, **relationships: Row) -> Row:
    shown: Row = {"type": type_, "id": str(id_)}
    return shown | {"attributes": attributes or {}, "relationships": relationships}


def minute(n: int) -> str:
    return f"2026-11-18T10:{n:02}:00Z"


def product(n: int) -> Row:
    times = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": minute(60 - n)}
    return row(
        "products",
        n,
        {"sku": f"SKU-{n}", "status": "enabled", "productType": "simple", "variantFields": [], **times},
        names=refs("productnames", str(n)),
        unitPrecisions=refs("productunitprecisions", str(n)),
        primaryUnitPrecision=ref("productunitprecisions", str(n)),
        inventory_status=ref("prodinventorystatuses", "in_stock"),
        taxCode=ref("producttaxcodes"),
    )


def order(n: int, internal: str = "open") -> Row:
    return row(
        "orders",
        n,
        {
            "identifier": f"ORD-{n}",
            "poNumber": None,
            "currency": "GBP",
            "subtotalValue": "20.0000",
            "totalValue": "24.0000",
            "totalDiscountsAmount": None,
            "discount": 0.0,
            "customerNotes": None,
            "external": False,
            "createdAt": minute(n),
            "updatedAt": minute(n + 10),
        },
        internalStatus=ref("orderinternalstatuses", internal),
        shippingStatus=ref("ordershippingstatuses", "not_shipped"),
        status=ref("orderstatuses"),
        customer=ref("customers", str((n + 1) // 2)),
        lineItems=refs("orderlineitems", str(2 * n - 1), str(2 * n)),
        orderSubtotals=refs("ordersubtotals", f"{n}-subtotal-0", f"{n}-tax-1", f"{n}-tax-2"),
        shippingTrackings=refs("ordershippingtrackings", *(["1"] if n == 1 else [])),
        discounts=refs("orderdiscounts"),
    )


def line_item(n: int) -> Row:
    return row(
        "orderlineitems",
        n,
        {"productSku": f"SKU-{n}", "quantity": 2, "productUnitCode": "each", "value": "5.0000", "updatedAt": minute(n)},
        orders=refs("orders", str((n + 1) // 2)),
        product=ref("products", str(n)),
    )


def subtotal(n: int, type_: str, place: int, amount: str, currency: str | None = "GBP") -> Row:
    return row(
        "ordersubtotals",
        f"{n}-{type_}-{place}",
        {
            "orderSubtotalType": type_,
            "label": type_,
            "amount": amount,
            "currency": currency,
            "visible": True,
            "data": [],
        },
        order=ref("orders", str(n)),
    )


def price(n: int, price_list: int) -> Row:
    return row(
        "productprices",
        f"{n:08x}-0000-4000-8000-000000000000-{price_list}",
        {"quantity": 1, "value": f"{n}.5000", "currency": "GBP"},
        priceList=ref("pricelists", str(price_list)),
        product=ref("products", str(n)),
        unit=ref("productunits", "each"),
    )


ORDERS = [order(1), order(2), order(3, "cancelled"), order(4, "closed")]
RECORDS: dict[str, list[Row]] = {
    "orocommerce/products": [product(n) for n in range(12, 0, -1)],
    "orocommerce/productnames": [
        row("productnames", n, {"string": f"Product {n}", "fallback": None}, localization=ref("localizations"))
        for n in range(1, 13)
    ],
    "orocommerce/productunitprecisions": [
        row(
            "productunitprecisions",
            n,
            {"precision": 0, "conversionRate": 1, "sell": True},
            unit=ref("productunits", "each"),
        )
        for n in range(1, 13)
    ],
    "orocommerce/inventorylevels": [
        row(
            "inventorylevels",
            n,
            {"quantity": f"{n}"},
            product=ref("products", str(n)),
            productUnitPrecision=ref("productunitprecisions", str(n)),
        )
        for n in range(1, 13)
    ],
    "orocommerce/orders": ORDERS,
    "orocommerce/orderlineitems": [line_item(n) for n in range(1, 9)],
    "orocommerce/ordersubtotals": [
        part
        for n in range(1, 5)
        for part in (
            subtotal(n, "tax", 1, "3.0000"),
            subtotal(n, "tax", 2, "1.0000", None),
            subtotal(n, "subtotal", 0, "20.0000"),
        )
    ],
    "orocommerce/ordershippingtrackings": [
        row("ordershippingtrackings", 1, {"method": "dpd", "number": "T1"}, orders=refs("orders", "1"))
    ],
    "orocommerce/customers": [
        row(
            "customers",
            n,
            {"name": f"Company {n}", "externalId": None, "createdAt": minute(n), "updatedAt": minute(n)},
            parent=ref("customers"),
            users=refs("customerusers"),
        )
        for n in (1, 2)
    ],
    "orocommerce/pricelists": [
        row("pricelists", n, {"name": f"List {n}", "active": True, "actual": True, "priceListCurrencies": ["GBP"]})
        for n in (1, 2)
    ],
    "orocommerce/productprices": [price(n, 1 + n % 2) for n in range(1, 7)],
}


class Caller:
    """One API client: JSON:API always, a token when signed in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.known = sandbox.credentials("orocommerce")
        headers = {"Accept": JSON_API}
        self.http = httpx.Client(base_url=sandbox.base_url("orocommerce"), headers=headers, trust_env=False, timeout=60)

    def token(self, **form: str) -> httpx.Response:
        root = self.sandbox.root("orocommerce")
        wanted = {"grant_type": "client_credentials", **self.known, **form}
        return self.http.post(f"{root}/oauth2-token", data=wanted)

    def sign_in(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def get(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, asked: dict[str, Any] | None = None) -> list[Row]:
        return self.get(path, **{"page[size]": -1, **(asked or {})})["data"]

    def ids(self, path: str, asked: dict[str, Any] | None = None) -> list[str]:
        return [r["id"] for r in self.rows(path, asked)]

    def row(self, path: str) -> Row:
        return self.get(path)["data"]

    def walk(self, path: str, **asked: Any) -> list[str]:
        """Every id, by following `links.next`."""
        ids: list[str] = []
        answer = self.http.get(path, params=asked)
        for _ in range(50):
            assert answer.status_code == 200, answer.text
            page = answer.json()
            ids += [r["id"] for r in page["data"]]
            if "next" not in page.get("links", {}):
                return ids
            answer = self.http.get(page["links"]["next"])
        raise AssertionError("this walk does not end")

    def keyset(self, path: str, size: int = 5) -> list[str]:
        """Every id, always page 1 behind the last one seen."""
        ids: list[str] = []
        for _ in range(50):
            asked = {"sort": "id", "page[size]": size, "filter[id][gt]": ids[-1] if ids else 0}
            page = self.get(path, **asked)["data"]
            ids += [r["id"] for r in page]
            if len(page) < size:
                return ids
        raise AssertionError("this walk does not end")

    def count(self, path: str, **asked: Any) -> str | None:
        answer = self.http.get(path, params={"page[size]": 1, **asked}, headers={"X-Include": "totalCount"})
        assert answer.status_code == 200, answer.text
        return answer.headers.get("X-Include-Total-Count")

    def send(self, method: str, path: str, body: Any, **headers: str) -> httpx.Response:
        return self.http.request(method, path, json=body, headers={"Content-Type": JSON_API, **headers})

    def patch(self, type_: str, id_: str, attributes: Row | None = None, **relationships: Row) -> httpx.Response:
        data = {"type": type_, "id": id_, "attributes": attributes or {}, "relationships": relationships}
        return self.send("PATCH", f"/{type_}/{id_}", {"data": data})

    def journal(self) -> list[dict[str, Any]]:
        return self.sandbox.journal("orocommerce")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world"), nights={FIRST: RECORDS, SECOND: RECORDS})


@contextmanager
def calling(world: Path, *faults: dict[str, Any], signed_in: bool = True, **options: Any) -> Iterator[Caller]:
    """A caller of a shop with these switches on; each is given without its system."""
    switches = [{"system": "orocommerce", **f} for f in faults]
    with running_sandbox(world, switches, systems=["orocommerce"], **options) as sandbox:
        caller = Caller(sandbox)
        with caller.http:
            if signed_in:
                caller.sign_in()
            yield caller


@pytest.fixture(scope="module")
def calm(world: Path) -> Iterator[Caller]:
    """A shop without faults that nobody changes."""
    with calling(world) as caller:
        yield caller


@pytest.fixture(scope="module")
def running(world: Path) -> Iterator[Caller]:
    with calling(world) as caller:
        yield caller


@pytest.fixture
def shop(running: Caller) -> Iterator[Caller]:
    """A shop for tests that switch faults on (`turn`): one server for a module, switches off again after each test."""
    yield running
    running.sandbox.set_faults([])


def turn(shop: Caller, *faults: dict[str, Any]) -> None:
    """Switch these on, and nothing else."""
    shop.sandbox.set_faults([{"system": "orocommerce", **f} for f in faults])
