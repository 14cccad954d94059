"""A snapshot of WAIR stock over HTTP, stored as typed Parquet: the product beside a plain loop and dlt.

All read the same running simulator, 5,000 rows a page, packed with gzip. The product walks the list twice, through
different selectors, keeps each page as received and certifies the result; its peers walk once and believe what comes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pandas as pd
import pyarrow as pa

from bench.contest import Stopwatch
from bench.stock import NIGHT, PAGE, address, signed_in
from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import take
from khaos_assets.snapshots.landing import Attempt, StoredPages
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.systems.read import WalkNotes
from khaos_assets.systems.wair.client import open_client
from khaos_assets.systems.wair.decode import decode
from khaos_assets.systems.wair.passes import PassReader
from khaos_assets.systems.wair.reads import STOCK

SETTINGS = Settings.model_validate(
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
            notes = asyncio.run(_walk_once(attempt, credentials))
            at = datetime.now(UTC).isoformat()
            manifest = attempt.finish(notes, walked=True, started_at=at, finished_at=at)
            decoded = decode(STOCK, StoredPages(attempt.folder, manifest.pages), notes)
            tables = {name: t for name, t in decoded.tables.items() if isinstance(t, pa.Table)}
            write_tables(Path(folder) / "tables", tables, decoded.quarantined)
        watch.facts = _stored(Path(folder) / "tables" / "stock.parquet")
    return watch


async def _walk_once(attempt: Attempt, credentials: Credentials) -> WalkNotes:
    wair = SETTINGS.wair
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
    """What one writes in an afternoon: page after page, a frame of each, all in one frame, Parquet. Units are floats."""
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
    """dlt as its guide has it: a declared REST source, its own paging and type inference, Parquet files."""
    env = address(ready_file)
    with _dlt("filesystem") as (dlt, pipeline, folder):
        from dlt.sources.rest_api import rest_api_resources

        watch = Stopwatch()
        with watch.running():
            with signed_in(env) as client:
                headers = {name: client.headers[name] for name in ("X-Tenant", "Authorization")}
            paginator = {
                "type": "offset",
                "limit": PAGE,
                "total_path": None,
                "has_more_path": "moreRecordsAvailable",
            }
            endpoint = {"path": "Stock", "data_selector": "stock", "paginator": paginator}
            resources = rest_api_resources(
                {
                    "client": {"base_url": env["WAIR_BASE_URL"] + "/", "headers": headers},
                    "resources": [{"name": "stock", "endpoint": endpoint}],
                }
            )
            pipeline.run(resources, loader_file_format="parquet")
        watch.facts = _stored(folder / "lake" / "bench" / "stock")
    return watch


def dlt_arrow(ready_file: str) -> Stopwatch:
    """dlt at its fastest: each page given as an Arrow table, which it stores without looking at single rows."""
    env = address(ready_file)
    with _dlt("filesystem") as (dlt, pipeline, folder):
        watch = Stopwatch()
        with watch.running():
            pipeline.run(dlt.resource(_arrow_pages(env), name="stock"), loader_file_format="parquet")
        watch.facts = _stored(folder / "lake" / "bench" / "stock")
    return watch


def dlt_arrow_duckdb(ready_file: str) -> Stopwatch:
    """The same into a table of DuckDB."""
    env = address(ready_file)
    with _dlt("duckdb") as (dlt, pipeline, folder):
        watch = Stopwatch()
        with watch.running():
            pipeline.run(dlt.resource(_arrow_pages(env), name="stock"), loader_file_format="parquet")
        with duckdb.connect(str(folder / "lake.duckdb"), read_only=True) as db:
            watch.facts = _facts(db, "bench.stock")
    return watch


def _arrow_pages(env: dict[str, str]) -> Iterator[pa.Table]:
    import orjson

    with signed_in(env) as client:
        for answer in _pages(client):
            page = pa.Table.from_pylist(orjson.loads(answer.content)["stock"])
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


@contextmanager
def _dlt(kind: str) -> Generator[tuple[Any, Any, Path]]:
    """dlt, a pipeline to files or DuckDB, and its folder: it writes nowhere else and tells nobody that it ran."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "RUNTIME__LOG_LEVEL": "CRITICAL",
            "DLT_DATA_DIR": str(folder / "dlt"),
            "DLT_PROJECT_DIR": str(folder),
        }
        os.chdir(folder)
        import dlt

        files = dlt.destinations.filesystem(str(folder / "lake"))
        database = dlt.destinations.duckdb(str(folder / "lake.duckdb"))
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=str(folder / "dlt"),
            destination={"filesystem": files, "duckdb": database}[kind],
            dataset_name="bench",
        )
        try:
            yield dlt, pipeline, folder
        finally:
            os.chdir("/")


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


CONTENDERS = ("certified_two_pass", "one_pass", "httpx_pandas", "dlt_rest_api", "dlt_arrow", "dlt_arrow_duckdb")
