"""The simulators as clients of their kind meet them, which know the vendor's habits and nothing of this product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from khaos_assets.sandbox.worlds import make_world
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox

CHANNELS = ("khaos", "scayle", "orocommerce", "plytix", "pimberly")
JSON_API = "application/vnd.api+json"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("merchant") / "world"
    make_world(folder, seed=3, skus=150, orders=120, nights=1, systems=CHANNELS)
    return folder


@pytest.fixture(scope="module")
def sandbox(world: Path) -> Iterator[Sandbox]:
    with running_sandbox(world, rate_clock=3600) as sandbox:
        sandbox.set_faults([])  # a world has some of its own: records that go while they are being read
        yield sandbox


def records(world: Path, file: str) -> list[dict[str, Any]]:
    (path,) = world.glob(f"nights/*/{file}.ndjson")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_json_api_client_walks_oro_orders_by_their_links_and_patches_a_level(sandbox: Sandbox, world: Path) -> None:
    asked = {"grant_type": "client_credentials", **sandbox.credentials("orocommerce")}
    token = httpx.post(f"{sandbox.root('orocommerce')}/oauth2-token", data=asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": JSON_API}
    with httpx.Client(headers=headers) as client:
        seen: list[str] = []
        link = f"{sandbox.base_url('orocommerce')}/orders?page[size]=4&sort=id"
        while link:
            document = client.get(link).json()
            seen += [resource["id"] for resource in document["data"]]
            link = document.get("links", {}).get("next")
        assert sorted(seen) == sorted(r["id"] for r in records(world, "orocommerce/orders"))

        levels = f"{sandbox.base_url('orocommerce')}/inventorylevels"
        level = client.get(f"{levels}?page[size]=1").json()["data"][0]
        change = {"type": level["type"], "id": level["id"], "attributes": {"quantity": "7.0000000000"}}
        body = json.dumps({"data": change})
        answer = client.patch(f"{levels}/{level['id']}", content=body, headers={"Content-Type": JSON_API})
        assert answer.status_code == 200
        assert float(client.get(f"{levels}/{level['id']}").json()["data"]["attributes"]["quantity"]) == 7
    (written,) = sandbox.journal("orocommerce")
    assert level["id"] in json.dumps(written)


def test_a_client_that_waits_for_plytix_to_refuse_it_before_it_takes_a_token_pages_all_products(
    sandbox: Sandbox, world: Path
) -> None:
    root = sandbox.root("plytix")
    with httpx.Client() as client:

        def search(page: int) -> httpx.Response:
            body = {"attributes": ["sku"], "pagination": {"page": page, "page_size": 40, "order": "id"}}
            answer = client.post(f"{root}/api/v1/products/search", json=body)
            if answer.status_code != 401:
                return answer
            keys = client.post(f"{root}/auth/api/get-token", json=sandbox.credentials("plytix"))
            client.headers["Authorization"] = f"Bearer {keys.json()['data'][0]['access_token']}"
            return client.post(f"{root}/api/v1/products/search", json=body)

        seen: list[str] = []
        first = search(1).json()["pagination"]
        for page in range(1, -(-first["total_count"] // 40) + 1):
            seen += [row["id"] for row in search(page).json()["data"]]
    assert sorted(seen) == sorted(r["id"] for r in records(world, "plytix/products"))


def test_a_pimberly_client_asks_on_behind_the_last_id_until_404(sandbox: Sandbox, world: Path) -> None:
    with httpx.Client(headers={"Authorization": sandbox.credentials("pimberly")["access_token"]}) as client:
        seen: list[str] = []
        asked: dict[str, str | int] = {"attributes": "*", "extendResponse": 1, "limit": 40}
        while (answer := client.get(f"{sandbox.base_url('pimberly')}/products", params=asked)).status_code == 200:
            seen += [row["primaryId"] for row in answer.json()["data"]]
            asked["sinceId"] = answer.json()["maxId"]
        assert answer.status_code == 404
    assert sorted(seen) == sorted(r["primaryId"] for r in records(world, "pimberly/products"))


def test_a_scayle_client_follows_the_cursor_and_asks_each_variant_for_its_stock(sandbox: Sandbox, world: Path) -> None:
    with httpx.Client(
        base_url=sandbox.base_url("scayle"),
        headers={"X-Access-Token": sandbox.credentials("scayle")["access_token"], "Accept": "application/json"},
    ) as client:
        variants: list[int] = []
        asked: dict[str, str | int] = {"limit": 40, "with": "variants"}
        while True:
            page = client.get("/products", params=asked).json()
            variants += [v["id"] for product in page["entities"] for v in product["variants"]]
            if page["cursor"]["next"] is None:
                break
            asked["cursor"] = page["cursor"]["next"]
        products = records(world, "scayle/products")
        assert sorted(variants) == sorted(v["id"] for p in products for v in p["variants"])
        stocks = records(world, "scayle/stocks")
        for variant in variants[:10]:
            shown = client.get(f"/variants/{variant}/stocks").json()
            rows = shown["entities"] if isinstance(shown, dict) else shown
            kept = [s["quantity"] for s in stocks if s["variantId"] == variant]
            assert sorted(row["quantity"] for row in rows) == sorted(kept)
