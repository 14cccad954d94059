"""A snapshot of WAIR stock over HTTP, stored as typed Parquet: the product beside a plain loop and dlt.

All read the same running simulator, 5,000 rows a page, packed with gzip. The product walks the list twice, through
different selectors, keeps each page as received and certifies the result; its peers walk once and believe what comes.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import orjson
import pandas as pd
import pyarrow as pa

from bench.contest import Stopwatch, Target, contest, show
from bench.dlt_lake import dlt_lake
from bench.stock import NIGHT, PAGE, address, served, signed_in
from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import take
from khaos_assets.snapshots.landing import Attempt, StoredPages
from khaos_assets.snapshots.memory import keep_freed_memory
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.systems.read import WalkNotes
from khaos_assets.systems.wair.client import open_client
from khaos_assets.systems.wair.decode import decode
from khaos_assets.systems.wair.passes import PassReader
from khaos_assets.systems.wair.reads import STOCK
from khaos_assets.systems.wair.settings import Wair

CONTENDERS = ("certified_two_pass", "one_pass", "httpx_pandas", "dlt_rest_api", "dlt_arrow", "dlt_arrow_exact")
BEST_PEER = "dlt_arrow"
NOTE = """certified_two_pass walks the list twice, in two orders, keeps each page as received and proves the result; all
others walk once. one_pass is the product's own walk, landing and decoding, with exact decimals. dlt_arrow is the
fastest way found to feed dlt (floats), dlt_arrow_exact the same with decimals, dlt_rest_api what dlt's guide shows."""
TARGETS = (
    Target("certified_two_pass", 1, BEST_PEER),
    Target("one_pass", 0.5, BEST_PEER),
    Target("certified_two_pass", 1, "dlt_arrow_exact"),
    Target("one_pass", 0.5, "dlt_arrow_exact"),
    Target("certified_two_pass", 1, "dlt_rest_api"),
    Target("one_pass", 0.5, "dlt_rest_api"),
    Target("certified_two_pass", 1024),
)
UNITS = pa.decimal128(28, 5)
EXACT = pa.schema(
    {
        "locationId": pa.string(),
        "skuId": pa.string(),
        "onHand": UNITS,
        "allocated": UNITS,
        "available": UNITS,
        "updatedAt": pa.string(),
    }
)
SETTINGS = Settings.of_merchant(
    {
        "merchant": {"name": "Bench"},
        "khaos": {"enabled": False},
        "wair": {"feed_extension": True, "stock_for_every_active_item": False, "page_size": PAGE},
    }
)


def certified_two_pass(ready_file: str) -> Stopwatch:
    """The product as it runs at night: both walks landed and compared, decoded, certified, Parquet."""
    credentials = Credentials.from_environment(address(ready_file))
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        with watch.running():
            certificates = take(SETTINGS, credentials, store, Night.of(NIGHT), {"wair/stock"})
        certificate = certificates["wair/stock"]
        if not certificate.complete:
            raise RuntimeError(f"the snapshot is incomplete: {certificate.reasons}")
        watch.facts = _stored(Path(folder) / "snapshots") | {"proof": str(certificate.proof)}
    return watch


def one_pass(ready_file: str) -> Stopwatch:
    """The same parts with one walk: each page checked and landed, decoded from there, Parquet. Nothing is proven."""
    credentials = Credentials.from_environment(address(ready_file))
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        attempt = Attempt(Store(Path(folder)), "wair", "stock", Night.of(NIGHT))
        with watch.running():
            keep_freed_memory()
            notes = asyncio.run(_walk_once(attempt, credentials))
            at = datetime.now(UTC).isoformat()
            manifest = attempt.finish(notes, walked=True, started_at=at, finished_at=at)
            decoded = decode(STOCK, StoredPages(attempt.folder, manifest.pages), notes)
            tables = {name: t for name, t in decoded.tables.items() if isinstance(t, pa.Table)}
            write_tables(Path(folder) / "tables", tables, decoded.quarantined)
        watch.facts = _stored(Path(folder) / "tables" / "stock.parquet")
    return watch


async def _walk_once(attempt: Attempt, credentials: Credentials) -> WalkNotes:
    wair = SETTINGS.of(Wair)
    async with open_client(SETTINGS, credentials) as client:
        reader = PassReader(
            feed=STOCK,
            client=client,
            landing=attempt,
            limit=wair.page_size,
            concurrency=wair.transport.concurrency,
            progress=lambda _: None,
        )
        walked = await reader.run(1, by_change=False)
    return WalkNotes(facts={"pages": walked.pages, "overlay": []})


def httpx_pandas(ready_file: str) -> Stopwatch:
    """What one writes in an afternoon: page after page, a frame of each, all in one frame. Units are floats."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stock.parquet"
        with watch.running():
            with signed_in(address(ready_file)) as client:
                frames = [pd.DataFrame(answer.json()["stock"]) for answer in _pages(client)]
            stock = pd.concat(frames, ignore_index=True)
            stock["updatedAt"] = pd.to_datetime(stock["updatedAt"], format="ISO8601")
            stock.to_parquet(file)
        watch.facts = _stored(file)
    return watch


def dlt_rest_api(ready_file: str) -> Stopwatch:
    """dlt as its guide has it: a declared REST source, dlt's own paging and type inference. Units are floats."""
    env = address(ready_file)
    with signed_in(env) as client:
        headers = {name: client.headers[name] for name in ("X-Tenant", "Authorization")}
    paginator = {"type": "offset", "limit": PAGE, "total_path": None, "has_more_path": "moreRecordsAvailable"}
    endpoint = {"path": "Stock", "data_selector": "stock", "paginator": paginator}
    source: Any = {
        "client": {"base_url": env["WAIR_BASE_URL"] + "/", "headers": headers},
        "resources": [{"name": "stock", "endpoint": endpoint}],
    }
    with dlt_lake() as (_, pipeline, lake):
        from dlt.sources.rest_api import rest_api_resources

        watch = Stopwatch()
        with watch.running():
            pipeline.run(rest_api_resources(source), loader_file_format="parquet")
        watch.facts = _stored(lake / "bench" / "stock")
    return watch


def dlt_arrow(ready_file: str) -> Stopwatch:
    """dlt at its fastest: each page given as an Arrow table, stored without a look at single rows. Units are floats."""
    return _dlt_of_tables(_arrow_pages(address(ready_file), exact=False))


def dlt_arrow_exact(ready_file: str) -> Stopwatch:
    """The same with units as exact decimals, as the product has them: no number becomes a float on its way."""
    return _dlt_of_tables(_arrow_pages(address(ready_file), exact=True))


def _dlt_of_tables(pages: Iterator[pa.Table]) -> Stopwatch:
    """Into Parquet files: into a table of DuckDB it took a few per cent longer."""
    with dlt_lake() as (dlt, pipeline, lake):
        watch = Stopwatch()
        with watch.running():
            pipeline.run(dlt.resource(pages, name="stock"), loader_file_format="parquet")
        watch.facts = _stored(lake / "bench" / "stock")
    return watch


def _arrow_pages(env: dict[str, str], *, exact: bool) -> Iterator[pa.Table]:
    """Each page through the fastest parser that gives floats, or that gives decimals."""
    decode: Any = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode if exact else orjson.loads
    with signed_in(env) as client:
        for answer in _pages(client):
            page = pa.Table.from_pylist(decode(answer.content)["stock"], schema=EXACT if exact else None)
            changed = page["updatedAt"].cast(pa.timestamp("us", "UTC"))
            yield page.set_column(page.schema.get_field_index("updatedAt"), "updatedAt", changed)


def _pages(client: httpx.Client) -> Iterator[httpx.Response]:
    """Page after page until the list says that it ends."""
    offset, more = 0, True
    while more:
        answer = client.get("/Stock", params={"offset": offset, "limit": PAGE}).raise_for_status()
        yield answer
        offset += PAGE
        more = b'"moreRecordsAvailable":true' in answer.content[-60:]


def _stored(place: Path) -> dict[str, Any]:
    """The facts of a Parquet file, or of all below a folder."""
    files = [str(place)] if place.is_file() else [str(f) for f in place.rglob("*.parquet") if f.stem != "quarantine"]
    with duckdb.connect() as db:
        return _facts(db, f"read_parquet({files})")


def _facts(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, Any]:
    """Rows, and sums that show that all contenders stored the same ones, typed: units, hashed keys, change times."""
    names = [name for name, *_ in db.execute(f"DESCRIBE FROM {relation}").fetchall()]
    column = {name.replace("_", "").lower(): name for name in names}
    location, sku, on_hand, available, updated = (
        column[name] for name in ("locationid", "skuid", "onhand", "available", "updatedat")
    )
    ((rows, units, keys),) = db.execute(
        f"""
        SELECT count(*), sum({on_hand} + {available})::DOUBLE,
            (sum(hash({location} || '/' || {sku} || epoch_ms({updated})::VARCHAR)::HUGEINT) % 4294967291)::BIGINT
        FROM {relation}
        """
    ).fetchall()
    return {"rows": rows, "units": f"{units:.1f}", "keys": f"{keys:08x}"}


def report(rounds: int = 3, size: int = 1_000_000) -> None:
    """Run all contenders against one simulator and print the table."""
    with served(size) as ready_file:
        figures = contest("bench.snapshots", CONTENDERS, str(ready_file), rounds=rounds)
    title = f"Snapshot of {size:,} stock records over HTTP, {PAGE:,} a page, stored as Parquet"
    show(title, figures, BEST_PEER, "records", note=NOTE, targets=TARGETS)
