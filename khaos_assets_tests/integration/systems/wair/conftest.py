"""A small WAIR behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import stamina

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate, take
from khaos_assets.systems.wair.settings import Wair
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

LOCATIONS = ("LON", "YRK")
SKUS = [f"SKU-{n:03d}" for n in range(40)]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen at once."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


def moment(n: int) -> str:
    return f"2026-11-{10 + n % 9:02d}T{n % 24:02d}:00:{n % 60:02d}.{n % 1000:03d}Z"


def items() -> list[dict[str, Any]]:
    return [
        {"skuId": s, "styleId": f"ST-{n // 4}", "size": "M", "colour": None, "barcode": f"0{n:012d}",
         "bodyMap": {"code": "B1", "size": "M", "displayed": True, "reason": None} if n % 3 else None,
         "active": True, "updatedAt": moment(n)}
        for n, s in enumerate(SKUS)
    ]  # fmt: skip


def stock() -> list[dict[str, Any]]:
    return [
        {"locationId": where, "skuId": s, "onHand": n, "allocated": n % 2, "available": n - n % 2,
         "updatedAt": moment(n * 7 + len(where))}
        for where in LOCATIONS for n, s in enumerate(SKUS)
    ]  # fmt: skip


def dispatches() -> list[dict[str, Any]]:
    return [
        {"dispatchId": f"D-{n:04d}", "orderReference": f"W{n:05d}", "locationId": "LON", "carrierService": "DPD-12",
         "trackingNumber": None if n % 5 == 0 else f"1Z{n}", "dispatchedAt": moment(n), "updatedAt": moment(n + 1),
         "lines": [{"skuId": SKUS[n % 40], "quantity": 1}, {"skuId": SKUS[(n + 1) % 40], "quantity": "2.00000"}]}
        for n in range(60)
    ]  # fmt: skip


def transfers() -> list[dict[str, Any]]:
    return [
        {"transferId": f"T-{n:03d}", "fromLocationId": "LON", "toLocationId": "YRK", "skuId": SKUS[n],
         "quantityShipped": 5, "quantityReceived": n % 3, "shippedAt": moment(n), "updatedAt": moment(n + 2)}
        for n in range(12)
    ]  # fmt: skip


def records() -> dict[str, list[dict[str, Any]]]:
    """Everything of one night by `wair/<entity>`."""
    return {
        "wair/items": items(),
        "wair/stock": stock(),
        "wair/dispatches": dispatches(),
        "wair/transfers": transfers(),
    }


class Shop:
    """A WAIR with its simulator, and the data folder that its snapshots go to."""

    def __init__(self, sandbox: Sandbox, folder: Path, settings: Settings) -> None:
        self.sandbox = sandbox
        self.store = Store(folder / "var")
        self.settings = settings

    def take(self, *reads: str, night: str = "2026-11-20", **wair: Any) -> dict[str, Certificate]:
        """Take these reads (`stock`), or all; keyword arguments change the settings of WAIR."""
        settings = self.settings
        if wair:
            settings = settings.changed(Wair, **wair)
        taken = take(
            settings,
            Credentials.from_environment(self.sandbox.env),
            self.store,
            Night.of(night),
            [f"wair/{r}" for r in reads] or None,
        )
        return {name.removeprefix("wair/"): c for name, c in taken.items()}

    def rows(self, entity: str, night: str = "2026-11-20") -> list[dict[str, Any]]:
        return pq.read_table(self.file(entity, f"{entity}.parquet", night)).to_pylist()

    def quarantined(self, entity: str, night: str = "2026-11-20") -> list[dict[str, Any]]:
        return pq.read_table(self.file(entity, "quarantine.parquet", night)).to_pylist()

    def file(self, entity: str, name: str, night: str = "2026-11-20") -> Path:
        return self.store.snapshot("wair", entity, Night.of(night).date) / name


OpenShop = Callable[..., Any]


@pytest.fixture
def shop(tmp_path: Path) -> OpenShop:
    """`with shop(faults) as s:` – a running WAIR whose pages hold 10 rows."""

    @contextmanager
    def opened(
        faults: Sequence[Mapping[str, Any]] = (), nights: Mapping[str, Any] | None = None, page_size: int = 10
    ) -> Iterator[Shop]:
        world = write_world(tmp_path / "world", nights=nights or {"2026-11-20": records()})
        settings = Settings.of_merchant(
            {
                "merchant": {"name": "Test"},
                "khaos": {"enabled": False},
                "wair": {"feed_extension": True, "page_size": page_size},
                "mapping": {"locations": {where: where.title() for where in LOCATIONS}},
            }
        )
        with running_sandbox(world, faults=[{"system": "wair", **f} for f in faults]) as sandbox:
            yield Shop(sandbox, tmp_path, settings)

    return opened
