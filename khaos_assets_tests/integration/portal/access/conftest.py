"""One served portal for all tests that ask it by its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from khaos_assets_tests.portal_installation import Installation, make, serving


@dataclass(frozen=True)
class Served:
    """A portal that answers."""

    installation: Installation
    url: str


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    installation = make(tmp_path_factory.mktemp("portal"))
    with serving(installation) as url:
        yield Served(installation, url)
