"""Dagster: assets, checks, jobs, schedules, sensors and resources over the stages, and running a night from a program.

Here: everything that imports dagster (with `definitions.py`), and what a person sees in its UI. Not here: any work.
Each step calls one stage function of another folder, and the command line calls the same ones.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khaos_assets.orchestration.nightly import NightOutcome, run_night
    from khaos_assets.orchestration.ui import ui_commands, ui_environment

# Loaded when first used: importing dagster costs about two seconds.
_HOMES = {
    "NightOutcome": "nightly",
    "run_night": "nightly",
    "ui_commands": "ui",
    "ui_environment": "ui",
}

__all__ = ["NightOutcome", "run_night", "ui_commands", "ui_environment"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
