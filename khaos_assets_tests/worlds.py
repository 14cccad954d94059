"""Whole worlds through the whole product, scored. By hand: `python -m khaos_assets_tests.worlds --seeds 10`.

Each world is made, served, read, compared and scored night by night. `--again` reads it a second time with rows in
another order, other page and chunk sizes and one worker where there were eight, and demands the same bytes.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khaos_assets import reports, rules, snapshots, warehouse
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.sandbox.score import score
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.wair.settings import Wair
from khaos_assets_tests.sandbox_fixtures import running_sandbox


@dataclass(frozen=True)
class Reading:
    """One pass of the product over a world: the exact CSV of each night, certificates, and the score."""

    exports: dict[str, bytes]
    verdicts: dict[str, str]
    score: dict[str, Any]


def polite(settings: Settings) -> Settings:
    """One request at a time, small pages and chunks."""
    return _asked_with(settings, workers=1, page=317, chunk=33)


def hasty(settings: Settings) -> Settings:
    """Eight requests at a time, large pages and chunks."""
    return _asked_with(settings, workers=8, page=5000, chunk=50)


def _asked_with(settings: Settings, *, workers: int, page: int, chunk: int) -> Settings:
    def transport(t: Any) -> Any:
        return t.model_copy(update={"concurrency": workers})

    chunks = dict.fromkeys(("stock_chunk", "customer_chunk", "order_chunk"), chunk)
    settings = settings.changed(Khaos, transport=transport(settings.of(Khaos).transport), **chunks)
    return settings.changed(Wair, transport=transport(settings.of(Wair).transport), page_size=page)


def read_world(world: Path, folder: Path, asked: Any = hasty, faults: Sequence[dict[str, Any]] = ()) -> Reading:
    """All nights of a world through snapshots, warehouse and rules."""
    nights = [Night.of(str(n["date"])) for n in tomllib.loads((world / "world.toml").read_text())["nights"]]
    settings = asked(load_settings(world / "merchant.toml", data_dir=folder))
    store = Store(settings.data_dir)
    exports: dict[str, bytes] = {}
    verdicts: dict[str, str] = {}
    with running_sandbox(world, faults=list(faults), process=True, rate_clock=60) as sandbox:
        for n, night in enumerate(nights):
            if n:
                sandbox.advance()
            credentials = Credentials.from_environment({}, ready_file=sandbox.ready_file)
            certificates = snapshots.take(settings, credentials, store, night)
            verdicts |= {f"{night} {name}": c.verdict.value for name, c in certificates.items()}
            warehouse.build(settings, store, night)
            rules.evaluate(settings, store, night)
            out = folder / f"{night}.csv"
            reports.export_exceptions(store, night.date, out=out)
            exports[str(night)] = out.read_bytes()
    everything = folder / "exceptions.csv"
    reports.export_exceptions(store, None, out=everything)
    return Reading(exports, verdicts, score(world, everything))


def shuffled(world: Path, out: Path, seed: int) -> Path:
    """A copy of the world whose records stand in another order."""
    shutil.copytree(world, out)
    rng = random.Random(seed)
    for file in sorted((out / "nights").glob("*/*/*.ndjson")):
        lines = file.read_bytes().splitlines(keepends=True)
        rng.shuffle(lines)
        file.write_bytes(b"".join(lines))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds, from 1")
    parser.add_argument("--skus", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=3000)
    parser.add_argument("--orders-csv", type=Path, help="grow the worlds from a real order history instead")
    parser.add_argument(
        "--again", action="store_true", help="read each world twice, differently, and compare the bytes"
    )
    asked = parser.parse_args()
    failed = False
    for seed in range(1, asked.seeds + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            world = folder / "world"
            make_world(world, seed=seed, skus=asked.skus, orders=asked.orders, orders_csv=asked.orders_csv)
            first = read_world(world, folder / "first")
            s = first.score
            line = f"seed {seed}: recall {s['recall']}, precision {s['precision']}, decoys {s['decoys_reported']}"
            line += f", {sum(c['planted'] for c in s['per_code'].values())} planted of {len(s['per_code'])} codes"
            failed |= (s["recall"], s["precision"], s["decoys_reported"]) != (1.0, 1.0, 0)
            if asked.again:
                second = read_world(shuffled(world, folder / "shuffled", seed), folder / "second", polite)
                same = first.exports == second.exports
                failed |= not same
                line += ", same bytes again" if same else ", OTHER BYTES"
                for night in first.exports if not same else ():
                    ones, others = (x.exports[night].decode().split("\n") for x in (first, second))
                    print(night, *[f"\n- {a}\n+ {b}" for a, b in zip(ones, others, strict=False) if a != b][:3])
            print(line, flush=True)
            for kind in ("missed", "false"):
                for row in s[kind][:10]:
                    print("  ", kind, row)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
