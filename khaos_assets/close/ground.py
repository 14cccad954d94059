"""What a pack is made from: the warehouse of the night that closes the period, the results of that night, the ledger.

The warehouse of a night is built again from its snapshots, in a file of the close's own, so that a month can be closed
while later nights run, and again a year later. Stock is that of the count at the period's end where one was taken.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from khaos_assets.cases.ledger import RecordedNight, open_ledger
from khaos_assets.close.periods import Period
from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.store import MonthStore
from khaos_assets.rules.evaluation import compare_in
from khaos_assets.snapshots.landing import read_manifest
from khaos_assets.snapshots.stored import read_certificate
from khaos_assets.warehouse.building import build_in
from khaos_assets.warehouse.database import prepare

HERE = Path(__file__).parent
ITEMS, ORDERS, CHANNELS = "1_items", "2_orders", "5_channel_orders"
COUNTED = {
    "khaos": ("sites", "stock_items", "stock_levels", "sales_orders", "order_lines"),
    "wair": ("items", "stock", "dispatches", "transfers"),
}
"""What a count reads: all that the stock of both sides is derived from."""


class CloseError(Exception):
    """The period cannot be closed so; the text says why and what to do instead."""


@dataclass(frozen=True)
class Ground:
    """A prepared connection. `stock_as_of` and `opening_as_of` are aware UTC."""

    db: duckdb.DuckDBPyConnection
    period: Period
    night: Night
    """The night that closes the period; of a preview, the newest one in it."""
    before: RecordedNight | None
    """The last night whose changes belong to an earlier period."""
    preview: bool
    stock_as_of: datetime
    opening_as_of: datetime | None
    opening_source: str
    """In words, where the opening stock comes from."""
    counted: tuple[str, ...]
    """Reads of which the count's snapshot was used."""


def closing_night(nights: list[RecordedNight], period: Period) -> tuple[Night, bool]:
    """The first recorded night that began after the period, and False; else the newest one inside it, and True.

    Raises CloseError where the ledger has neither.
    """
    after = [n for n in nights if n.as_of >= period.cut_off]
    if after:
        found = min(after, key=lambda n: (n.night, -n.run))
        return Night(found.night, found.as_of), False
    inside = [n for n in nights if n.as_of >= period.opens]
    if not inside:
        raise CloseError(f"{period}: no night was recorded from {period.first} on; `khaos-assets run nightly` runs one")
    found = inside[-1]
    return Night(found.night, found.as_of), True


@dataclass(frozen=True)
class Opening:
    """The stock that a period opens with: the roll-forward of the pack before, and the instant of its count (UTC)."""

    roll_forward: Path
    counted_at: datetime


@contextmanager
def lay(settings: Settings, store: Store, period: Period, opening: Opening | None) -> Generator[Ground]:
    """The ground of one period. Without an opening, stock is seeded from the first night there is.

    Holds the warehouse's lock while it is open. Raises CloseError.
    """
    with open_ledger(store) as ledger:
        nights = ledger.nights()
    night, preview = closing_night(nights, period)
    before = max((n for n in nights if n.as_of < period.opens), key=lambda n: n.night, default=None)
    month = store.month(period.key)
    seed = _seed(nights, period, night) if opening is None else None
    with _warehouse(settings, month, night, (ITEMS, ORDERS, CHANNELS)) as db:
        if opening is not None:
            rows = (
                "SELECT system, sku, site, closing_units AS units FROM read_parquet(?) WHERE closing_units IS NOT NULL"
            )
            db.execute(f"CREATE OR REPLACE TEMP TABLE opening_stock AS {rows}", [str(opening.roll_forward)])
            opening_as_of, source = opening.counted_at, "the closing stock of the pack before"
        elif seed is not None:
            _seed_stock(settings, store, seed, db)
            opening_as_of, source = (
                seed.as_of,
                f"seeded with the stock of the night {seed}: the first period has no pack before it",
            )
        else:
            db.execute(
                "CREATE OR REPLACE TEMP TABLE opening_stock"
                " (system VARCHAR, sku VARCHAR, site VARCHAR, units DECIMAL(28, 5))"
            )
            opening_as_of, source = None, "not known: no earlier night was read"
        counted = tuple(f"{s}/{e}" for s, entities in COUNTED.items() for e in entities if month.counted(s, e))
        stock_as_of = _stock_as_of(month, night)
        variables: dict[str, tuple[str, object]] = {
            "cut_off": ("TIMESTAMPTZ", period.cut_off.isoformat()),
            "period_opens": ("TIMESTAMPTZ", period.opens.isoformat()),
            "period_first": ("DATE", period.first),
            "period_last": ("DATE", period.last),
            "stock_as_of": ("TIMESTAMPTZ", stock_as_of.isoformat()),
            "opening_as_of": ("TIMESTAMPTZ", (opening_as_of or stock_as_of).isoformat()),
            "opening_known": ("BOOLEAN", opening_as_of is not None),
            "slow_moving_days": ("INTEGER", settings.close.slow_moving_days),
        }
        for name, (kind, value) in variables.items():
            db.execute(f"SET VARIABLE {name} = CAST('{value}' AS {kind})")
        db.execute(
            "CREATE OR REPLACE TEMP TABLE prepaid_channel AS SELECT unnest(?::VARCHAR[]) AS channel",
            [settings.close.prepaid_channels],
        )
        with store.writing():
            path = str(store.warehouse).replace("'", "''")
            db.execute(f"ATTACH '{path}' AS results (READ_ONLY)")
            try:
                db.execute((HERE / "ground.sql").read_text(encoding="utf-8"))
                yield Ground(db, period, night, before, preview, stock_as_of, opening_as_of, source, counted)
            finally:
                db.execute("DETACH results")


@contextmanager
def _warehouse(
    settings: Settings, store: MonthStore, night: Night, comparisons: Collection[str]
) -> Generator[duckdb.DuckDBPyConnection]:
    """The warehouse of a night with some comparisons of the rules, in a file that goes when it is closed."""
    store.root.mkdir(parents=True, exist_ok=True)
    file = store.root / f"ground-{night}.duckdb"
    for old in (file, file.with_suffix(".duckdb.wal")):
        old.unlink(missing_ok=True)
    db = duckdb.connect(str(file))
    try:
        prepare(db)
        build_in(db, settings, store, night)
        compare_in(db, settings, store, night, comparisons)
        yield db
    finally:
        db.close()
        for old in (file, file.with_suffix(".duckdb.wal")):
            old.unlink(missing_ok=True)


def _seed(nights: list[RecordedNight], period: Period, closing: Night) -> Night | None:
    """The night whose stock opens the first period: the last one before it, else the first one inside it."""
    earlier = [n for n in nights if n.night < closing.date]
    if not earlier:
        return None
    before = [n for n in earlier if n.as_of <= period.opens]
    found = max(before, key=lambda n: n.night) if before else min(earlier, key=lambda n: n.night)
    return Night(found.night, found.as_of)


def _seed_stock(settings: Settings, store: Store, night: Night, db: duckdb.DuckDBPyConnection) -> None:
    """`opening_stock` from the warehouse of another night, as the closing stock is made from this one's."""
    statement = (HERE / "ground.sql").read_text(encoding="utf-8")
    begin = statement.index("CREATE OR REPLACE TEMP TABLE closing_stock")
    closing = statement[begin : statement.index(";", begin)]
    seed = MonthStore(store.root / "close" / "seed", store)
    with _warehouse(settings, seed, night, (ITEMS,)) as other:
        other.execute(closing)
        rows = other.sql("SELECT system, sku, site, units FROM closing_stock").to_arrow_table()
    db.register("seeded", rows)
    db.execute("CREATE OR REPLACE TEMP TABLE opening_stock AS SELECT * FROM seeded")
    db.unregister("seeded")


def _stock_as_of(month: MonthStore, night: Night) -> datetime:
    """The instant of the count, else of the night."""
    found = month.counted("khaos", "stock_levels") or month.counted("wair", "stock")
    if found is None:
        return night.as_of
    system, entity, day = found.parts[-3], found.parts[-2], date.fromisoformat(found.name.removeprefix("date="))
    certificate = read_certificate(month.count, system, entity, day)
    assert certificate is not None
    return Night.of(day, read_manifest(month.count.raw_attempt(system, entity, day, certificate.attempt)).as_of).as_of
