"""Thousands of stock corrections of SCAYLE, each read and written by a call of its own, at the vendor's limit.

The simulator stands in a process of its own and counts requests a minute as the vendor documents it; what the limit
allows is so many minutes as it takes of them. The last burst need not wait, so three minutes are the least for 10,000.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.contest import ROOT, Stopwatch, measured, verdict
from khaos_assets.cases.ledger import open_ledger
from khaos_assets.config import Credentials, Settings, Store, load_settings
from khaos_assets.corrections.applying import apply
from khaos_assets.corrections.approval import approve
from khaos_assets.corrections.plan import Ground, Plan, PlanItem
from khaos_assets.corrections.register import enter
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.systems.scayle.settings import PER_MINUTE

NIGHT = "2026-11-20"
LIMIT = PER_MINUTE["stocksWrite"]
OVER = 1.10
"""So much of the time that the limit allows may be taken."""


def report(corrections: int, clock: float) -> None:
    """Apply them once; `clock` times as fast do the limits pass."""
    took = measured("bench.corrections", "applied", str(corrections), str(clock))
    allowed = corrections / LIMIT * 60 / clock
    faster = f", {clock:g} × as fast" if clock != 1 else ""
    times = f"{took['seconds']:.0f} s by the clock, {took['cpu']:.1f} s of processor time in this process"
    print(f"{corrections:,} stock corrections of SCAYLE at {LIMIT:,} a minute{faster}: {times}\n  {took['facts']}")
    met = verdict(took["seconds"] <= OVER * allowed)
    Console().print(f"  {met} within {OVER:.2f} × {allowed:.0f} s", highlight=False)


def applied(corrections: str, clock: str) -> Stopwatch:
    """Plan by hand, approve, apply."""
    count, folder = int(corrections), ROOT / "var" / "bench" / "corrections"
    shutil.rmtree(folder, ignore_errors=True)
    make_world(folder / "world", seed=1, skus=count, orders=20, nights=1, systems=("khaos", "scayle"))
    settings = load_settings(folder / "world" / "merchant.toml", data_dir=folder / "data")
    own = settings.corrections
    caps = own.caps.model_copy(update={"items": count, "sku_share_percent": 100, "units": count})
    own = own.model_copy(update={"caps": caps, "writes": ["scayle.stock"], "batches": []})
    settings = settings.model_copy(update={"corrections": own})
    watch, store = Stopwatch(), Store(settings.data_dir)
    with _served(folder / "world", float(clock)) as ready_file, open_ledger(store) as ledger:
        plan_id = enter(ledger, _plan(settings, folder / "world", count))
        approve(ledger, settings, plan_id, by="ben", at=datetime.now(UTC))
        credentials = Credentials.from_environment({}, ready_file=ready_file)
        with watch.running():
            ended = apply(ledger, settings, credentials, store, plan_id, by="ben")
    watch.facts = {"how": ended.how, "why": ended.why, **ended.states}
    return watch


def _plan(settings: Settings, world: Path, count: int) -> Plan:
    """One unit more of each of the first rows of stock."""
    with (world / "nights" / NIGHT / "scayle" / "stocks.ndjson").open(encoding="utf-8") as rows:
        stocks: list[dict[str, Any]] = [json.loads(row) for row, _ in zip(rows, range(count), strict=False)]
    items = (
        PlanItem(
            case_key=f"{n:032x}", code="STK-04", write="scayle.stock", record=f"{row['variantId']}", field="stock",
            target={
                "variant_id": str(row["variantId"]), "warehouse": row["warehouseReferenceKey"],
                "merchant": row["merchantReferenceKey"], "changed_at": f"{NIGHT}T02:00:00Z",
                "sells_without_stock": str(row["sellableWithoutStock"]).lower(),
                "expected_at": row["expectedAvailabilityAt"],
            },
            before=str(row["quantity"]), after=str(row["quantity"] + 1), rests_on=("scayle/stocks",),
        )
        for n, row in enumerate(stocks)
    )  # fmt: skip
    return Plan(
        merchant=settings.merchant.name, night=NIGHT, made_at=datetime.now(UTC), planner="anna", skus=count,
        ground=(Ground(read="scayle/stocks", snapshot="5f", verdict="COMPLETE"),), items=tuple(items),
    )  # fmt: skip


@contextmanager
def _served(world: Path, clock: float) -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ready_file = Path(folder) / "ready.json"
        start = (
            "import sys; from pathlib import Path; from khaos_assets.sandbox.serve import run; "
            "run(Path(sys.argv[1]), None, Path(sys.argv[2]), systems=['scayle'], rate_clock=float(sys.argv[3]))"
        )
        server = subprocess.Popen([sys.executable, "-c", start, str(world), str(ready_file), str(clock)])
        try:
            while not ready_file.exists():
                if server.poll() is not None:
                    raise RuntimeError(f"the simulator did not start (exit status {server.returncode})")
                time.sleep(0.05)
            yield ready_file
        finally:
            server.terminate()
            server.wait()
