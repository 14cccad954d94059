"""Wire rows as a night's snapshots, without a server: landed in memory, decoded and certified as the product does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from khaos_assets.config import Night, Settings, Store
from khaos_assets.snapshots.certify import certify
from khaos_assets.snapshots.landing import Manifest
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.snapshots.stored import write_certificate
from khaos_assets.systems.read import Decoded, LandedPage, Proof, WalkNotes
from khaos_assets.systems.scayle import scrub
from khaos_assets.systems.scayle.bundles import Bundles
from khaos_assets.systems.scayle.reads import SYSTEM
from khaos_assets.warehouse.building import build_in
from khaos_assets_tests.memory_warehouse import prepare_memory

NIGHT = Night.of("2026-11-20")
OWNED = {"stocks", "prices"}


@dataclass
class Landed:
    """Answers kept in memory."""

    pages: list[LandedPage] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def land(self, body: bytes, *, asked: Mapping[str, Any], **about: Any) -> LandedPage:
        number = len(self.pages) + 1
        known = {k: about[k] for k in ("operation", "selector", "rows") if k in about}
        page = LandedPage(
            number=number, file=f"{number}.json", asked=dict(asked), sha256_received="", sha256_stored="",
            bytes_received=len(body), **known,
        )  # fmt: skip
        self.pages.append(page)
        self.bodies.append(body)
        return page

    def land_unreadable(self, received: bytes, *, operation: str, selector: str, why: str) -> None:
        del received, operation, selector
        self.unreadable.append(why)

    def body(self, page: LandedPage) -> bytes:
        return self.bodies[page.number - 1]


def listed(rows: Sequence[Any]) -> bytes:
    return msgspec.json.encode({"entities": rows, "cursor": {"next": None}})


def decoded(entity: str, rows: Iterable[Any], *, shop: str = "hl", **facts: Any) -> Decoded:
    """The records of one read. `rows` as a world's file holds them; a text is a row as it is written."""
    raws = [msgspec.Raw(r.encode()) if isinstance(r, str) else r for r in rows]
    landed = Landed()
    notes = WalkNotes(proof=Proof.TWO_PASS, facts={"pages": [], **facts})
    if entity in OWNED:
        _land_owned(landed, raws)
    elif entity == "orders":
        bundles = Bundles(landed, "GET O/{o}", lambda n: None)  # noqa: ARG005
        for n, raw in enumerate(raws):
            body = msgspec.json.encode(raw)
            bundles.add(n, body, kept=scrub.order_detail(body))
        bundles.close()
    else:
        asked = {"shop": shop} if entity == "shops" else {}
        notes.facts["pages"] = [landed.land(listed(raws), operation="GET", selector="", asked=asked).number]
    return SYSTEM.read(entity).decode(landed, notes)


def _land_owned(landed: Landed, rows: Sequence[Any]) -> None:
    bundles = Bundles(landed, "GET", lambda n: None)  # noqa: ARG005
    for row in rows:
        bundles.add(row["variantId"], listed([row]))
    bundles.close()


def conformed(folder: Path, wire: Mapping[str, Iterable[Any]], **settings: Any) -> duckdb.DuckDBPyConnection:
    """A warehouse in memory with the conformed tables of a night of SCAYLE alone."""
    store = Store(folder)
    for read in SYSTEM.reads:
        rows = wire.get(read.entity, wire["products"] if read.entity == "variants" and "products" in wire else ())
        found = decoded(read.entity, rows)
        manifest = Manifest(
            system="scayle", entity=read.entity, night=str(NIGHT), as_of=NIGHT.as_of.isoformat(), attempt=1,
            started_at="", finished_at="", walked=True, notes=WalkNotes(proof=Proof.TWO_PASS), pages=[],
        )  # fmt: skip
        certified = certify(read, manifest, found, None, confirmed=False)
        assert not certified.certificate.reasons
        snapshot = store.snapshot("scayle", read.entity, NIGHT.date)
        snapshot.mkdir(parents=True)
        write_tables(snapshot, certified.tables, certified.quarantined)
        write_certificate(snapshot, certified.certificate)
    db = prepare_memory()
    build_in(db, Settings.of_merchant({"merchant": {"name": "Test"}, "scayle": settings}), store, NIGHT)
    return db
