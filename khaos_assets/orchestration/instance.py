"""The Dagster instance of a data folder: `<data>/dagster`, with the settings of the project's `dagster.yaml`.

Here: where runs and events are kept, so that runs started by a command show in the UI. Not here: what is run.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef

import khaos_assets
from khaos_assets.config.store import write_bytes
from khaos_assets.orchestration.event_log import kept_open, synced_at_checkpoints

SETTINGS = Path(khaos_assets.__file__).parents[1] / "dagster.yaml"
NO_CAPTURE = {
    "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
}


def dagster_home(data_dir: Path) -> Path:
    """Make `<data>/dagster` with the project's settings, and return it (absolute)."""
    home = (data_dir / "dagster").resolve()
    home.mkdir(parents=True, exist_ok=True)
    wanted = SETTINGS.read_bytes() if SETTINGS.exists() else b"telemetry:\n  enabled: false\n"
    target = home / "dagster.yaml"
    if not target.exists() or target.read_bytes() != wanted:
        write_bytes(target, wanted)
    return home


@contextmanager
def open_instance(data_dir: Path) -> Generator[DagsterInstance]:
    """The instance, for a run inside this process. Its output stays on the terminal instead of going to log files."""
    home = dagster_home(data_dir)
    ref = InstanceRef.from_dir(str(home), overrides=NO_CAPTURE)
    with (
        synced_at_checkpoints(home),
        DagsterInstance.from_ref(ref) as instance,
        kept_open(instance.event_log_storage),
    ):
        yield instance
