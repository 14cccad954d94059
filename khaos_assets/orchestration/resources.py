"""What every step needs to know of the merchant: settings, credentials and where files land.

Here: one resource that reads them when a step runs, so that definitions load without a configuration and no secret
stands in a run's configuration; and one that holds the process in which a run's checks are made. Not here: clients of
systems (each stage opens its own).
See https://docs.dagster.io/guides/build/external-resources.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from khaos_assets.config import ConfigurationError, Credentials, Night, Settings, Store, load_settings
from khaos_assets.config.settings import read_ready_file
from khaos_assets.expectations.beside import Beside
from khaos_assets.expectations.result import CheckResult

CONFIG = "KHAOS_ASSETS_CONFIG"
READY_FILE = "KHAOS_ASSETS_READY_FILE"
DATA_DIR = "KHAOS_ASSETS_DATA_DIR"


class MerchantResource(ConfigurableResource[Any]):
    """Paths only: the configuration, the simulators' ready file, the data folder. Empty = not given."""

    config_file: str = ""
    ready_file: str = ""
    data_dir: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> MerchantResource:
        """By KHAOS_ASSETS_CONFIG (else merchant.toml here), KHAOS_ASSETS_READY_FILE and KHAOS_ASSETS_DATA_DIR."""
        env = os.environ if environment is None else environment
        return cls(
            config_file=str(Path(env.get(CONFIG) or "merchant.toml").resolve()),
            ready_file=env.get(READY_FILE, ""),
            data_dir=env.get(DATA_DIR, ""),
        )

    @property
    def configured(self) -> bool:
        return Path(self.config_file).is_file()

    def settings(self) -> Settings:
        """Raises ConfigurationError saying which file, which key, and what to do."""
        if not self.configured:
            raise ConfigurationError(
                f"{self.config_file or 'merchant.toml'}: there is no such file. Set {CONFIG} to the merchant's "
                "configuration, or start in the folder that has it; `khaos-assets sandbox make-world` writes an example"
            )
        return load_settings(Path(self.config_file), data_dir=Path(self.data_dir) if self.data_dir else None)

    def credentials(self) -> Credentials:
        return Credentials.from_environment(ready_file=Path(self.ready_file) if self.ready_file else None)

    def store(self) -> Store:
        return Store(self.settings().data_dir)

    def simulated_night(self) -> str | None:
        """The night at which the simulators stand, None against real systems."""
        return read_ready_file(Path(self.ready_file)).get("night") if self.ready_file else None


class CheckingResource(ConfigurableResource[Any]):
    """The process in which the checks of a run are made: begun with the run, gone with it."""

    _beside: Beside = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator[CheckingResource]:  # noqa: ARG002
        with Beside() as self._beside:
            yield self

    @property
    def process(self) -> Executor:
        """For work that is no check, until there is one."""
        return self._beside.process

    def check_snapshots(self, settings: Settings, store: Store, night: Night) -> None:
        """Begin with the contract suites; see `Beside`."""
        self._beside.check_snapshots(store, night, settings.enabled_systems())

    def check_night(self, settings: Settings, store: Store, night: Night) -> list[CheckResult]:
        """The expectations of a night. Raises TieOutError."""
        return self._beside.validate(store, night, settings.enabled_systems())
