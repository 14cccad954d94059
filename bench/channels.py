"""Snapshots of OroCommerce, SCAYLE and Pimberly where every answer takes 50 ms: the product beside dlt.

All read the same simulator and the same lists. dlt's REST source is declared as its guide has it, with the largest page
that the contract allows, and walks once; the product walks twice or counts, keeps each answer and certifies.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from bench.contest import Stopwatch, Target, contest, show
from bench.dlt_lake import dlt_lake
from bench.nights import Nights, simulated
from khaos_assets.config import Credentials, Store
from khaos_assets.snapshots import take

LATENCY_MS = 50
SIZE = (500, 1000)
"""Items and orders: what a shop has hundreds of calls for, dlt asks one after another."""
PEERS = {
    "orocommerce": ("dlt_orocommerce", "dlt_orocommerce_hundreds"),
    "scayle": ("dlt_scayle", "dlt_scayle_parallel"),
    "pimberly": ("dlt_pimberly", "dlt_pimberly_list"),
}
AT_LEAST = 5
NOTE = "Rows differ a little: each side cuts what an answer holds into rows of its own."


def certified(ready_file: str, system: str) -> Stopwatch:
    """The product as it runs at night: every read of the system."""
    nights, watch = Nights(*SIZE), Stopwatch()
    credentials = Credentials.from_environment({}, ready_file=Path(ready_file))
    with tempfile.TemporaryDirectory() as folder:
        settings = nights.settings(Path(folder))
        with watch.running():
            certificates = take(settings, credentials, Store(settings.data_dir), nights.dates[0], {system})
    watch.facts = {"rows": sum(c.rows for c in certificates.values())}
    if incomplete := [name for name, c in certificates.items() if not c.complete]:
        raise RuntimeError(f"incomplete: {', '.join(incomplete)}")
    return watch


def dlt_orocommerce(ready_file: str, _: str) -> Stopwatch:
    """`page[size]=-1`: every list in one answer, as the shop allows while it has no maximum."""
    return _orocommerce(ready_file, -1)


def dlt_orocommerce_hundreds(ready_file: str, _: str) -> Stopwatch:
    """A hundred rows a page, as for a shop with that maximum."""
    return _orocommerce(ready_file, 100)


def _orocommerce(ready_file: str, size: int) -> Stopwatch:
    env = _env(ready_file)
    origin = httpx.URL(env["OROCOMMERCE_BASE_URL"])
    grant = {"grant_type": "client_credentials"} | {
        name: env[f"OROCOMMERCE_{name.upper()}"] for name in ("client_id", "client_secret")
    }
    with httpx.Client(trust_env=False) as client:
        answer = client.post(str(origin.copy_with(path="/oauth2-token")), data=grant).raise_for_status()
    headers = {"Accept": "application/vnd.api+json", "Authorization": f"Bearer {answer.json()['access_token']}"}
    paging = {"data_selector": "data", "paginator": {"type": "json_link", "next_url_path": "links.next"}}
    plain = ("products", "productunitprecisions", "inventorylevels", "orders", "orderlineitems",
             "ordershippingtrackings", "customers", "customerusers", "pricelists")  # fmt: skip
    resources = [_resource(name, name, paging, {"page[size]": size}) for name in plain]
    of_list = {"page[size]": size, "filter[priceList]": "{resources.pricelists.id}"}
    of_order = {"filter[order]": "{resources.orders.id}"}
    single = {"data_selector": "data", "paginator": "single_page"}
    resources.append(_resource("productprices", "productprices", paging, of_list))
    resources.append(_resource("ordersubtotals", "ordersubtotals", single, of_order))
    return _run(env["OROCOMMERCE_BASE_URL"], headers, resources)


def dlt_scayle(ready_file: str, _: str) -> Stopwatch:
    """Lists by cursor; stock and prices of each variant, details of each order, as dependent resources."""
    return _scayle(ready_file, parallel=False)


def dlt_scayle_parallel(ready_file: str, _: str) -> Stopwatch:
    """The same with dlt's `parallelized` resources: its pool of five threads."""
    return _scayle(ready_file, parallel=True)


def _scayle(ready_file: str, *, parallel: bool) -> Stopwatch:
    env = _env(ready_file)
    headers = {"X-Access-Token": env["SCAYLE_ACCESS_TOKEN"], "Accept": "application/json"}
    cursor = {"type": "cursor", "cursor_path": "cursor.next", "cursor_param": "cursor"}
    paging = {"data_selector": "entities", "paginator": cursor}
    bare = {"data_selector": "$", "paginator": "single_page"}
    most = {"limit": 100}
    country = "shops/{resources.countries._shops_shopKey}/countries/{resources.countries.countryCode}"
    of_order = "shops/{resources.orders.shopCountry.shopKey}/countries/{resources.orders.shopCountry.countryCode}"
    resources = [
        _resource("shops", "shops", paging, most),
        _resource("countries", "shops/{resources.shops.shopKey}/countries", paging, most)
        | {"include_from_parent": ["shopKey"]},
        _resource("warehouses", "warehouses", paging, most),
        _resource("products", "products", paging, most),
        _resource("variants", "products/{resources.products.id}/variants", paging, most),
        _resource("stocks", "variants/{resources.variants.id}/stocks", bare, {}),
        _resource("prices", "variants/{resources.variants.id}/prices", bare, {}),
        _resource("orders", f"{country}/orders", paging, most),
        _resource("order_details", f"{of_order}/orders/{{resources.orders.id}}", bare, {}),
    ]
    return _run(env["SCAYLE_BASE_URL"], headers, [r | {"parallelized": parallel} for r in resources])


def dlt_pimberly(ready_file: str, _: str) -> Stopwatch:
    """The list by its cursor, then parents and items of each product as dependent resources: the tables we have."""
    return _pimberly(ready_file, ("parents", "items"))


def dlt_pimberly_list(ready_file: str, _: str) -> Stopwatch:
    """The list alone."""
    return _pimberly(ready_file, ())


def _pimberly(ready_file: str, children: tuple[str, ...]) -> Stopwatch:
    env = _env(ready_file)
    headers = {"Authorization": env["PIMBERLY_ACCESS_TOKEN"], "Accept": "application/json"}
    cursor = {"type": "cursor", "cursor_path": "maxId", "cursor_param": "sinceId"}
    ends = {"response_actions": [{"status_code": 404, "action": "ignore"}], "data_selector": "data"}
    full = {"limit": 1000, "attributes": "*", "extendResponse": 1}
    resources = [_resource("products", "products", ends | {"paginator": cursor}, full)]
    resources += [
        _resource(c, f"products/{{resources.products.primaryId}}/{c}", ends | {"paginator": "single_page"}, {})
        for c in children
    ]
    return _run(env["PIMBERLY_BASE_URL"], headers, resources)


def _resource(name: str, path: str, endpoint: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "endpoint": {"path": path, "params": dict(params), **endpoint}}


def _run(base_url: str, headers: dict[str, str], resources: list[dict[str, Any]]) -> Stopwatch:
    """One run of the pipeline to Parquet files. Facts: rows of all resources."""
    with dlt_lake() as (_, pipeline, _lake):
        from dlt.sources.rest_api import rest_api_resources

        source: Any = {"client": {"base_url": base_url.rstrip("/") + "/", "headers": headers}, "resources": resources}
        watch = Stopwatch()
        with watch.running():
            pipeline.run(rest_api_resources(source), loader_file_format="parquet")
        counts = pipeline.last_trace.last_normalize_info.row_counts
        watch.facts = {"rows": sum(counts.get(r["name"], 0) for r in resources)}
    return watch


def _env(ready_file: str) -> dict[str, str]:
    return json.loads(Path(ready_file).read_text(encoding="utf-8"))["env"]


def report(rounds: int = 1) -> None:
    """A table per system."""
    nights = Nights(*SIZE)
    nights.make()
    for system, peers in PEERS.items():
        with simulated(
            nights.world, nights.folder / "ready.json", systems=(system,), latency_ms={system: LATENCY_MS}
        ) as ready_file:
            names = ("certified", *peers)
            figures = contest("bench.channels", names, str(ready_file), system, rounds=rounds)
        title = f"Snapshot of {system} at {LATENCY_MS} ms an answer"
        show(
            title,
            figures,
            peers[0],
            "rows",
            note=NOTE,
            targets=[Target("certified", 1 / AT_LEAST, peer) for peer in peers],
        )
