"""The Dagster UI as processes: the webserver on loopback and the daemon that runs schedules and sensors.

Here: the commands and their environment; who starts and stops them is the command line. Not here: any definition.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import khaos_assets
from khaos_assets.orchestration.instance import dagster_home, open_instance
from khaos_assets.orchestration.resources import CONFIG, DATA_DIR, READY_FILE

WORKSPACE = Path(khaos_assets.__file__).parents[1] / "workspace.yaml"


def ui_commands(data_dir: Path, port: int) -> list[list[str]]:
    """Webserver and daemon. The webserver has no login, so it listens on 127.0.0.1 only."""
    with open_instance(data_dir):
        pass  # the tables are made here: two processes that make them in the same moment fail, both
    code = ["-w", str(WORKSPACE)] if WORKSPACE.exists() else ["-m", "khaos_assets.definitions"]
    webserver = [sys.executable, "-m", "dagster_webserver", "-h", "127.0.0.1", "-p", str(port), *code]
    # A code server warns when it is replaced, and the daemon replaces its own every minute.
    quiet = ["--log-level", "error", "--code-server-log-level", "error"]
    daemon = [sys.executable, "-m", "dagster._daemon", "run", *quiet, *code]
    return [[*webserver, *quiet], daemon]


def ui_environment(
    data_dir: Path, config: Path, ready_file: Path | None = None, environment: dict[str, str] | None = None
) -> dict[str, str]:
    """What both processes need to find the merchant, the data and each other."""
    env = dict(os.environ if environment is None else environment)
    env |= {
        "DAGSTER_HOME": str(dagster_home(data_dir)),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "GX_ANALYTICS_ENABLED": "false",
        CONFIG: str(config.resolve()),
        DATA_DIR: str(data_dir.resolve()),
    }
    if ready_file is not None:
        env[READY_FILE] = str(ready_file.resolve())
    return env
