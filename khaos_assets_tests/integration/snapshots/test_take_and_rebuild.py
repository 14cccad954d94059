"""A night's snapshots from end to end: taken, taken again, rebuilt from the raw pages alone."""

from __future__ import annotations

import asyncio
import gzip
import pickle
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import (
    Verdict,
    concluding,
    landed_nights,
    read_certificate,
    read_certificates,
    rebuild,
    taking,
)
from khaos_assets.snapshots.stored import earlier_keys
from khaos_assets.systems.read import (
    Decoded,
    Pages,
    Proof,
    Read,
    ReadContext,
    ReadFailed,
    System,
    WalkNotes,
)
from khaos_assets.systems.wire import Record
from khaos_assets_tests.integration.systems.wair.conftest import no_waiting, records, shop

__all__ = ["no_waiting", "shop"]
NIGHT = Night.of("2026-11-20")


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_rebuild_from_the_raw_pages_gives_the_same_bytes(shop: Any) -> None:
    """Tables, quarantine and certificates: everything derived can be deleted."""
    world = records()
    world["wair/stock"][9] |= {"onHand": "x"}
    with shop([{"switch": "page_shift", "touch": 3, "walks": 1}], nights={"2026-11-20": world}) as wair:
        taken = wair.take()
    before = files(wair.store.root / "snapshots")
    raw = files(wair.store.root / "raw")
    for path in (wair.store.root / "snapshots").rglob("*.*"):
        path.unlink()
    rebuilt = rebuild(wair.settings, wair.store, NIGHT)
    assert {name.removeprefix("wair/"): c for name, c in rebuilt.items()} == taken
    assert files(wair.store.root / "snapshots") == before
    assert files(wair.store.root / "raw") == raw
    assert landed_nights(wair.store) == [NIGHT]


def test_a_night_taken_again_replaces_its_tables_and_keeps_its_raw_pages(shop: Any) -> None:
    with shop() as wair:
        wair.take("items")
        first = files(wair.store.root / "raw")
        wair.take("items")
    second = files(wair.store.root / "raw")
    assert first.items() < second.items()
    certificate = read_certificate(wair.store, "wair", "items", NIGHT)
    assert certificate is not None and certificate.attempt == 2


class Elsewhere(Executor):
    """Another process, as far as it matters here: only what can be pickled crosses over and back."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        work, things, more = pickle.loads(pickle.dumps((fn, args, named)))
        done.set_result(pickle.loads(pickle.dumps(work(*things, **more))))
        self.given.append("/".join(things[1].parts[-3:-1]))
        return done


def test_what_is_concluded_in_another_process_is_the_same(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for those who wait for it: the proof of stock rests on the items."""
    world = records()
    world["wair/stock"][9] |= {"onHand": "x"}
    with shop(nights={"2026-11-20": world}) as wair:
        here = wair.take()
        before = {n: b for n, b in files(wair.store.root / "snapshots").items() if n.endswith(".parquet")}
        monkeypatch.setattr(concluding, "LARGE", 0)
        process = Elsewhere()
        credentials = Credentials.from_environment(wair.sandbox.env)
        there = taking.take(wair.settings, credentials, wair.store, NIGHT, beside=process)
    assert sorted(process.given) == sorted(f"wair/{name}" for name in here)
    assert {n: b for n, b in files(wair.store.root / "snapshots").items() if n.endswith(".parquet")} == before
    for name, certificate in here.items():
        other = there[f"wair/{name}"]
        assert other.attempt == certificate.attempt + 1
        for of in ("verdict", "proof", "reasons", "remarks", "snapshot", "rows", "quarantined_keys"):
            assert getattr(other, of) == getattr(certificate, of), (name, of)


def test_a_rebuild_takes_the_newest_finished_attempt(shop: Any) -> None:
    with shop() as wair:
        wair.take("items")
    (wair.store.raw_entity("wair", "items") / "2026-11-20.2").mkdir()
    (certificate,) = rebuild(wair.settings, wair.store, NIGHT, ["wair/items"]).values()
    assert certificate.attempt == 1


def test_a_damaged_raw_page_is_found_and_nothing_is_concluded_from_it(shop: Any) -> None:
    with shop() as wair:
        wair.take("items")
    for page in wair.store.raw_attempts("wair", "items", NIGHT.date)[0].glob("0*.gz"):
        page.chmod(0o644)
        page.write_bytes(gzip.compress(gzip.decompress(page.read_bytes()).replace(b"SKU-00", b"SKU-99")))
    (certificate,) = rebuild(wair.settings, wair.store, NIGHT).values()
    assert certificate.verdict is Verdict.INCOMPLETE
    assert [r.fault for r in certificate.reasons] == ["raw_page_damaged"]
    assert wair.rows("items") == []


def test_an_unknown_read_is_wrong_usage(shop: Any) -> None:
    with shop() as wair, pytest.raises(ValueError, match=r"wair/stocks \(there are: .*wair/stock"):
        wair.take("stocks")


def test_certificates_are_read_back_by_name(shop: Any) -> None:
    with shop() as wair:
        taken = wair.take("items", "transfers")
    stored = read_certificates(wair.store, NIGHT)
    assert stored == {f"wair/{name}": c for name, c in taken.items()}
    assert list(stored) == ["wair/items", "wair/transfers"]
    assert read_certificate(wair.store, "wair", "stock", NIGHT) is None


class Note(Record, kw_only=True, frozen=True):
    """A record of the small systems below."""

    reference: str
    updated_at: datetime


def small_read(entity: str, walk: Any, **options: Any) -> Read:
    def decode(_: Pages, notes: WalkNotes) -> Decoded:
        at = datetime(2026, 11, 20, tzinfo=UTC)
        return Decoded(tables={entity: [Note(reference=r, updated_at=at) for r in notes.facts["references"]]})

    return Read(
        entity=entity, title=entity, tables={entity: Note}, key=("reference",), walk=walk, decode=decode, **options
    )


def known(*references: str) -> WalkNotes:
    return WalkNotes(proof=Proof.COUNTED, facts={"references": list(references)})


def take_small(monkeypatch: pytest.MonkeyPatch, folder: Path, khaos: tuple[Read, ...], wair: tuple[Read, ...]) -> Any:
    """Take systems that exist only here, through the real machinery. They stand under the configured names."""

    @asynccontextmanager
    async def client(_: Settings, __: Credentials) -> AsyncIterator[None]:
        yield None

    systems = {
        "khaos": System("khaos", "Small", client, khaos),
        "wair": System("wair", "Small", client, wair),
    }
    monkeypatch.setattr(taking, "installed_systems", lambda: systems)
    settings = Settings.of_merchant({"merchant": {"name": "Test"}, "khaos": {}, "wair": {}})
    return taking.take(settings, Credentials(values={}), Store(folder), NIGHT)


def references_of(decoded: Decoded) -> list[str]:
    """Of tonight's records, or of a stored table."""
    (table,) = decoded.tables.values()
    return table["reference"].to_pylist() if isinstance(table, pa.Table) else [r.reference for r in table]  # pyright: ignore


def test_orders_are_asked_by_the_references_that_the_other_system_knows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Khaos waits until WAIR has told its dispatches, however late they come; its own references do not hold it up."""
    came: list[set[str]] = []

    async def dispatches(_: ReadContext) -> WalkNotes:
        await asyncio.sleep(0.05)
        return known("W1", "W2")

    async def orders(context: ReadContext) -> WalkNotes:
        came.append(await context.references())
        return known("W1", "W9")

    for _ in range(2):
        certificates = take_small(
            monkeypatch,
            tmp_path,
            (small_read("sales_orders", orders, order_references=references_of),),
            (small_read("dispatches", dispatches, order_references=references_of),),
        )
    assert {c.verdict for c in certificates.values()} == {Verdict.COMPLETE}
    assert came == [{"W1", "W2"}, {"W1", "W2"}], "its own orders it asks for by their keys"


def test_a_failed_system_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """References of a failed read are those of its last complete night; what rests on it says so; the rest goes on."""

    async def fails(_: ReadContext) -> WalkNotes:
        raise ReadFailed("endless", "the list never ends")

    async def breaks(_: ReadContext) -> WalkNotes:
        raise ZeroDivisionError("secret")

    async def needs(context: ReadContext) -> WalkNotes:
        await context.result("sites")
        return known()

    async def orders(context: ReadContext) -> WalkNotes:
        return known(*await context.references())

    certificates = take_small(
        monkeypatch,
        tmp_path,
        (small_read("sales_orders", orders), small_read("sites", breaks), small_read("levels", needs)),
        (small_read("dispatches", fails, order_references=references_of),),
    )
    assert {n: [r.fault for r in c.reasons] for n, c in certificates.items()} == {
        "khaos/levels": ["needed_read_failed"],
        "khaos/sales_orders": [],
        "khaos/sites": ["unexpected_error"],
        "wair/dispatches": ["endless"],
    }
    assert "secret" not in certificates["khaos/sites"].reasons[0].detail
    assert certificates["khaos/sites"].rows == 0


def test_keys_of_an_earlier_night_are_those_of_its_last_complete_snapshot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def notes(_: ReadContext) -> WalkNotes:
        return known("A", "B")

    read = small_read("notes", notes)
    take_small(monkeypatch, tmp_path, (read,), ())
    store = Store(tmp_path)
    assert earlier_keys(store, "khaos", read, Night.of("2026-11-21").date) == {"A", "B"}
    assert earlier_keys(store, "khaos", read, NIGHT.date) == set()
