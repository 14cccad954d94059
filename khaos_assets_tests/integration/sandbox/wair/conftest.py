"""A small WAIR world, and a caller that signs in as the contract says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"


def stock(location: str, sku: str, on_hand: str, minute: int) -> str:
    changed = f"2026-11-18T10:{minute:02}:00.000Z"
    return (
        f'{{"locationId":"{location}","skuId":"{sku}","onHand":{on_hand},"allocated":1.00,'
        f'"available":{int(on_hand) - 1},"updatedAt":"{changed}"}}'
    )


# Ten rows; their change times run against the order of their keys.
STOCK = [stock(f"L{n // 5 + 1}", f"S{n % 5}", str(n), 59 - n) for n in range(10)]
STOCK_KEYS = [(f"L{n // 5 + 1}", f"S{n % 5}") for n in range(10)]
DISPATCHES: list[dict[str, Any]] = [
    {
        "dispatchId": f"D{n}",
        "orderReference": f"WEB-{n}",
        "locationId": "L1",
        "carrierService": "DPD-NEXT",
        "trackingNumber": f"T{n}",
        "dispatchedAt": f"2026-11-1{n}T12:00:00.000Z",
        "lines": [{"skuId": "S1", "quantity": 2}, {"skuId": "S2", "quantity": 1}],
        "updatedAt": f"2026-11-1{n}T12:00:00.000Z",
    }
    for n in range(1, 5)
]
ITEMS: list[dict[str, Any]] = [
    {
        "skuId": f"S{n}",
        "styleId": "ST",
        "size": "10",
        "colour": None,
        "barcode": "0501",
        "bodyMap": None if n else {"code": "BM", "size": "M", "displayed": True, "reason": None},
        "active": True,
        "updatedAt": "2026-11-18T09:00:00.000Z",
    }
    for n in range(5)
]
TRANSFERS: list[dict[str, Any]] = [
    {
        "transferId": "T1",
        "fromLocationId": "L1",
        "toLocationId": "L2",
        "skuId": "S1",
        "quantityShipped": 3,
        "quantityReceived": 1,
        "shippedAt": None,
        "updatedAt": "2026-11-18T09:00:00.000Z",
    }
]
RECORDS = {
    "wair/stock": STOCK[5:] + STOCK[:5],
    "wair/dispatches": DISPATCHES,
    "wair/items": ITEMS,
    "wair/transfers": TRANSFERS,
    "wair/recommended_transfers": [
        {"referenceId": f"RD_{n}", "skuId": "S1", "quantity": "1.00000", "_confirmedAt": f"2026-11-1{n}T00:00:00Z"}
        for n in (2, 1)
    ],
}


class Caller:
    """One client of WAIR: tenant header always, token when signed in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.known = sandbox.credentials("wair")
        self.http = httpx.Client(
            base_url=sandbox.base_url("wair"), headers={"X-Tenant": self.known["tenant"]}, trust_env=False, timeout=60
        )

    def token(self) -> httpx.Response:
        return self.http.post("/Token", json={k: self.known[k] for k in ("username", "password")})

    def sign_in(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.token().json()['accessToken']}"

    def get(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = self.http.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walk(self, path: str, array: str, limit: int = 3, **asked: Any) -> list[dict[str, Any]]:
        """Every row, by the contract's rule: go on by the rows received while the flag says so."""
        rows: list[dict[str, Any]] = []
        for _ in range(50):
            page = self.get(path, offset=len(rows), limit=limit, **asked)
            rows += page[array]
            if not page["moreRecordsAvailable"]:
                return rows
        raise AssertionError("this walk does not end")

    def stock_keys(self, **asked: Any) -> list[tuple[str, str]]:
        return [(r["locationId"], r["skuId"]) for r in self.walk("/Stock", "stock", **asked)]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world"), nights={FIRST: RECORDS, SECOND: RECORDS})


@contextmanager
def calling(world: Path, *faults: dict[str, Any], **options: Any) -> Iterator[Caller]:
    """A caller of a WAIR with these switches on; each is given without its system."""
    with running_sandbox(world, [{"system": "wair", **f} for f in faults], **options) as sandbox:
        caller = Caller(sandbox)
        with caller.http:
            yield caller


@pytest.fixture(scope="module")
def wair(world: Path) -> Iterator[Caller]:
    """A WAIR without faults that nobody changes, signed in."""
    with calling(world) as caller:
        caller.sign_in()
        yield caller
