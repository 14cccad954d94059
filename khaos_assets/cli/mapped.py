"""Whether the names in merchant.toml are names that the systems use: held against the last complete snapshots.

A name of a closed list (sites, warehouses, price lists, shops, classes) that its system does not have is an error; one
of an open set (couriers, units, sizes) that was not met yet is a warning. What no snapshot tells is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from khaos_assets.config import Settings, Store
from khaos_assets.snapshots.stored import last_complete

SHOWN = 12
"""Known names told in one finding."""


@dataclass(frozen=True)
class Names:
    """A set of names that a system uses: `sql` over `{file}`, the table of a read. `what`: one of them, in words."""

    system: str
    read: str
    sql: str
    what: str
    closed: bool = True


@dataclass(frozen=True)
class Misnamed:
    """A name in merchant.toml that none of the systems that should know it uses."""

    key: str
    detail: str
    remedy: str
    closed: bool


SITES = Names("khaos", "sites", "SELECT site_name FROM {file}", "a site of khaos")
PRICE_LISTS = Names("khaos", "price_lists", "SELECT price_list FROM {file}", "a price list of khaos")
CLASSES = Names("khaos", "customers", "SELECT company_class FROM {file}", "a company class of khaos")
CLASSES_SEEN = replace(CLASSES, closed=False)
TERMS = Names("khaos", "company_info", "SELECT terms_desc FROM {file}", "terms of khaos", closed=False)
COURIERS = Names("khaos", "sales_orders", "SELECT courier FROM {file}", "a courier of khaos", closed=False)
LOCATIONS = Names("wair", "stock", "SELECT location_id FROM {file}", "a location of wair")
CARRIERS = Names("wair", "dispatches", "SELECT carrier_service FROM {file}", "a carrier service of wair", closed=False)
SIZES = Names("wair", "items", "SELECT body_map.size FROM {file}", "a body-map size of wair", closed=False)
UNITS = Names("orocommerce", "inventory_levels", "SELECT unit FROM {file}", "a unit of orocommerce", closed=False)
SHOP_LISTS = Names("orocommerce", "price_lists", "SELECT id FROM {file}", "a price list of orocommerce")
GROUPS = Names(
    "orocommerce", "customers", "SELECT group_id FROM {file}", "a customer group of orocommerce", closed=False
)
SHOP_TERMS = Names(
    "orocommerce", "customers", "SELECT payment_term_id FROM {file}", "a payment term of orocommerce", closed=False
)
MARKETS = (
    Names("scayle", "shops", "SELECT 'scayle/' || shop_key || '/' || country_code FROM {file}", "a shop of scayle"),
    Names("orocommerce", "orders", "SELECT 'orocommerce/' || currency FROM {file}", "a currency of orocommerce", False),
)
WAREHOUSES = {
    "scayle": Names("scayle", "warehouses", "SELECT reference_key FROM {file}", "a warehouse of scayle"),
    "orocommerce": Names(
        "orocommerce", "inventory_levels", "SELECT coalesce(warehouse, '') FROM {file}", "a warehouse of orocommerce"
    ),
}


def misnamed(settings: Settings, store: Store) -> Iterator[Misnamed]:
    """Every name that its system does not use, by key."""
    with closing(duckdb.connect()) as db:
        known = _Known(db, store, set(settings.enabled_systems()))
        for key, values, names in named(settings):
            yield from known.judge(key, values, [names])
        for market in settings.markets:
            owners = [n for n in MARKETS if market.startswith(f"{n.system}/")]
            yield from known.judge("markets", [market], owners)
    yield from _channels(settings)


def named(settings: Settings) -> Iterator[tuple[str, Iterable[str], Names]]:
    """(key of merchant.toml, names that stand there, whose names they should be)."""
    m = settings.mapping
    yield "mapping.locations", m.locations, LOCATIONS
    yield "mapping.locations", m.locations.values(), SITES
    yield "mapping.couriers", m.couriers, CARRIERS
    yield "mapping.couriers", m.couriers.values(), COURIERS
    yield "mapping.sizes", m.sizes, SIZES
    yield "mapping.units", m.units, UNITS
    yield "mapping.price_lists", m.price_lists, SHOP_LISTS
    yield "mapping.price_lists", m.price_lists.values(), PRICE_LISTS
    yield "mapping.customer_groups", m.customer_groups, GROUPS
    yield "mapping.customer_groups", m.customer_groups.values(), PRICE_LISTS
    yield "mapping.payment_terms", m.payment_terms, SHOP_TERMS
    yield "mapping.payment_terms", m.payment_terms.values(), TERMS
    for channel, warehouses in m.warehouses.items():
        if channel in WAREHOUSES:
            yield f"mapping.warehouses.{channel}", warehouses, WAREHOUSES[channel]
        yield f"mapping.warehouses.{channel}", (s for sites in warehouses.values() for s in sites), SITES
    for name, market in settings.markets.items():
        yield f'markets."{name}".company_class', [market.company_class], CLASSES
        yield f'markets."{name}".price_list', [market.price_list] if market.price_list else [], PRICE_LISTS
    yield "classes.arithmetic", settings.classes.arithmetic, CLASSES_SEEN


class _Known:
    """Names by set, each read once; None where there is no complete snapshot, or its system is off."""

    def __init__(self, db: duckdb.DuckDBPyConnection, store: Store, systems: set[str]) -> None:
        self._db, self._store, self._systems = db, store, systems
        self._found: dict[Names, frozenset[str] | None] = {}

    def judge(self, key: str, values: Iterable[str], names: Sequence[Names]) -> Iterator[Misnamed]:
        for one in names:
            known = self._names(one)
            for value in sorted(set(values)) if known is not None else ():
                if known is not None and value not in known:
                    yield Misnamed(key, f'"{value}" is not {one.what}', f"known: {_shown(known)}", one.closed)

    def _names(self, names: Names) -> frozenset[str] | None:
        if names not in self._found:
            self._found[names] = self._read(names) if names.system in self._systems else None
        return self._found[names]

    def _read(self, names: Names) -> frozenset[str] | None:
        day = last_complete(self._store, names.system, names.read, date.max)
        if day is None:
            return None
        file = self._store.snapshot(names.system, names.read, day) / f"{names.read}.parquet"
        rows = self._db.execute(names.sql.format(file="read_parquet(?)"), [str(file)]).fetchall()
        return frozenset(str(value) for (value,) in rows if value is not None)


def _channels(settings: Settings) -> Iterator[Misnamed]:
    """Names of systems and reads, which need no snapshot."""
    from khaos_assets.systems.read import installed_systems

    installed = installed_systems()
    reads = {f"{s.name}.{r.entity}" for s in installed.values() for r in s.reads}
    sections: Mapping[str, tuple[Iterable[str], Iterable[str], str]] = {
        "feeds": (settings.feeds, reads, "a read"),
        "channels": (settings.channels, installed, "a system"),
        "order_reference_prefixes": (settings.order_reference_prefixes, installed, "a system"),
        "mapping.warehouses": (settings.mapping.warehouses, installed, "a system"),
        "ownership": ({s for systems in settings.ownership.values() for s in systems}, installed, "a system"),
    }
    for key, (values, known, what) in sections.items():
        for value in sorted(set(values) - set(known)):
            yield Misnamed(key, f'"{value}" is not {what}', f"known: {_shown(known)}", True)


def _shown(names: Iterable[str]) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - SHOWN} more" if len(ordered) > SHOWN else ""
    return (", ".join(ordered[:SHOWN]) or "none") + more
