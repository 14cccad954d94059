"""The portal with 100,000 exceptions, twenty people and a nightly run, all at once.

Each person signs in and clicks on with a second of thought in between, and takes a case in hand now and then, while a
whole night of six systems is run in the same data folder. The night is run with people and without, in turn, so that
what they cost it is a ratio of neighbours.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from filelock import FileLock
from rich.console import Console

from bench.contest import ROOT, verdict
from bench.nights import Nights
from bench.workbook import CONTROL, ROWS
from khaos_assets.cases.recording import record_night
from khaos_assets.cli.children import start, stop
from khaos_assets.cli.simulators import serving
from khaos_assets.config import Night, Store
from khaos_assets.portal.access import By, open_access, people
from khaos_assets.warehouse import open_warehouse, publish
from khaos_assets.warehouse.database import HERE

PEOPLE, THOUGHT = 20, 1.0
PASSWORD = "violet harbour stapler nine"
P95, SLOWER = 1.0, 1.15
BEFORE = "2026-11-18"
ELSEWHERE = "khaos>till"
"""The cases are between systems that the night does not read, so that it leaves them standing."""
PAGES = (
    ("/", 3), ("/queue", 2), ("/exceptions", 4), ("next", 3), ("/exceptions?order=largest", 1),
    ("/exceptions?owner=finance&order=due", 2), ("/exceptions?text=SKU-0001", 2), ("/exceptions?text=nothing", 1),
    ("case", 6), ("decide", 1), ("/incidents", 1), ("/certificates", 1), ("/corrections", 1), ("/month-end", 1),
    ("/downloads", 1),
)  # fmt: skip


@dataclass
class Clicks:
    """What people met: seconds of every answer, and each answer that was none."""

    seconds: list[float] = field(default_factory=list[float])
    wrong: list[str] = field(default_factory=list[str])

    def within(self, share: float) -> float:
        return statistics.quantiles(self.seconds, n=100)[round(share * 100) - 1]


def report(rounds: int, exceptions: int, items: int, orders: int) -> None:
    """Run the pairs, and print what people met and what they cost the night beside the targets."""
    nights = Nights(items, orders)
    nights.make()
    folder = ROOT / "var" / "bench" / "portal"
    shutil.rmtree(folder, ignore_errors=True)
    prepared = prepare(nights, folder / "prepared", exceptions)
    clicks, took = Clicks(), {"alone": list[float](), "visited": list[float]()}
    for turn in range(rounds):
        for arm in ("alone", "visited") if turn % 2 == 0 else ("visited", "alone"):
            data = folder / f"{arm}-{turn}"
            shutil.copytree(prepared, data)
            took[arm].append(night_with(nights, data, clicks if arm == "visited" else None))
            shutil.rmtree(data)
    ratio = statistics.median(v / a for v, a in zip(took["visited"], took["alone"], strict=True))
    console = Console()
    half, most, every = clicks.within(0.5), clicks.within(0.95), max(clicks.seconds)
    console.print(f"\nThe portal: {exceptions:,} exceptions, {PEOPLE} people, {THOUGHT:g} s of thought, a nightly run")
    console.print(f"{len(clicks.seconds):,} answers: half in {half:.3f} s, 95 % in {most:.3f} s, all in {every:.3f} s")
    console.print(f"{len(clicks.wrong)} wrong {sorted(set(clicks.wrong))[:5]}")
    console.print(f"Nights alone {_shown(took['alone'])}, visited {_shown(took['visited'])}")
    console.print(f"{verdict(most < P95)} 95 % of answers within {P95:g} s")
    console.print(f"{verdict(not clicks.wrong)} no error, no lock left behind")
    console.print(f"{verdict(ratio <= SLOWER)} a night takes at most {SLOWER:g}× as long with people: {ratio:.2f}×")


def prepare(nights: Nights, data: Path, exceptions: int) -> Path:
    """A data folder with so many cases of an earlier night, and people who may sign in."""
    settings, store = nights.settings(data), Store(data)
    with open_warehouse(store) as con:
        for made in ("kept.sql", "tables.sql"):
            con.execute((HERE / made).read_text(encoding="utf-8"))
        con.execute(ROWS, {"rows": exceptions})
        con.execute("UPDATE exception SET night = ?, systems = ?", [BEFORE, ELSEWHERE])
        con.execute(CONTROL)
    record_night(settings, store, Night.of(BEFORE))
    publish(store, Night.of(BEFORE))
    with open_access(settings, store) as access:
        for n in range(PEOPLE):
            people.add(access, f"p{n}", roles=["finance"], password=PASSWORD, by=By("bench"), must_change=False)
    return data


def night_with(nights: Nights, data: Path, clicks: Clicks | None) -> float:
    """Seconds of one night beside the portal, with people or without."""
    common = ["--config", str(nights.world / "merchant.toml"), "--data-dir", str(data)]
    with serving(nights.world, data / "ready.json") as ready, portal(common, data / "address") as address:
        command = [sys.executable, "-m", "khaos_assets.cli", "run", "nightly", "--night", str(nights.dates[0]), *common,
                   "--ready-file", str(ready)]  # fmt: skip
        visitors = asyncio.Runner()
        seconds = visitors.run(_while(command, address, clicks))
        visitors.close()
    with FileLock(data / "warehouse.lock", timeout=0):
        return seconds


async def _while(command: list[str], address: str, clicks: Clicks | None) -> float:
    crowd = [await Visitor.let_in(address, n, clicks) for n in range(PEOPLE)] if clicks is not None else []
    walks = [asyncio.create_task(v.walk()) for v in crowd]
    begin = time.perf_counter()
    night = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, said = await night.communicate()
    seconds = time.perf_counter() - begin
    for walk in walks:
        walk.cancel()
    await asyncio.gather(*walks, return_exceptions=True)
    if night.returncode:
        raise RuntimeError(f"the night failed: {said.decode()[-2000:]}")
    return seconds


@contextmanager
def portal(common: list[str], address_file: Path) -> Generator[str]:
    """The portal in a process of its own; gives its address."""
    command = [
        sys.executable,
        "-m",
        "khaos_assets.cli",
        "portal",
        "serve",
        "--port",
        "0",
        "--address-file",
        str(address_file),
    ]
    process = start([*command, *common], log=subprocess.DEVNULL)
    try:
        while not address_file.exists():
            if process.poll() is not None:
                raise RuntimeError("the portal did not start")
            time.sleep(0.05)
        yield json.loads(address_file.read_text(encoding="utf-8"))["url"]
    finally:
        stop(process)


@dataclass
class Visitor:
    """One person at a browser."""

    browser: httpx.AsyncClient
    clicks: Clicks
    choice: random.Random
    csrf: str = ""
    cases: list[str] = field(default_factory=list[str])
    open: str = ""
    """The last case that was looked at and may be decided; what another one explains may not."""
    next: str = "/exceptions"

    @classmethod
    async def let_in(cls, address: str, number: int, clicks: Clicks) -> Visitor:
        browser = httpx.AsyncClient(base_url=address, headers={"origin": address}, timeout=60)
        answer = await browser.post("/sign-in", data={"name": f"p{number}", "password": PASSWORD})
        if answer.status_code != 303:
            raise RuntimeError(f"p{number} could not sign in: {answer.status_code}")
        return cls(browser, clicks, random.Random(number))

    async def walk(self) -> None:
        """Click on until nobody looks any more."""
        names, weights = zip(*PAGES, strict=True)
        try:
            while True:
                await asyncio.sleep(self.choice.uniform(0.5, 1.5) * THOUGHT)
                await self.click(self.choice.choices(names, weights)[0])
        finally:
            await self.browser.aclose()

    async def click(self, what: str) -> None:
        """One click, and what came of it."""
        case = self.choice.choice(self.cases) if self.cases else None
        path = {"next": self.next, "case": case or "/exceptions", "decide": self.open or "/exceptions"}.get(what, what)
        data = {"csrf": self.csrf, "decision": "acknowledge"} if what == "decide" and self.open else None
        begin = time.perf_counter()
        try:
            answer = await self.browser.request("POST" if data else "GET", path, data=data)
        except httpx.HTTPError as e:
            self.clicks.wrong.append(f"{path.partition('?')[0]}: {type(e).__name__}")
            return
        self.clicks.seconds.append(time.perf_counter() - begin)
        if answer.status_code not in (200, 303, 409):  # 409: somebody else took the case in hand
            self.clicks.wrong.append(f"{path.partition('?')[0][:20]}: {answer.status_code}")
        self._look_at(answer.text)
        if answer.status_code == 200 and path.startswith("/cases/"):
            self.open = path if 'name="decision"' in answer.text else self.open

    def _look_at(self, page: str) -> None:
        self.cases = re.findall(r'href="(/cases/\w+)"', page) or self.cases
        found = re.search(r'rel="next" href="([^"]+)"', page)
        self.next = found[1].replace("&amp;", "&") if found else "/exceptions"
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        self.csrf = token[1] if token else self.csrf


def _shown(seconds: list[float]) -> str:
    return ", ".join(f"{s:.0f}" for s in seconds) + " s"
