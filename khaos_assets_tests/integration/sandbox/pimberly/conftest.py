"""A small Pimberly tenant, and a client that walks its list as the contract says."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"
FULL: dict[str, Any] = {"attributes": "*", "extendResponse": 1}


def key(number: int) -> str:
    """The internal id of the product with this number."""
    return f"{number:024x}"


def product(number: int, sku: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": key(number),
        "primaryId": sku,
        "dateCreated": "2026-10-01T08:00:00.000Z",
        "dateUpdated": f"2026-11-{number:02}T10:00:00.000Z",
        "lifecycleStage": "Released",
        "Web Description": f"Product {sku}",
        "RRP (ex vat)": 10,
        **fields,
    }


PRODUCTS = [
    product(1, "SHIRT", **{"Product Type": "Product", "Items": ["SHIRT/S", "SHIRT/M"], "RRP (ex vat)": 12.50}),
    product(2, "SHIRT/S", **{"Product Type": "SKU", "Parents": ["SHIRT"], "classifications": ["Clothes/Shirts"]}),
    product(3, "SHIRT/M", **{"Product Type": "SKU", "Parents": ["SHIRT", "SALE"]}),
    product(4, 123, **{"Related": ["SHIRT", "MUG 1"], "RRP (ex vat)": "9.99"}),
    product(5, "0123", **{"Related": "SHIRT"}),
    product(6, "MUG 1+2%", live=True),
    product(7, "Mug"),
]
# The file need not be in the order of the ids.
RECORDS = {"pimberly/products": [*PRODUCTS[4:], *PRODUCTS[:4]]}
KEYS = ["SHIRT", "SHIRT/S", "SHIRT/M", "123", "0123", "MUG 1+2%", "Mug"]


class Caller:
    """One client with the tenant's key, in the header and without "Bearer"."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.base_url = sandbox.base_url("pimberly")
        self.core_url = f"{sandbox.root('pimberly')}/core"
        self.key = sandbox.credentials("pimberly")["access_token"]
        # verify=False: reading the certificates of the world takes longer than most of these tests.
        self.http = httpx.Client(
            base_url=self.base_url, headers={"Authorization": self.key}, trust_env=False, timeout=60, verify=False
        )

    def page(self, **asked: Any) -> Any:
        """One page of the list with every attribute."""
        answer = self.http.get("/products", params={**FULL, **asked})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def walk(self, limit: int = 3, **asked: Any) -> list[dict[str, Any]]:
        """Every row, by the contract's rule: from `maxId` to `maxId` until a 404."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        for _ in range(50):
            answer = self.http.get("/products", params={**FULL, "limit": limit, **asked, **cursor})
            if answer.status_code == 404:
                return found
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["data"]
            cursor = {"sinceId": page["maxId"]}
        raise AssertionError("this walk does not end")

    def keys(self, limit: int = 3, **asked: Any) -> list[str]:
        """The keys of every row, as text."""
        return [str(r["primaryId"]) for r in self.walk(limit, **asked)]

    def filtered(self, **wanted: Any) -> list[str]:
        return self.keys(filters=json.dumps({k.replace("__", " "): v for k, v in wanted.items()}))

    def product(self, key: str) -> dict[str, Any]:
        answer = self.http.get(f"/products/{key}", params={"attributes": "*"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def journal(self) -> list[dict[str, Any]]:
        return self.sandbox.journal("pimberly")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world"), nights={FIRST: RECORDS, SECOND: RECORDS})


@contextmanager
def calling(world: Path, *faults: dict[str, Any], **options: Any) -> Generator[Caller]:
    """A client of a tenant with these switches on; each is given without its system."""
    switches = [{"system": "pimberly", **f} for f in faults]
    with running_sandbox(world, switches, systems=["pimberly"], **options) as sandbox:
        caller = Caller(sandbox)
        with caller.http:
            yield caller


@pytest.fixture(scope="module")
def pimberly(world: Path) -> Iterator[Caller]:
    """A tenant without faults that nobody changes."""
    with calling(world) as caller:
        yield caller
