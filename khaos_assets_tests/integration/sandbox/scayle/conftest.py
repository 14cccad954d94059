"""A small SCAYLE world, and a caller that joins base and path as text, as the vendor's SDKs do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"
O_GB, O_DE = "/shops/main/countries/GB/orders", "/shops/main/countries/DE/orders"
SLASHED = "SKU 1/A"


def product(n: int) -> dict[str, Any]:
    variants = [
        {
            "id": 1000 + 10 * n + v,
            "referenceKey": SLASHED if (n, v) == (1, 0) else f"SKU-{n}-{v}",
            "ean": "0501",
            "attributes": [],
            "isComposite": False,
        }
        for v in range(2)
    ]
    state = "draft" if n == 3 else "live"
    return {"id": n, "referenceKey": f"P-{n}", "state": state, "name": {"en_GB": f"Shirt {n}"}, "variants": variants}


def stock(variant: int, quantity: int, warehouse: str = "WH-1") -> dict[str, Any]:
    return {
        "variantId": variant,
        "quantity": quantity,
        "warehouseReferenceKey": warehouse,
        "changedAt": "2026-11-18T10:00:00+00:00",
        "sellableWithoutStock": False,
        "expectedAvailabilityAt": None,
    }


def price(variant: int, amount: int, key: str) -> str:
    """A ready line: its tax keeps its own digits."""
    return (
        f'{{"variantId":{variant},"key":"{key}","price":{amount},"oldPrice":null,"tax":20.0,"currencyCode":"GBP",'
        f'"countryCode":"GB","groupKey":null,"promotionKey":null,"validFrom":"2026-01-01T00:00:00+00:00","validTo":null}}'
    )


def item(at: int, variant: int, gross: int = 1190, rate: float = 0.19) -> dict[str, Any]:
    net = round(gross / (1 + rate))
    return {
        "id": at,
        "key": f"item-{at}",
        "variant": {"id": variant, "referenceKey": f"SKU-{variant}"},
        "product": {"id": 1, "name": "Shirt 1"},
        "packageId": None,
        "status": "available",
        "price": {
            "withTax": gross,
            "withoutTax": net,
            "undiscountedWithTax": gross,
            "undiscountedWithOutTax": net,
            "tax": {"vat": {"amount": float(gross - net), "rate": rate}},
            "appliedReductions": [],
        },
        "createdAt": "2026-11-18T09:00:00+00:00",
        "delegatedAt": "2026-11-18T09:01:00+00:00",
        "shippedAt": None,
        "cancelledAt": None,
        "returnedAt": None,
    }


def order(n: int, country: str = "GB", **fields: Any) -> dict[str, Any]:
    """One order whose amounts are the contract's consistent oracle (3.8)."""
    return {
        "id": n,
        "referenceKey": f"WEB-{n}",
        "status": "order_open",
        "detailedStatus": {
            part: {"code": code, "name": code.title()}
            for part, code in (("order", "order_delegated"), ("shipping", "shipping_open"), ("billing", "billing_open"))
        },
        "currencyCode": "GBP",
        "shopCountry": {"id": 1, "shopKey": "main", "countryCode": country},
        "items": [item(10 * n + 1, 1010)],
        "packages": [],
        "cost": {
            "withTax": 1390,
            "withoutTax": 1168,
            "tax": {"vat": {"amount": 222.0}},
            "appliedFees": [
                {
                    "amount": {"withTax": 200, "withoutTax": 168},
                    "category": "delivery",
                    "key": "dpd",
                    "tax": {"vat": {"amount": 32.0, "rate": 0.19}},
                }
            ],
            "appliedReductions": [],
        },
        "createdAt": f"2026-11-1{n % 9}T09:00:00+00:00",
        "updatedAt": f"2026-11-1{n % 9}T10:00:00+00:00",
        "confirmedAt": f"2026-11-1{n % 9}T09:00:30+00:00",
        "invoicedAt": None,
    } | fields


# Orders 101 to 107 of GB and 201, 202 of DE; the files are not in order.
ORDERS = [order(n) for n in range(107, 100, -1)] + [order(n, "DE") for n in (202, 201)]
RECORDS: dict[str, Any] = {
    "scayle/shops": [{"shopKey": "main", "countries": [{"countryCode": "GB"}, {"countryCode": "DE"}]}],
    "scayle/warehouses": [
        {"id": 1, "referenceKey": "WH-1", "merchants": ["default"], "shopCountries": []},
        {"id": 2, "referenceKey": "WH-2", "merchants": [], "shopCountries": []},
    ],
    "scayle/merchants": [{"id": 5, "referenceKey": "default", "name": "Own"}],
    "scayle/carriers": [{"id": 1, "key": "dpd", "name": "DPD"}],
    "scayle/companies": [{"id": 1, "name": "Company"}],
    "scayle/products": [product(n) for n in (3, 1, 2)],
    "scayle/stocks": [stock(1010, 7), stock(1010, 2, "WH-2"), stock(1011, 5)],
    "scayle/prices": [price(1010, 1190, "1-100"), price(1011, 990, "1-101")],
    "scayle/orders": ORDERS,
    "scayle/invoices": [{"orderId": 101, "id": 900, "type": "invoice", "available": True}],
    "scayle/customers": [{"shopKey": "main", "countryCode": "GB", "id": 77, "referenceKey": "C-77"}],
}


class Caller:
    """One client of the Admin API."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base = sandbox.base_url("scayle")
        token = sandbox.credentials("scayle")["access_token"]
        headers = {"X-Access-Token": token, "Accept": "application/json", "X-SDK-Version": "php-3"}
        self.http = httpx.Client(headers=headers, trust_env=False, timeout=60)

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        return self.http.request(method, f"{self.base}{path}", **options)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.ask(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walk(self, path: str, limit: int = 3, **query: Any) -> list[dict[str, Any]]:
        """Every row, by the cursor and nothing else."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(50):
            page = self.get(path, limit=limit, **cursor, **query)
            rows += page["entities"]
            if "cursor" not in page or page["cursor"].get("next") is None:
                return rows
            cursor = {"cursor": page["cursor"]["next"]}
        raise AssertionError("this walk does not end")

    def ids(self, path: str = O_GB, **query: Any) -> list[int]:
        return [row["id"] for row in self.walk(path, **query)]

    def stock(self, variant: str = "1010", warehouse: str = "WH-1") -> dict[str, Any]:
        rows = self.get(f"/variants/{variant}/stocks")["entities"]
        return next(r for r in rows if r["warehouseReferenceKey"] == warehouse)

    def journal(self) -> list[dict[str, Any]]:
        return self.sandbox.journal("scayle")


def key(reference: str) -> str:
    """A reference key as a path segment, in form style."""
    return quote_plus(f"key={reference}")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world"), nights={FIRST: RECORDS, SECOND: RECORDS})


@contextmanager
def calling(world: Path, *faults: dict[str, Any], **options: Any) -> Iterator[Caller]:
    """A caller of a SCAYLE with these switches on; each is given without its system."""
    switches = [{"system": "scayle", **f} for f in faults]
    with running_sandbox(world, switches, systems=["scayle"], **options) as sandbox:
        caller = Caller(sandbox)
        with caller.http:
            yield caller


@contextmanager
def switched(caller: Caller, *faults: dict[str, Any]) -> Iterator[None]:
    """These switches are on in the block."""
    caller.sandbox.set_faults([{"system": "scayle", **f} for f in faults])
    try:
        yield
    finally:
        caller.sandbox.set_faults([])


@pytest.fixture(scope="module")
def scayle(world: Path) -> Iterator[Caller]:
    """A SCAYLE without faults that nobody changes."""
    with calling(world) as caller:
        yield caller
