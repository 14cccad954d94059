"""The whole suite in a process: what was imported is not looked through for garbage again and again."""

from __future__ import annotations

import gc

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Spares an eighth of the processor time. Garbage is still collected, later."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """What is frozen would be told of as a leak when the process ends."""
    gc.unfreeze()
