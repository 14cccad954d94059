"""The portal's own database in a fresh folder, with a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from khaos_assets.config import Settings, Store
from khaos_assets.config.settings import Merchant
from khaos_assets.portal.access import Access, open_access
from khaos_assets_tests.portal_people import CHEAP, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def access(tmp_path: Path, clock: Clock) -> Iterator[Access]:
    settings = Settings(merchant=Merchant(name="Bright & Co"))
    with open_access(settings, Store(tmp_path), passwords=CHEAP, proxy_secret="", clock=clock) as opened:
        yield opened
