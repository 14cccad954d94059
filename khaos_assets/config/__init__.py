"""What a merchant configures and where files land.

Here: `merchant.toml` as typed settings, credentials from the environment, nights, and the one module that knows paths.
Not here: anything that talks to a system or reads a record.
"""

from khaos_assets.config.night import Night
from khaos_assets.config.settings import (
    ConfigurationError,
    Credentials,
    Retention,
    Settings,
    SystemSettings,
    load_settings,
)
from khaos_assets.config.store import Store

__all__ = [
    "ConfigurationError",
    "Credentials",
    "Night",
    "Retention",
    "Settings",
    "Store",
    "SystemSettings",
    "load_settings",
]
