"""A small OroCommerce behind a real simulator, and one way to take its snapshots."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import stamina

from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate, rebuild, take
from khaos_assets_tests.sandbox_fixtures import Sandbox, running_sandbox, write_world

PRODUCTS = range(1001, 1061)
ORDERS = range(201, 241)
Row = dict[str, Any]


def row(type_: str, key: int | str, attributes: Row, **relationships: Any) -> Row:
    """A JSON:API row; a relationship is (type, id), a list of such, or None."""

    def ref(end: Any) -> Any:
        return None if end is None else {"type": end[0], "id": str(end[1])}

    ends = {k: {"data": [ref(e) for e in v] if isinstance(v, list) else ref(v)} for k, v in relationships.items()}
    return {"type": type_, "id": str(key), "attributes": attributes, "relationships": ends}


def at(n: int) -> str:
    return f"2026-11-{10 + n % 9:02d}T{n % 24:02d}:00:{n % 60:02d}Z"


def times(n: int) -> Row:
    return {"createdAt": at(n), "updatedAt": at(n + 1)}


def products() -> list[Row]:
    return [
        row(
            "products", n,
            {"sku": f"SKU-{n}", "status": "disabled" if n % 9 == 0 else "enabled", "productType": "simple",
             "variantFields": [], "featured": False, "newArrival": False, **times(n)},
            inventory_status=("prodinventorystatuses", "in_stock"),
            unitPrecisions=[("productunitprecisions", 4 * n)],
            primaryUnitPrecision=("productunitprecisions", 4 * n),
            names=[],
        )
        for n in PRODUCTS
    ]  # fmt: skip


def unit_precisions() -> list[Row]:
    return [
        row("productunitprecisions", 4 * n + m, {"precision": 0, "conversionRate": rate, "sell": True},
            unit=("productunits", unit))
        for n in PRODUCTS for m, (unit, rate) in enumerate((("each", 1), ("case", 12)))
    ]  # fmt: skip


def levels() -> list[Row]:
    """Every fifth product is kept in cases too; every third figure is padded."""
    return [
        row("inventorylevels", 4 * n + m, {"quantity": f"{n % 7}.0000000000" if n % 3 == 0 else str(n % 7)},
            product=("products", n), productUnitPrecision=("productunitprecisions", 4 * n + m))
        for n in PRODUCTS for m in range(2 if n % 5 == 0 else 1)
    ]  # fmt: skip


def orders() -> list[Row]:
    return [
        row(
            "orders", n,
            {"identifier": f"B2B-{n}", "poNumber": None, "currency": "GBP", "subtotalValue": "100.0000",
             "totalValue": "125.4000", "totalDiscountsAmount": None, "discount": 0.0, "shippingDiscount": 0.5,
             "estimatedShippingCostAmount": "5.0000", "overriddenShippingCostAmount": None,
             "shippingMethod": "flat_rate_1", "shippingMethodType": "primary", "sourceEntityIdentifier": None,
             "customerNotes": "ring twice, ask for Sam Specimen", "shipUntil": None, "external": False, **times(n)},
            internalStatus=("orderinternalstatuses", "cancelled" if n % 10 == 0 else "open"),
            shippingStatus=("ordershippingstatuses", "shipped" if n % 4 == 0 else "not_shipped"),
            customer=("customers", 1 + n % 5), customerUser=("customerusers", 1 + n % 7), paymentTerm=None,
            billingAddress=("orderaddresses", 9000 + n), shippingAddress=("orderaddresses", 8000 + n),
            lineItems=[("orderlineitems", 2 * n), ("orderlineitems", 2 * n + 1)],
            discounts=[],
            shippingTrackings=[("ordershippingtrackings", n)] if n % 4 == 0 else [],
            orderSubtotals=[("ordersubtotals", key) for key in subtotal_ids(n)],
        )
        for n in ORDERS
    ]  # fmt: skip


def lines() -> list[Row]:
    return [
        row(
            "orderlineitems", 2 * n + m,
            {"productSku": None if m and n % 8 == 0 else f"SKU-{1001 + (n + m) % 60}", "productName": "Thing",
             "freeFormProduct": "Engraving" if m and n % 8 == 0 else None, "quantity": 2.5 if m else 4,
             "productUnitCode": "each", "value": "10.0000", "currency": "GBP", "rowTotalDiscountAmount": "0.0000",
             "rowTotalAfterDiscount": "40.0000", "rowTotalAfterDiscountIncludingTax": None,
             "rowTotalAfterDiscountExcludingTax": "40.0000", "shipBy": None, "comment": "for Sam Specimen",
             "updatedAt": at(n)},
            orders=[("orders", n)], product=None if m and n % 8 == 0 else ("products", 1001 + (n + m) % 60),
            parentProduct=None, productUnit=("productunits", "each"), kitItemLineItems=[],
        )
        for n in ORDERS for m in range(2)
    ]  # fmt: skip


SUBTOTALS = (("subtotal", "100.0000", "GBP"), ("tax", "20.0000", "GBP"), ("tax", "0.9000", None))


def subtotal_ids(order: int) -> list[str]:
    return [f"{order}-{kind}-{n}" for n, (kind, _, _) in enumerate(SUBTOTALS)]


def subtotals() -> list[Row]:
    return [
        row(
            "ordersubtotals", key,
            {"orderSubtotalType": kind, "label": kind.title(), "amount": amount, "signedAmount": amount,
             "currency": currency, "visible": True, "data": []},
            order=("orders", n),
        )
        for n in ORDERS for key, (kind, amount, currency) in zip(subtotal_ids(n), SUBTOTALS, strict=True)
    ]  # fmt: skip


def trackings() -> list[Row]:
    return [
        row("ordershippingtrackings", n, {"method": "DPD Next Day", "number": f"1Z{n}"}, orders=[("orders", n)])
        for n in ORDERS
        if n % 4 == 0
    ]


def customers() -> list[Row]:
    return [
        row("customers", n, {"name": f"Example {n} Ltd", "externalId": None, **times(n)}, parent=None, children=[],
            group=("customergroups", 3), users=[], internal_rating=None, paymentTerm=("paymentterms", 2), taxCode=None)
        for n in range(1, 6)
    ]  # fmt: skip


def users() -> list[Row]:
    return [
        row("customerusers", n,
            {"email": f"sam{n}@example.com", "firstName": "Sam", "lastName": "Specimen", "confirmed": True,
             "enabled": n % 2 == 0, "isGuest": n == 7, **times(n)},
            customer=("customers", 1 + n % 5))
        for n in range(1, 12)
    ]  # fmt: skip


def price_lists() -> list[Row]:
    return [
        row("pricelists", n, {"name": f"List {n}", "active": True, "actual": True, "priceListCurrencies": ["GBP"],
                              **times(n)})
        for n in (1, 2)
    ]  # fmt: skip


def prices() -> list[Row]:
    return [
        row("productprices", f"{n * 2654435761 % 2**32:08x}-0000-4000-8000-{q:012d}-{price_list}",
            {"quantity": q, "value": f"{n % 50 + 1}.2500", "currency": "GBP"},
            priceList=("pricelists", price_list), product=("products", n), unit=("productunits", "each"))
        for price_list, tiers in ((1, (1, 10)), (2, (1,))) for n in PRODUCTS for q in tiers
    ]  # fmt: skip


def records() -> dict[str, list[Row]]:
    """Everything of one night by `orocommerce/<type>`."""
    found = {
        "products": products(), "productunitprecisions": unit_precisions(), "inventorylevels": levels(),
        "orders": orders(), "orderlineitems": lines(), "ordersubtotals": subtotals(),
        "ordershippingtrackings": trackings(), "customers": customers(), "customerusers": users(),
        "pricelists": price_lists(), "productprices": prices(),
    }  # fmt: skip
    return {f"orocommerce/{name}": rows for name, rows in found.items()}


class Shop:
    """A shop with its simulator, and the data folder that its snapshots go to."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.env = sandbox.env
        self.store = Store(folder / "var")
        self.merchant: dict[str, Any] = {
            "merchant": {"name": "Test"},
            "khaos": {"enabled": False},
            "orocommerce": {"page_size": 10},
        }

    def take(self, *reads: str, night: str = "2026-11-20", **section: Any) -> dict[str, Certificate]:
        """Take these reads (`orders`), or all; keyword arguments change the settings of the shop."""
        raw = self.merchant | {"orocommerce": self.merchant["orocommerce"] | section}
        settings = Settings.of_merchant(raw)
        taken = take(
            settings,
            Credentials.from_environment(self.env),
            self.store,
            Night.of(night),
            [r if "/" in r else f"orocommerce/{r}" for r in reads] or ["orocommerce"],
        )
        return {name.removeprefix("orocommerce/"): c for name, c in taken.items()}

    def rebuild(self) -> dict[str, Certificate]:
        """All of it again from the landed pages."""
        again = rebuild(Settings.of_merchant(self.merchant), self.store, Night.of("2026-11-20"))
        return {name.removeprefix("orocommerce/"): c for name, c in again.items()}

    def faults(self, *switches: Mapping[str, Any]) -> None:
        """Replace every switch."""
        self.sandbox.set_faults([{"system": "orocommerce", **s} for s in switches])

    def rows(self, entity: str, table: str | None = None) -> list[Row]:
        return pq.read_table(self.file(entity, f"{table or entity}.parquet")).to_pylist()

    def ids(self, entity: str) -> set[str]:
        return {r["id"] for r in self.rows(entity)}

    def quarantined(self, entity: str) -> list[Row]:
        return self.rows(entity, "quarantine")

    def file(self, entity: str, name: str) -> Path:
        return self.store.snapshot("orocommerce", entity, Night.of("2026-11-20").date) / name

    def landed(self) -> bytes:
        """Every byte below the folder of raw pages, and of what could not be parsed."""
        files = [p for folder in ("raw", "restricted") for p in (self.store.root / folder).rglob("*") if p.is_file()]
        return b"\n".join(_plain(p) for p in sorted(files))


def _plain(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def opened(folder: Path, world: Mapping[str, Sequence[Any]] | None = None) -> Any:
    """The simulators of the systems that these records are of."""
    world = world or records()
    systems = sorted({name.split("/")[0] for name in world})
    return running_sandbox(write_world(folder / "world", world), systems=systems)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen at once."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One simulator for a whole module; its switches are set anew by each test."""
    with opened(tmp_path_factory.mktemp("orocommerce")) as sandbox:
        yield sandbox


@pytest.fixture
def shop(running: Sandbox, tmp_path: Path) -> Iterator[Shop]:
    """The shop without switches, and an empty data folder."""
    found = Shop(running, tmp_path)
    found.faults()
    yield found
    found.faults()


@pytest.fixture
def fresh_shop(tmp_path: Path) -> Callable[..., AbstractContextManager[Shop]]:
    """`with fresh_shop(*switches, world=...) as s:` – a shop of its own, whose rows may change while it runs."""

    @contextmanager
    def opening(*switches: Mapping[str, Any], world: Mapping[str, Sequence[Any]] | None = None) -> Generator[Shop]:
        with opened(tmp_path, world) as sandbox:
            found = Shop(sandbox, tmp_path)
            found.faults(*switches)
            yield found

    return opening
