"""Whole worlds through the whole product, scored. By hand: `python -m khaos_assets_tests.worlds --seeds 10`.

Each world is made, served, read, compared and scored night by night. `--again` reads it a second time with rows in
another order, other page and chunk sizes and one worker where there were eight, and demands the same bytes.
`--systems khaos,scayle` makes worlds of these alone, `--from-seed 8 --jobs 2` shares seeds out to processes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from khaos_assets import reports, rules, snapshots, warehouse
from khaos_assets.config import Credentials, Night, Settings, Store, load_settings
from khaos_assets.sandbox.score import score
from khaos_assets.sandbox.worlds import make_world
from khaos_assets.sandbox.worlds.model import SYSTEMS
from khaos_assets.sandbox.worlds.plant import PLANTS, plantable
from khaos_assets_tests.sandbox_fixtures import running_sandbox

DECOYS = frozenset(range(1, 28))
"""The kinds of the catalogue's list."""
ENOUGH = 5
"""So often a code is planted in a world that is large enough for it."""


@dataclass(frozen=True)
class Reading:
    """One pass of the product over a world: the exact CSV of each night, certificates, and the score."""

    exports: dict[str, bytes]
    verdicts: dict[str, str]
    score: dict[str, Any]
    untested: dict[str, set[tuple[str, str]]]
    """Night → codes and systems that were NOT TESTED."""

    @property
    def is_perfect(self) -> bool:
        return (self.score["recall"], self.score["precision"], self.score["decoys_reported"]) == (1.0, 1.0, 0)


PAGES = {
    "khaos": {"stock_chunk": (33, 50), "customer_chunk": (33, 50), "order_chunk": (33, 50)},
    "wair": {"page_size": (317, 5000)},
    "scayle": {"page_size": (37, 100)},
    "orocommerce": {"page_size": (131, 1000)},
    "plytix": {"page_size": (41, 100)},
    "pimberly": {"page_size": (61, 200), "identifiers_page_size": (307, 1000)},
}
"""System → key of its section → a small and a large value."""


def polite(settings: Settings) -> Settings:
    """One request at a time, small pages and chunks."""
    return _asked_with(settings, workers=1, large=False)


def hasty(settings: Settings) -> Settings:
    """Eight requests at a time, large pages and chunks."""
    return _asked_with(settings, workers=8, large=True)


def _asked_with(settings: Settings, *, workers: int, large: bool) -> Settings:
    for name, section in settings.sections().items():
        transport = section.transport.model_copy(update={"concurrency": workers, "request_windows": []})
        sizes = {key: both[large] for key, both in PAGES[name].items()}
        settings = settings.changed(type(section), transport=transport, **sizes)
    return settings


def read_world(
    world: Path,
    folder: Path,
    asked: Callable[[Settings], Settings] = hasty,
    faults: Sequence[dict[str, Any]] | None = None,
    part: slice = slice(None),
    *,
    apart: bool = False,
) -> Reading:
    """The nights of a world through snapshots, warehouse and rules; `faults` in place of the world's own.

    `part` picks nights. What earlier ones left behind must then stand in the folder. `apart`: the simulators have a
    process of their own, which a small world is not worth.
    """
    nights = [Night.of(str(n["date"])) for n in tomllib.loads((world / "world.toml").read_text())["nights"]]
    settings = asked(load_settings(world / "merchant.toml", data_dir=folder))
    store = Store(settings.data_dir)
    exports: dict[str, bytes] = {}
    verdicts: dict[str, str] = {}
    untested: dict[str, set[tuple[str, str]]] = {}
    switches = faults_of(world) if faults is None else list(faults)
    with running_sandbox(world, faults=switches, process=apart, rate_clock=100_000) as sandbox:
        for n, night in enumerate(nights):
            if n:
                sandbox.advance()
            if night not in nights[part]:
                continue
            credentials = Credentials.from_environment({}, ready_file=sandbox.ready_file)
            certificates = snapshots.take(settings, credentials, store, night)
            verdicts |= {f"{night} {name}": c.verdict.value for name, c in certificates.items()}
            warehouse.build(settings, store, night)
            rules.evaluate(settings, store, night)
            out = folder / f"{night}.csv"
            reports.export_exceptions(store, night, out=out)
            exports[str(night)] = out.read_bytes()
            untested[str(night)] = _untested(store, night)
    everything = folder / "exceptions.csv"
    reports.export_exceptions(store, None, out=everything)
    return Reading(exports, verdicts, score(world, everything), untested)


def _untested(store: Store, night: Night) -> set[tuple[str, str]]:
    asked = "SELECT code, systems FROM control_code WHERE night = ? AND NOT tested"
    with warehouse.open_warehouse(store, read_only=True) as db:
        return set(db.execute(asked, [night.date]).fetchall())


def faults_of(world: Path) -> list[dict[str, Any]]:
    """What happens while the world is read: `faults.toml`, where it has one."""
    file = world / "faults.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))["fault"] if file.is_file() else []


def shuffled(world: Path, out: Path, seed: int) -> Path:
    """A copy of the world whose records stand in another order."""
    shutil.copytree(world, out)
    rng = random.Random(seed)
    for file in sorted((out / "nights").glob("*/*/*.ndjson")):
        lines = file.read_bytes().splitlines(keepends=True)
        rng.shuffle(lines)
        file.write_bytes(b"".join(lines))
    return out


@dataclass(frozen=True)
class Contents:
    """What is planted in a world, each difference once however many nights it stands."""

    planted: Counter[str]
    decoys: frozenset[int]

    def rare(self, systems: Sequence[str]) -> dict[str, int]:
        """Codes that could be planted among these systems and stand there fewer than ENOUGH times."""
        codes = (c for c in PLANTS if c != "decoys" and plantable(c, systems))
        return {c: self.planted[c] for c in sorted(codes) if self.planted[c] < ENOUGH}


def contents(world: Path) -> Contents:
    """Read from the truth of all nights. The kind of a decoy stands at the beginning of its note."""
    planted: set[tuple[str, ...]] = set()
    decoys: set[int] = set()
    for file in (world / "nights").glob("*/truth.ndjson"):
        for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if line["kind"] == "exception":
                planted.add(tuple(str(line[k]) for k in ("code", "systems", "record_key", "scope", "field")))
            elif number := re.match(r"([\d and]+):", line["note"]):
                decoys |= {int(n) for n in re.findall(r"\d+", number[1])}
    return Contents(Counter(p[0] for p in planted), frozenset(decoys))


def scored(seed: int, asked: argparse.Namespace) -> tuple[bool, list[str]]:
    """One seed: whether all is as it should be, and what is told of it."""
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), time.process_time()
        world = folder / "world"
        make_world(
            world,
            seed=seed,
            skus=asked.skus,
            orders=asked.orders,
            orders_csv=asked.orders_csv,
            nights=asked.nights,
            systems=asked.systems,
        )
        first = read_world(world, folder / "first", apart=True)
        there = contents(world)
        told = [_line(seed, first, there, asked.systems), *_misses(first)]
        good = first.is_perfect
        if asked.again:
            second = read_world(shuffled(world, folder / "shuffled", seed), folder / "second", polite, apart=True)
            same = first.exports == second.exports and first.verdicts == second.verdicts
            good &= same
            told[0] += ", same bytes again" if same else ", OTHER BYTES"
            told += [] if same else _unlike(first, second)
        told[0] += f", {time.process_time() - began:.0f} s of processor time here"
    return good, told


def _line(seed: int, reading: Reading, there: Contents, systems: Sequence[str]) -> str:
    s = reading.score
    rare = ", ".join(f"{c} {n}" for c, n in there.rare(systems).items())
    absent = ", ".join(map(str, sorted(DECOYS - there.decoys)))
    return (
        f"seed {seed}: recall {s['recall']}, precision {s['precision']}, decoys {s['decoys_reported']}; "
        f"{there.planted.total()} planted of {len(there.planted)} codes; "
        f"fewer than {ENOUGH}: {rare or 'none'}; kinds of decoy absent: {absent or 'none'}"
    )


def _misses(reading: Reading, most: int = 20) -> Iterator[str]:
    for kind in ("missed", "false"):
        rows = reading.score[kind]
        yield from (f"   {kind} {row}" for row in rows[:most])
        if len(rows) > most:
            yield f"   {kind}: {len(rows) - most} more"


def _unlike(first: Reading, second: Reading) -> list[str]:
    told = [f"   verdict {k}: {v}, {second.verdicts[k]}" for k, v in first.verdicts.items() if second.verdicts[k] != v]
    for night in first.exports:
        ones, others = (x.exports[night].decode().split("\n") for x in (first, second))
        told += [f"   - {a}\n   + {b}" for a, b in zip(ones, others, strict=False) if a != b][:3]
    return told


def _systems(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds")
    parser.add_argument("--from-seed", type=int, default=1, help="the first of them")
    parser.add_argument("--skus", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=3000)
    parser.add_argument("--nights", type=int, default=2)
    parser.add_argument("--systems", type=_systems, default=SYSTEMS, help="khaos and others; all six unless given")
    parser.add_argument("--orders-csv", type=Path, help="grow the worlds from a real order history instead")
    parser.add_argument("--jobs", type=int, default=1, help="seeds side by side, each in its own process")
    parser.add_argument(
        "--again", action="store_true", help="read each world twice, differently, and compare the bytes"
    )
    asked = parser.parse_args()
    seeds = range(asked.from_seed, asked.from_seed + asked.seeds)
    all_good = True
    with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
        for good, told in pool.map(partial(scored, asked=asked), seeds):
            all_good &= good
            print(*told, sep="\n", flush=True)
    raise SystemExit(not all_good)


if __name__ == "__main__":
    main()
