"""A small Plytix account, and a client that gets its token as the contract says."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

FIRST, SECOND = "2026-11-19", "2026-11-20"
FAST_CLOCK = {"switch": "rate_clock", "speed": 100_000}
FAMILY, OTHER_FAMILY, BUNDLE = f"{1:024x}", f"{2:024x}", f"{3:024x}"


def key(number: int) -> str:
    """The id of the product with this number."""
    return f"{number:024x}"


def product(number: int, sku: str, **fields: Any) -> dict[str, Any]:
    """A product of the account; the later its number, the later it was made."""
    return {
        "id": key(number),
        "sku": sku,
        "label": f"Product {sku}",
        "gtin": None,
        "status": "Completed",
        "created": f"2026-10-{number % 28 + 1:02}T08:00:00.123000+00:00",
        "modified": "2026-11-18T10:00:00.000000+00:00",
        "product_type": "SINGLE",
        "num_variations": 0,
        "product_family_id": FAMILY,
        "categories": [],
        "assets": [],
        "thumbnail": None,
        "relationships": [],
        "overwritten_attributes": [],
        "attributes": {"colour": "Red", "weight_kg": 1},
    } | fields


# The parent's SKU sorts behind its variants; singles S100 to S104 follow.
SHIRT, SHIRT_S, SHIRT_M = 10, 11, 12
PRODUCTS = [
    product(SHIRT, "SHIRT", product_type="PARENT", num_variations=2, attributes={"colour": "Blue", "washable": True}),
    product(
        SHIRT_S, "SHIRT-01", product_type="VARIANT", _parent_id=key(SHIRT), attributes={"colour": "Blue", "size": "S"}
    ),
    product(
        SHIRT_M,
        "SHIRT-02",
        product_type="VARIANT",
        _parent_id=key(SHIRT),
        overwritten_attributes=["colour"],
        attributes={"colour": "Navy", "size": "M"},
    ),
    product(20, "S100", status="Draft", attributes={"weight_kg": 2, "tags": ["new", "sale"]}),
    product(21, "S101", attributes={"weight_kg": 3, "launched": "2026-11-10T00:00:00"}),
    product(22, "S102", product_family_id=None, attributes={}),
    product(
        23,
        "S103",
        relationships=[
            {
                "relationship_id": BUNDLE,
                "label": "Bundle",
                "related_products": [{"product_id": key(20), "quantity": 2}, {"product_id": key(21), "quantity": 1}],
            }
        ],
    ),
    product(24, "s103", status="Archived"),
]
FAMILIES: list[dict[str, Any]] = [
    {
        "id": FAMILY,
        "name": "Clothes",
        "total_products": 7,
        "total_attributes": 6,
        "total_models": 0,
        "attributes": [
            {"id": f"{n + 100:024x}", "name": label, "label": label, "attribute_level": level}
            for n, (label, level) in enumerate(
                [
                    ("colour", "parent_level"),
                    ("washable", "parent_level"),
                    ("size", "variant_level"),
                    ("weight_kg", "no_level"),
                    ("tags", "no_level"),
                    ("launched", "no_level"),
                ]
            )
        ],
    },
    {
        "id": OTHER_FAMILY,
        "name": "Shoes",
        "modified": "2026-11-10T08:00:00.000000+00:00",
        "total_products": 0,
        "total_attributes": 0,
        "total_models": 0,
    },
]
RECORDS = {
    "plytix/products": PRODUCTS,
    "plytix/families": FAMILIES,
    "plytix/relationships": [{"id": BUNDLE, "label": "Bundle"}],
    "plytix/attributes": [{"label": "size", "type_class": "DropdownAttribute", "options": ["S", "M", "L"]}],
}


class Caller:
    """One client of the account, with a token when it has signed in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        # verify=False: reading the certificates of the world takes longer than most of these tests.
        self.http = httpx.Client(
            base_url=f"{sandbox.base_url('plytix')}/api/v1", trust_env=False, timeout=60, verify=False
        )

    def token(self, **credentials: str) -> httpx.Response:
        known = self.sandbox.credentials("plytix") | credentials
        return self.http.post(f"{self.sandbox.base_url('plytix')}/auth/api/get-token", json=known)

    def sign_in(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.token().json()['data'][0]['access_token']}"

    def search(self, filters: Any = None, *, page: int = 1, size: int = 100, order: Any = "sku", **body: Any) -> Any:
        asked = {"pagination": {"page": page, "page_size": size, "order": order}, "filters": filters or [], **body}
        answer = self.http.post("/products/search", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def skus(self, filters: Any = None, **asked: Any) -> list[str]:
        """The SKUs of one page."""
        return [r["sku"] for r in self.search(filters, **asked)["data"]]

    def walk(self, size: int = 3, **asked: Any) -> list[str]:
        """The SKUs of every page, by the contract's rule: until a page is empty."""
        found: list[str] = []
        for page in range(1, 50):
            skus = self.skus(page=page, size=size, **asked)
            if not skus:
                return found
            found += skus
        raise AssertionError("this walk does not end")

    def product(self, number: int, *, everything: bool = False) -> dict[str, Any]:
        answer = self.http.get(f"/products/{key(number)}", params={"all_attributes": str(everything).lower()})
        assert answer.status_code == 200, answer.text
        (found,) = answer.json()["data"]
        return found

    def journal(self) -> list[dict[str, Any]]:
        return self.sandbox.journal("plytix")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("world"), nights={FIRST: RECORDS, SECOND: RECORDS})


@contextmanager
def calling(world: Path, *faults: dict[str, Any], **options: Any) -> Generator[Caller]:
    """A client, not signed in, of an account with these switches on; each is given without its system."""
    switches = [{"system": "plytix", **f} for f in faults]
    with running_sandbox(world, switches, systems=["plytix"], **options) as sandbox:
        caller = Caller(sandbox)
        with caller.http:
            yield caller


@contextmanager
def signed_in(world: Path, *faults: dict[str, Any], **options: Any) -> Generator[Caller]:
    """The same, signed in, and with limits that nobody reaches."""
    with calling(world, FAST_CLOCK, *faults, **options) as caller:
        caller.sign_in()
        yield caller


@pytest.fixture(scope="module")
def plytix(world: Path) -> Iterator[Caller]:
    """An account without faults that nobody changes."""
    with signed_in(world) as caller:
        yield caller
