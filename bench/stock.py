"""The list that all contenders read: synthetic stock in a world of its own, served by the simulator in its own process.

A row in twelve has decimals; change times are scattered, so that the list by change time is another order.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

PAGE = 5_000
NIGHT = "2026-11-20"
LOCATIONS = 50
SPREAD = 86_400_000
"""Milliseconds over which the rows changed: one day, a year before the night."""


def write_world(folder: Path, rows: int) -> Path:
    """A world with so many stock rows (made whole to the number of locations)."""
    place = folder / "nights" / NIGHT / "wair"
    place.mkdir(parents=True)
    text = f'[world]\nname = "Bench"\nseed = 1\n\n[[nights]]\ndate = {NIGHT}\nas_of = {NIGHT}T02:00:00Z\n'
    (folder / "world.toml").write_text(text, encoding="utf-8")
    origin = datetime(2025, 11, 20, tzinfo=UTC)
    with (place / "stock.ndjson").open("w", encoding="ascii") as out:
        for n in range(rows):
            location, sku = divmod(n, -(-rows // LOCATIONS))
            on_hand, allocated = n % 60 + (0.5 if n % 12 == 0 else 0), n % 3
            changed = origin + timedelta(milliseconds=n * 7_919 % SPREAD)
            out.write(
                f'{{"locationId":"STORE-{location:03}","skuId":"SKU-{sku:07}","onHand":{on_hand},'
                f'"allocated":{allocated},"available":{on_hand - allocated},'
                f'"updatedAt":"{changed:%Y-%m-%dT%H:%M:%S}.{changed.microsecond // 1000:03}Z"}}\n'
            )
    return folder


@contextmanager
def served(rows: int) -> Generator[Path]:
    """The ready file of a simulator that shows so many rows, each of its pages rendered and packed beforehand."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ready_file = Path(folder) / "ready.json"
        world = write_world(Path(folder) / "world", rows)
        start = (
            "import sys; from pathlib import Path; from khaos_assets.sandbox.serve import run; "
            "run(Path(sys.argv[1]), None, Path(sys.argv[2]), systems=['wair'])"
        )
        server = subprocess.Popen([sys.executable, "-c", start, str(world), str(ready_file)])
        try:
            while not ready_file.exists():
                if server.poll() is not None:
                    raise RuntimeError(f"the simulator did not start (exit status {server.returncode})")
                time.sleep(0.05)
            _warm(ready_file)
            yield ready_file
        finally:
            server.terminate()
            server.wait()


def address(ready_file: Path | str) -> dict[str, str]:
    """What a contender needs to sign in: `WAIR_BASE_URL`, `WAIR_TENANT`, `WAIR_USERNAME`, `WAIR_PASSWORD`."""
    return json.loads(Path(ready_file).read_text(encoding="utf-8"))["env"]


@contextmanager
def signed_in(env: dict[str, str]) -> Generator[httpx.Client]:
    """A plain client with its token, as a script would make one."""
    with httpx.Client(
        base_url=env["WAIR_BASE_URL"], headers={"X-Tenant": env["WAIR_TENANT"]}, trust_env=False
    ) as client:
        login = {"username": env["WAIR_USERNAME"], "password": env["WAIR_PASSWORD"]}
        token = client.post("/Token", json=login).raise_for_status().json()["accessToken"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _warm(ready_file: Path) -> None:
    """Ask for every page once: by key in steps with and without an overlap of one row, by change time with it."""
    by_change = {"updatedFrom": "1970-01-01T00:00:00.000Z"}
    walks: list[tuple[int, dict[str, Any]]] = [(PAGE, {}), (PAGE - 1, {}), (PAGE - 1, by_change)]
    with signed_in(address(ready_file)) as client:
        for stride, chosen in walks:
            offset, more = 0, True
            while more:
                answer = client.get("/Stock", params={"offset": offset, "limit": PAGE, **chosen})
                answer.raise_for_status()
                more = b'"moreRecordsAvailable":true' in answer.content[-60:]
                offset += stride
