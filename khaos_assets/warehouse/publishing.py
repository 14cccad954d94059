"""The published copy: tables of one night for readers, under a new name, and a pointer to the newest.

A connection still open on a replaced path would go on seeing the old data, so a path is never reused for other content.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb

from khaos_assets.config import Night, Store
from khaos_assets.config.store import replacing, write_bytes
from khaos_assets.warehouse.database import open_warehouse

NIGHTLY = ("exception", "control_code", "control_read", "flow_latency")
"""Results: of every night up to the one that is published."""
RECORDS = (
    "item", "stock_position", "sales_order", "order_line", "shipment", "invoice", "parcel", "dispatch", "dispatch_line",
)  # fmt: skip
"""Conformed records that people look at beside an exception: of the night that the warehouse holds."""


def published_copy(store: Store) -> Path | None:
    """The newest published copy, None before the first night was finished."""
    pointer = store.published / "current.json"
    return store.published / json.loads(pointer.read_text())["file"] if pointer.exists() else None


def publish(store: Store, night: Night) -> Path:
    """Copy the results of every night up to this one, and this one's records, into `published/<night>-<hash>.duckdb`
    and point to it.

    Tables only, no views: the copy stands by itself.
    """
    store.published.mkdir(parents=True, exist_ok=True)
    chosen = dict.fromkeys(NIGHTLY, f"WHERE night <= DATE '{night}'") | dict.fromkeys(RECORDS, "")
    digest = hashlib.sha256()
    with open_warehouse(store, read_only=True) as db:
        for name, rows in chosen.items():
            # Of the rows themselves: a file's own bytes hold whatever lay under a NULL
            content = f"SELECT count(*), bit_xor(md5_number(to_json(t)::VARCHAR)) FROM (FROM main.{name} {rows}) AS t"
            digest.update(f"{name} {db.execute(content).fetchall()}".encode())
    target = store.published / f"{night}-{digest.hexdigest()[:16]}.duckdb"
    if not target.exists():
        with replacing(target) as temporary:
            temporary.unlink()
            db = duckdb.connect(str(temporary))
            try:
                db.execute("ATTACH $path AS warehouse (READ_ONLY)", {"path": str(store.warehouse)})
                for name, rows in chosen.items():
                    db.execute(f"CREATE TABLE {name} AS FROM warehouse.main.{name} {rows} ORDER BY ALL")
            finally:
                db.close()
    write_bytes(
        store.published / "current.json", json.dumps({"night": str(night), "file": target.name}).encode() + b"\n"
    )
    return target
