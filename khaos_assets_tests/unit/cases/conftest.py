"""A fresh ledger in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Store


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(Store(tmp_path)) as made:
        yield made
