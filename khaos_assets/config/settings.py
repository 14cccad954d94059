"""`merchant.toml` as typed settings; credentials from the environment only.

A key that is unknown, missing or out of range raises ConfigurationError naming the file, the key and what is allowed.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    create_model,
)

from khaos_assets.config.cases import SEVERITIES, Cases, Route, Severity
from khaos_assets.config.close import Close
from khaos_assets.config.corrections import Corrections
from khaos_assets.config.portal import Portal
from khaos_assets.config.section import Count, Section

__all__ = ["SEVERITIES", "Count", "Section", "Severity"]


class ConfigurationError(Exception):
    """Wrong configuration: the text names file, key, what was found and what is allowed. Exit status 2."""


class Merchant(Section):
    name: str
    home_country: str = Field(default="GB", pattern="^[A-Z]{2}$", description="alpha-2")
    home_vat_percent: Decimal = Decimal(20)
    currency: Literal["GBP"] = "GBP"


class Graces(Section):
    """How long a difference may last before it is one."""

    order_minutes: int = 60
    dispatch_minutes: int = 60
    tracking_minutes: int = 120
    stock_minutes: int = 30
    latency_target_minutes: int = 60
    price_hours: int = 4
    attribute_hours: int = 24
    refund_hours: int = 24
    withheld_reservation_hours: int = Field(default=48, description="SCAYLE reserves stock silently so long")
    stuck_nights: int = 2


class Latency(Section):
    """How soon things should go from one system to the next, in minutes; what is not given is the grace for it."""

    order_minutes: Count | None = Field(default=None, description="an order confirmed on a channel → in Khaos")
    dispatch_minutes: Count | None = Field(default=None, description="a dispatch in WAIR → sent in Khaos")
    tracking_minutes: Count | None = Field(default=None, description="sent in Khaos → tracking number on the channel")
    days: Count = Field(default=7, description="what began so many days before the night is measured")


class Tolerances(Section):
    stock_units: Decimal = Decimal(0)
    money: Decimal = Field(default=Decimal("0.01"), description="a line and on delivery, in the order's currency")
    withheld_percent: Decimal = Decimal(50)
    withheld_units: Decimal = Decimal(5)
    backlog_records: int = 100
    backlog_hours: dict[Literal["stock", "price", "order", "description"], int] = Field(default={})
    partial_sync_records: int = Field(default=20, ge=2)
    partial_sync_inside_percent: Decimal = Decimal(90)
    partial_sync_outside_percent: Decimal = Decimal(2)
    snapshot_drop_percent: Decimal = Decimal(20)
    feed_age_hours: int = 24


class Buffer(Section):
    """Units held back from channels: from configuration per code, or from Khaos SAFE_LEVEL; never both."""

    source: Literal["configuration", "safe_level"] = "configuration"
    default: Decimal = Decimal(2)
    per_code: dict[str, Decimal] = Field(default={})


class Classes(Section):
    """Customer company classes, spelled as in Khaos (they are case-sensitive there)."""

    non_commercial: list[str] = Field(default=["Test", "Internal"])
    arithmetic: dict[str, Literal["gross", "net"]] = Field(default={}, description="class → how Khaos computes lines")


class Transport(Section):
    """How politely and how patiently one system is asked."""

    concurrency: Count = 4
    requests_per_second: float | None = Field(default=None, gt=0)
    request_windows: list[tuple[Count, Count]] = Field(
        default=[], description="[requests, seconds]: at most so many in any so long a time; all of them hold"
    )
    longest_wait_seconds: float = Field(default=120.0, ge=0, description="a longer pause than this is not waited for")
    page_deadline_seconds: float = Field(default=60.0, gt=0, description="wall clock, for one page with its body")
    attempts: Count = 5
    retry_budget: int = Field(default=50, ge=0, description="retries in one read, all pages together")
    max_body_bytes: Count = 256 * 1024 * 1024


class SystemSettings(Section):
    """What every system's section has. The rest of each stands in `systems/<name>/settings.py`, and is found there."""

    enabled: bool = True
    base_url: str = ""
    transport: Transport = Transport()

    def sql_variables(self) -> dict[str, tuple[str, object]]:
        """What rules and conform statements ask for by `getvariable`: name → SQL type and value."""
        return {}

    def sql_tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Rows for tables of `warehouse/configuration.py`, to which every system may add."""
        return {}


class MappingTables(Section):
    """Values of one system in the words of another. Keys are the foreign values."""

    locations: dict[str, str] = Field(default={}, description="WAIR location id → Khaos site name")
    couriers: dict[str, str] = Field(default={}, description="WAIR carrier service → Khaos courier")
    sizes: dict[str, str] = Field(default={}, description="WAIR body-map size label → Khaos size")
    warehouses: dict[str, dict[str, list[str]]] = Field(
        default={}, description='channel → its warehouse ("" where it has none) → Khaos site names'
    )
    units: dict[str, Decimal] = Field(default={}, description="unit code of a shop → base units")
    price_lists: dict[str, str] = Field(default={}, description="OroCommerce price list id → Khaos price list")
    customer_groups: dict[str, str] = Field(default={}, description="OroCommerce customer group id → Khaos price list")
    payment_terms: dict[str, str] = Field(default={}, description="OroCommerce payment term id → Khaos terms")
    tax_labels: dict[str, Decimal] = Field(default={}, description="tax code of a PIM → VAT percent")
    payment_types: list[str] = Field(default=[], description="payment keys that are known")
    promotion_types: list[str] = Field(default=[], description="categories of reductions that are known")
    delivery_methods: list[str] = Field(default=[], description="delivery methods that are known")


class Channel(Section):
    """How the orders of one channel are compared."""

    start: date | None = Field(default=None, description="orders before it were never to be in Khaos")
    import_window_days: Count = 92
    prices_include_tax: bool = Field(default=False, description="line values, discounts and delivery are gross")


class Market(Section):
    """One market of a channel, keyed `scayle/<shopKey>/<countryCode>` or `orocommerce/<currency>`."""

    currency: str = "GBP"
    company_class: str
    price_list: str = Field(default="", description='Khaos price list; "" = the item\'s own price')
    tax_codes: dict[str, str] = Field(default={}, description="an item's home VAT percentage → Khaos tax code")
    delivery_tax_code: str = "1"


class Customers(Section):
    """How customers of a shop are known in Khaos."""

    identifier: Literal["id", "externalId"] = Field(default="id", description="what OTHER_REF keeps")
    branches: list[list[str]] = Field(default=[], description="accounts that are branches of one another")


class CreditNotes(Section):
    reference_pattern: str = Field(default="", description='beside the order\'s own reference: "RF-{reference}"')


class Feed(Section):
    """What is expected of one read, keyed `<system>.<entity>`."""

    moving: bool = Field(default=False, description="its newest change time must be younger than feed_age_hours")
    closed_weekdays: list[int] = Field(default=[], description="1 Monday … 7 Sunday: no change is expected then")
    confirmed_drops: dict[str, str] = Field(default={}, description="night → who confirmed a drop, and why")


class Email(Section):
    """Digests by mail; SMTP_USERNAME and SMTP_PASSWORD come from the environment where the server asks for them."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str
    recipients: dict[str, list[str]] = Field(default={}, description='owner → addresses; "*" = whoever is not named')


class Alerts(Section):
    webhook_url: str | None = None
    timeout_seconds: float = 10.0
    email: Email | None = None


class Retention(Section):
    """Days, counted from the night that files belong to."""

    raw_days: Count = Field(default=400, description="raw pages; those of the newest complete snapshots stay")
    restricted_days: Count = Field(default=7, description="bodies that could not be parsed: may hold personal data")
    intraday_days: Count = Field(default=14, description="what the runs of a day read and listed")


class Reports(Section):
    preview_rows: int = 20


S = TypeVar("S", bound=SystemSettings)


class Settings(Section):
    """A merchant's whole configuration: what concerns several systems, and a section per system that is read."""

    merchant: Merchant
    data_dir: Path = Path("var")
    graces: Graces = Graces()
    latency: Latency = Latency()
    tolerances: Tolerances = Tolerances()
    buffer: Buffer = Buffer()
    classes: Classes = Classes()
    non_stock_codes: list[str] = Field(default=[])
    order_reference_prefixes: dict[str, str] = Field(default={}, description="channel → prefix of its references")
    exchange_rates: dict[str, dict[str, Decimal]] = Field(default={}, description="month → currency → GBP for one unit")
    tax_codes: dict[str, Decimal] = Field(
        default={"1": Decimal(20), "2": Decimal(0), "4": Decimal(5)}, description="Khaos tax code → percent"
    )
    channels: dict[str, Channel] = Field(default={})
    markets: dict[str, Market] = Field(default={})
    customers: Customers = Customers()
    credit_notes: CreditNotes = CreditNotes()
    ownership: dict[str, list[str]] = Field(default={}, description="field → the systems that own it")
    mapping: MappingTables = MappingTables()
    feeds: dict[str, Feed] = Field(default={})
    alerts: Alerts = Alerts()
    cases: Cases = Cases()
    routing: list[Route] = Field(default=[])
    reports: Reports = Reports()
    close: Close = Close()
    retention: Retention = Retention()
    corrections: Corrections = Corrections()
    portal: Portal = Portal()

    def sections(self) -> dict[str, SystemSettings]:
        """The systems' sections that merchant.toml has, by name: Khaos first, the others by name."""
        found = {n: v for n, v in self.__dict__.items() if isinstance(v, SystemSettings)}
        return dict(sorted(found.items(), key=lambda x: (x[0] != "khaos", x[0])))

    def enabled_systems(self) -> list[str]:
        """Names of the systems that have a section and are not switched off in it."""
        return [n for n, s in self.sections().items() if s.enabled]

    def flow_targets(self) -> dict[str, int]:
        """Minutes that each flow may take: order, dispatch, tracking."""
        names = ("order", "dispatch", "tracking")
        given = {n: getattr(self.latency, f"{n}_minutes") for n in names}
        return {n: given[n] or getattr(self.graces, f"{n}_minutes") for n in names}

    def consumer_classes(self) -> set[str] | None:
        """Khaos company classes of consumers, whose companies bear people's names; None = no name is compared at all.

        Names of companies are compared with those of a shop for companies, OroCommerce.
        """
        if "orocommerce" not in self.enabled_systems():
            return None
        trade = {m.company_class for name, m in self.markets.items() if name.startswith("orocommerce/")}
        return {m.company_class for name, m in self.markets.items() if name.startswith("scayle/")} - trade

    def of(self, section: type[S]) -> S:
        """The section of one system. Raises ConfigurationError where merchant.toml has none."""
        for found in self.sections().values():
            if isinstance(found, section):
                return found
        raise ConfigurationError(f"merchant.toml: [{section.__name__.lower()}] is missing: this system is not read")

    def changed(self, section: type[SystemSettings], **keys: Any) -> Self:
        """A copy in which one system's section has other values."""
        name = next(n for n, s in self.sections().items() if isinstance(s, section))
        return self.model_copy(update={name: self.of(section).model_copy(update=keys)})

    @classmethod
    def of_merchant(cls, raw: Mapping[str, Any]) -> Settings:
        """Settings with the sections of all systems there are. Raises pydantic's ValidationError."""
        return merchant_settings().model_validate(raw)


@cache
def merchant_settings() -> type[Settings]:
    """`Settings` and a field for each folder below `systems/` that has a `settings.py`."""
    sections: dict[str, Any] = {}
    package = import_module("khaos_assets.systems")  # by name: a system's settings begin from this module
    for name in sorted(m.name for m in iter_modules(package.__path__) if m.ispkg):
        path = f"{package.__name__}.{name}.settings"
        if find_spec(path) is None:
            continue
        module = import_module(path)
        own = (v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__)
        section = next(v for v in own if isinstance(v, type) and issubclass(v, SystemSettings))
        sections[name] = (section | None, None)
    return create_model("MerchantSettings", __base__=Settings, **sections)


class Credentials(BaseModel):
    """Base URLs and secrets by `<SYSTEM>_<NAME>` from the environment or a ready file; never from merchant.toml."""

    model_config = ConfigDict(frozen=True)
    values: dict[str, SecretStr]

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None, ready_file: Path | None = None) -> Credentials:
        found = {k: v for k, v in (os.environ if env is None else env).items() if "_" in k}
        if ready_file is not None:
            found |= read_ready_file(ready_file)["env"]
        return cls(values={k: SecretStr(v) for k, v in found.items()})

    def get(self, name: str) -> str | None:
        """The secret text of e.g. `WAIR_PASSWORD`, or None. Keep it out of logs, errors and URLs."""
        value = self.values.get(name)
        return value.get_secret_value() if value else None

    def require(self, name: str) -> str:
        value = self.get(name)
        if not value:
            raise ConfigurationError(f"the environment variable {name} is not set: it holds a credential, put it there")
        return value


def read_ready_file(path: Path) -> dict[str, Any]:
    """What `sandbox serve` wrote: systems, env, night, pid."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise ConfigurationError(f"{path}: not a ready file of `khaos-assets sandbox serve` ({e})") from e


def load_settings(path: Path, *, data_dir: Path | None = None) -> Settings:
    """Read `merchant.toml`. Relative `data_dir` is beside the file. Errors name every wrong key at once."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError as e:
        raise ConfigurationError(f"{path}: there is no such file; `khaos-assets sandbox make-world` writes one") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ConfigurationError(f"{path}: not readable as TOML: {e}") from e
    try:
        settings = Settings.of_merchant(raw)
    except ValidationError as e:
        lines = [f"{path.name}: {'.'.join(map(str, x['loc']))}: {x['msg']}" for x in e.errors()]
        raise ConfigurationError("\n".join(lines)) from e
    where = data_dir if data_dir is not None else path.parent / settings.data_dir
    return settings.model_copy(update={"data_dir": where.resolve()})
