"""`merchant.toml` as typed settings; credentials from the environment only.

A key that is unknown, missing or out of range raises ConfigurationError naming the file, the key and what is allowed.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

Count = Annotated[int, Field(ge=1)]


class ConfigurationError(Exception):
    """Wrong configuration: the text names file, key, what was found and what is allowed. Exit status 2."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Merchant(Section):
    name: str
    home_country: str = Field(default="GB", pattern="^[A-Z]{2}$", description="alpha-2")
    home_vat_percent: Decimal = Decimal(20)
    currency: Literal["GBP"] = "GBP"


class Graces(Section):
    """How long a difference may last before it is one."""

    dispatch_minutes: int = 60
    tracking_minutes: int = 120
    stock_minutes: int = 30
    latency_target_minutes: int = 60
    attribute_hours: int = 24


class Tolerances(Section):
    stock_units: Decimal = Decimal(0)
    snapshot_drop_percent: Decimal = Decimal(20)
    feed_age_hours: int = 24


class Buffer(Section):
    """Units held back from channels: from configuration per code, or from Khaos SAFE_LEVEL; never both."""

    source: Literal["configuration", "safe_level"] = "configuration"
    default: Decimal = Decimal(2)
    per_code: dict[str, Decimal] = {}


class Classes(Section):
    """Customer company classes, spelled as in Khaos (they are case-sensitive there)."""

    non_commercial: list[str] = ["Test", "Internal"]
    arithmetic: dict[str, Literal["gross", "net"]] = Field(default={}, description="class → how Khaos computes lines")


class Transport(Section):
    """How politely and how patiently one system is asked."""

    concurrency: Count = 4
    requests_per_second: float | None = Field(default=None, gt=0)
    page_deadline_seconds: float = Field(default=60.0, gt=0, description="wall clock, for one page with its body")
    attempts: Count = 5
    retry_budget: int = Field(default=50, ge=0, description="retries in one read, all pages together")
    max_body_bytes: Count = 256 * 1024 * 1024


class Khaos(Section):
    enabled: bool = True
    base_url: str = ""
    soap_path: str = "/KhaosSIM.exe/soap/IKosWeb"
    namespace: str = "urn:KosWebIntf-IKosWeb"
    ca_file: Path | None = Field(default=None, description="private CA or pinned certificate; always verified")
    transport: Transport = Transport(concurrency=1)
    stock_chunk: Count = 50
    customer_chunk: Count = 50
    order_chunk: Count = 50
    order_enumeration: Literal["window", "companies"] = Field(
        default="window", description="window: by date, web orders, references; companies: every order, by company"
    )
    order_window_days: Count = 120
    delta_buffer_minutes: int = 15
    back_order_lowers_level: Literal["yes", "no", "unknown"] = "unknown"
    terms_hold_stages: list[int] = [21]
    back_orderable: list[str] = []


class Wair(Section):
    enabled: bool = True
    base_url: str = ""
    feed_extension: bool = Field(default=False, description="off until a capability check confirmed it here")
    transport: Transport = Transport(concurrency=8)
    page_size: int = Field(default=5000, ge=2, le=5000)
    allow_empty: list[str] = Field(default=[], description="entities that may lawfully be empty")
    stock_for_every_active_item: bool = Field(
        default=True, description="each active item has a stock row at each mapped location (0 where none)"
    )
    carries_kinds: list[str] = ["simple", "build", "style_child"]
    untracked_services: list[str] = Field(default=[], description="carrier services without tracking, or collection")


class MappingTables(Section):
    """Values of one system in the words of another. Keys are the foreign values."""

    locations: dict[str, str] = Field(default={}, description="WAIR location id → Khaos site name")
    couriers: dict[str, str] = Field(default={}, description="WAIR carrier service → Khaos courier")
    sizes: dict[str, str] = Field(default={}, description="WAIR body-map size label → Khaos size")


class Feed(Section):
    """What is expected of one read, keyed `<system>.<entity>`."""

    moving: bool = Field(default=False, description="its newest change time must be younger than feed_age_hours")
    closed_weekdays: list[int] = Field(default=[], description="1 Monday … 7 Sunday: no change is expected then")
    confirmed_drops: dict[str, str] = Field(default={}, description="night → who confirmed a drop, and why")


class Alerts(Section):
    webhook_url: str | None = None
    timeout_seconds: float = 10.0


class Reports(Section):
    preview_rows: int = 20


class Settings(Section):
    """A merchant's whole configuration."""

    merchant: Merchant
    data_dir: Path = Path("var")
    graces: Graces = Graces()
    tolerances: Tolerances = Tolerances()
    buffer: Buffer = Buffer()
    classes: Classes = Classes()
    non_stock_codes: list[str] = []
    order_reference_prefixes: dict[str, str] = Field(default={}, description="channel → prefix of its references")
    exchange_rates: dict[str, dict[str, Decimal]] = Field(default={}, description="month → currency → GBP for one unit")
    khaos: Khaos = Khaos()
    wair: Wair = Wair()
    mapping: MappingTables = MappingTables()
    feeds: dict[str, Feed] = {}
    alerts: Alerts = Alerts()
    reports: Reports = Reports()

    def enabled_systems(self) -> list[str]:
        """Names of the systems that are switched on, in the order of this model."""
        return [n for n in type(self).model_fields if getattr(getattr(self, n), "enabled", False)]


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
        settings = Settings.model_validate(raw)
    except ValidationError as e:
        lines = [f"{path.name}: {'.'.join(map(str, x['loc']))}: {x['msg']}" for x in e.errors()]
        raise ConfigurationError("\n".join(lines)) from e
    where = data_dir if data_dir is not None else path.parent / settings.data_dir
    return settings.model_copy(update={"data_dir": where.resolve()})
