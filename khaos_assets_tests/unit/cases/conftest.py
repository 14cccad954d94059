"""A fresh ledger for each test: in SQLite, and in a real PostgreSQL of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Store
from khaos_assets_tests.real_postgresql import running_postgresql


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server that lives as long as the tests do."""
    with running_postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def empty_ledger(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the ledger's tables, of which copies are made in a moment."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty_ledger")
    with open_ledger(Store(tmp_path_factory.mktemp("unused")), url=postgresql.replace("/postgres?", "/empty_ledger?")):
        return "empty_ledger"


@pytest.fixture
def database(postgresql: str, empty_ledger: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with an empty ledger."""
    name = f"ledger_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {empty_ledger}")
        yield postgresql.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    url = request.getfixturevalue("database") if request.param == "postgresql" else None
    with open_ledger(Store(tmp_path), url=url) as made:
        yield made
