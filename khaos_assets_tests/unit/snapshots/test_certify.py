"""What a certificate says follows from the records alone: not from their order, their pages or the clock."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.snapshots import Verdict
from khaos_assets.snapshots.certify import Certified, certify
from khaos_assets.snapshots.content_hash import row_text, set_hash
from khaos_assets.snapshots.landing import Manifest
from khaos_assets.snapshots.parquet import write_tables
from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.read import Decoded, Proof, Quarantined, Read, Reason, WalkNotes
from khaos_assets.systems.wair.reads import SYSTEM
from khaos_assets.systems.wair.records import Dispatch, DispatchLine, Stock

STOCK: Read = SYSTEM.read("stock")
AT = datetime(2026, 11, 20, 1, tzinfo=UTC)


def row(sku: str, units: str = "1", **fields: Any) -> Stock:
    values = {"location_id": "LON", "allocated": Decimal(0), "available": Decimal(units), "updated_at": AT} | fields
    return Stock(sku_id=sku, on_hand=Decimal(units), **values)


def manifest(**notes: Any) -> Manifest:
    return Manifest(
        system="wair", entity="stock", night="2026-11-20", as_of="2026-11-20T02:00:00+00:00", attempt=1,
        started_at="2026-11-20T02:00:00.000+00:00", finished_at="2026-11-20T02:00:01.000+00:00", walked=True,
        notes=WalkNotes(**({"proof": Proof.TWO_PASS} | notes)), pages=[],
    )  # fmt: skip


def certified(
    rows: Sequence[Stock], *, aside: Sequence[Quarantined] = (), earlier: Path | None = None, confirmed: bool = False,
    **notes: Any,
) -> Certified:  # fmt: skip
    decoded = Decoded(tables={"stock": list(rows)}, quarantined=list(aside))
    return certify(STOCK, manifest(**notes), decoded, earlier, confirmed=confirmed)


def set_aside(key: str, *, readable: bool = True) -> Quarantined:
    return Quarantined(key=key, key_readable=readable, page=1, row=3, field="onHand", reason="no number", raw="{}")


ROWS = [row(f"S{n:03d}", f"{n}.5", updated_at=AT + timedelta(seconds=n)) for n in range(50)]


def test_order_changes_neither_the_snapshot_nor_a_byte_of_its_file(tmp_path: Path) -> None:
    seen: set[tuple[str, str, bytes]] = set()
    for seed in range(4):
        shuffled = random.Random(seed).sample(ROWS, len(ROWS))
        result = certified(shuffled)
        write_tables(tmp_path, result.tables, result.quarantined)
        seen.add(
            (result.certificate.snapshot, result.certificate.key_set_hash, (tmp_path / "stock.parquet").read_bytes())
        )
    assert len(seen) == 1


@pytest.mark.parametrize(
    "changed",
    [
        row("S007", "7.6"),
        row("S007", "7.5", available=Decimal("7.50001")),
        row("S007", "7.5", updated_at=AT),
        row("S007", "7.5", location_id="YRK"),
        row("S07", "7.5"),
    ],
)
def test_any_change_of_any_field_is_another_snapshot(changed: Stock) -> None:
    others = [r for r in ROWS if r.sku_id != "S007"]
    assert certified([*others, changed]).certificate.snapshot != certified(ROWS).certificate.snapshot


def test_equal_numbers_written_differently_are_one_snapshot() -> None:
    assert certified([row("A", "1")]).certificate.snapshot == certified([row("A", "1.00000")]).certificate.snapshot


def test_the_figures_are_those_of_the_records() -> None:
    certificate = certified(ROWS).certificate
    assert (certificate.rows, certificate.distinct_keys) == (50, 50)
    assert certificate.control_units == str(sum(Decimal(n) + Decimal("0.50000") for n in range(50)))
    assert certificate.control_value is None
    assert certificate.newest_change == "2026-11-20T01:00:49+00:00"
    assert (certificate.verdict, certificate.proof, certificate.reasons) == (Verdict.COMPLETE, Proof.TWO_PASS, [])


def test_no_records_are_a_snapshot_too() -> None:
    certificate = certified([]).certificate
    assert (certificate.rows, certificate.control_units, certificate.newest_change) == (0, "0", None)
    assert certificate.key_set_hash == "0" * 32 + ":0"


def test_one_key_twice_is_no_complete_snapshot() -> None:
    """Everything that pairs records by key would count them twice."""
    certificate = certified([*ROWS, row("S007", "9")]).certificate
    assert certificate.verdict is Verdict.INCOMPLETE
    assert [(r.fault, r.detail) for r in certificate.reasons] == [
        ("duplicate_key", "one key, several records: LON/S007")
    ]
    assert certificate.proof is Proof.OVERLAP_ONLY


def test_a_fault_of_the_walk_makes_it_incomplete() -> None:
    reason = Reason(fault="passes_disagree", detail="…")
    certificate = certified(ROWS, faults=[reason]).certificate
    assert (certificate.verdict, certificate.reasons) == (Verdict.INCOMPLETE, [reason])
    assert certificate.proof is Proof.OVERLAP_ONLY


def test_a_record_set_aside_is_counted_and_named() -> None:
    certificate = certified(ROWS, aside=[set_aside("LON/X")]).certificate
    assert certificate.verdict is Verdict.COMPLETE_WITH_QUARANTINE
    assert (certificate.quarantined, certificate.quarantined_keys, certificate.rows) == (1, ["LON/X"], 50)
    assert certificate.proof is Proof.TWO_PASS


def test_an_unreadable_key_might_be_any_key_so_no_absence_is_proven() -> None:
    certificate = certified(ROWS, aside=[set_aside("1:3", readable=False)]).certificate
    assert certificate.proof is Proof.OVERLAP_ONLY
    assert [r.fault for r in certificate.remarks] == ["key_unreadable"]


def test_a_value_that_does_not_fit_its_column_is_no_complete_snapshot() -> None:
    certificate = certified([row("A", "1.000001")]).certificate
    assert [r.fault for r in certificate.reasons] == ["does_not_fit"]


def test_keys_of_the_last_complete_night_must_still_be_there(tmp_path: Path) -> None:
    write_tables(tmp_path, certified(ROWS).tables, [])
    earlier = tmp_path / "stock.parquet"
    tonight = [r for r in ROWS if r.sku_id not in {"S003", "S004"}]
    assert certified(ROWS, earlier=earlier).certificate.complete
    gone = certified(tonight, earlier=earlier).certificate
    assert [r.fault for r in gone.reasons] == ["disappeared"]
    assert "2 record(s)" in gone.reasons[0].detail and "LON/S003, LON/S004" in gone.reasons[0].detail
    one_aside = certified(tonight, earlier=earlier, aside=[set_aside("LON/S003")]).certificate
    assert "1 record(s)" in one_aside.reasons[0].detail
    confirmed = certified(tonight, earlier=earlier, confirmed=True).certificate
    assert (confirmed.verdict, [r.fault for r in confirmed.remarks]) == (Verdict.COMPLETE, ["disappeared"])


CONNECTION = duckdb.connect()
texts = st.none() | st.text("a:-1{}[]", max_size=4)


@given(st.lists(st.tuples(texts, st.lists(st.text("a:-1{}[]", max_size=3), max_size=3)), min_size=2, max_size=2))
@settings(max_examples=80, deadline=None)
def test_no_two_records_share_one_text(pair: list[tuple[str | None, list[str]]]) -> None:
    """Lengths stand before values: "a" + "bc" is not "ab" + "c", and null is not empty."""
    hashes: list[str] = []
    for tracking, skus in pair:
        lines = [DispatchLine(sku_id=s, quantity=Decimal(1)) for s in skus]
        record = Dispatch(
            dispatch_id="D", order_reference="W", location_id="L", carrier_service="", tracking_number=tracking,
            dispatched_at=AT, lines=lines, updated_at=AT,
        )  # fmt: skip
        table = to_arrow([record], Dispatch)
        CONNECTION.register("t", table)
        hashes.append(set_hash(CONNECTION, "t", row_text(table.schema)))
    assert (hashes[0] == hashes[1]) == (pair[0] == pair[1])


def test_the_hash_of_a_snapshot_is_fixed_for_ever() -> None:
    """A sealed month is compared with it years later: a change here needs a new version."""
    certificate = certified([row("A", "1.5"), row("B", "-2")]).certificate
    rows = [f"3:LON1:{sku}{len(u)}:{u}7:0.00000{len(u)}:{u}16:1795136400000000" for sku, u in UNITS.items()]
    assert certificate.key_set_hash == sum_of_md5(["LON/A", "LON/B"])
    of_set = f"wair\nstock\nstock {sum_of_md5(rows)}"
    assert certificate.snapshot == hashlib.sha256(of_set.encode()).hexdigest()


UNITS = {"A": "1.50000", "B": "-2.00000"}


def sum_of_md5(texts: list[str]) -> str:
    """The same figure by plain Python: MD5 read as a number, least significant byte first."""
    total = sum(int.from_bytes(hashlib.md5(t.encode()).digest(), "little") for t in texts) % 2**128
    return f"{total:032x}:{len(texts)}"


def test_quarantine_stands_beside_the_table(tmp_path: Path) -> None:
    result = certified(ROWS, aside=[set_aside("LON/X")])
    write_tables(tmp_path, result.tables, result.quarantined)
    (aside,) = pq.read_table(tmp_path / "quarantine.parquet").to_pylist()
    assert aside == {
        "key": "LON/X", "key_readable": True, "page": 1, "row": 3, "field": "onHand", "reason": "no number",
        "raw": "{}",
    }  # fmt: skip
