"""A portal over a small installation: a ledger with a few cases, and a published copy of the night that found them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.recording import Finding, NightFindings, record
from khaos_assets.config import Night, Settings, Store
from khaos_assets.portal.access import open_access
from khaos_assets.portal.app import create_app
from khaos_assets.warehouse.database import HERE, open_warehouse
from khaos_assets.warehouse.publishing import publish
from khaos_assets_tests.portal_people import CHEAP, PASSWORD, hire

NIGHT = Night.of("2026-11-20")
SETTINGS = Settings.of_merchant({"merchant": {"name": "Northwind Home"}})
PEOPLE = {"ann": "finance", "cat": "owner:STK", "eve": "viewer", "bob": "approver", "dan": "administrator"}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>", '=HYPERLINK("http://x")', "\u202egnp.exe", "{{ 7 * 7 }}", "'; DROP TABLE item; --",
    "W" * 40_000,
)  # fmt: skip

SignIn = Callable[[str], TestClient]


def a_finding(key: str, **changes: object) -> Finding:
    """An open stock drift, with the given changes."""
    given: dict[str, object] = {
        "case_key": key * 32, "state": "open", "code": "STK-01", "systems": "wair>khaos", "entity": "stock",
        "record_key": f"MUG-{key}", "scope": "London", "field": "physical", "counterpart_key": None,
        "owner": "operations", "severity": "medium", "expected_value": "7", "actual_value": "5", "reason": "differs",
        "units": Decimal("-2.00000"), "amount_gbp": Decimal("10.00"), "correction": "worklist",
        "first_seen": NIGHT.as_of, "suppressed_by": None,
    }  # fmt: skip
    return Finding(**(given | changes))  # type: ignore[arg-type]


FINDINGS = (
    a_finding("a"), a_finding("b", severity="critical", amount_gbp=Decimal("-250.00")),
    a_finding("c", code="ORD-05", record_key="W1", scope="", field="full", owner="finance", units=None),
    a_finding("d", code="FIN-01", systems="scayle>khaos", record_key="W1", owner="finance", amount_gbp=None),
    *(a_finding(f"{i}", record_key=text, scope=text[:2000]) for i, text in enumerate(HOSTILE)),
)  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A data folder of one night, and the people of its portal; the exception "e" is explained by "b"."""
    store = Store(tmp_path_factory.mktemp("portal"))
    with open_ledger(store) as ledger:
        record(ledger, SETTINGS, NightFindings(NIGHT, {f.case_key: f for f in FINDINGS}, frozenset()))
    with open_warehouse(store) as db:
        for tables in ("kept.sql", "tables.sql"):
            db.execute((HERE / tables).read_text(encoding="utf-8"))
        for f in (*FINDINGS, a_finding("e", state="suppressed", suppressed_by="b" * 32)):
            db.execute(
                """
                INSERT INTO exception BY NAME SELECT DATE '2026-11-20' AS night, $key AS case_key, $code AS code,
                    $state AS state, $severity AS severity, $owner AS owner, $systems AS systems, '' AS entity,
                    $record AS record_key, $scope AS scope, $field AS field, '7' AS expected_value,
                    '5' AS actual_value, $gbp::DECIMAL(18, 2) AS amount_gbp, $by AS suppressed_by,
                    '{"wair_on_hand": "7", "lines": [{"sku": "X"}]}' AS evidence,
                    TIMESTAMPTZ '2026-11-20 02:00Z' AS as_of, as_of AS first_seen
                """,
                {"key": f.case_key, "code": f.code, "state": f.state, "severity": f.severity, "owner": f.owner,
                 "systems": f.systems, "record": f.record_key, "scope": f.scope, "field": f.field, "gbp": f.amount_gbp,
                 "by": f.suppressed_by},
            )  # fmt: skip
    publish(store, NIGHT)
    with open_access(SETTINGS, store, passwords=CHEAP) as access:
        for name, role in PEOPLE.items():
            hire(access, name, role)
    return store


@pytest.fixture
def store(made: Store, tmp_path: Path) -> Store:
    """A copy of it, for one test to change."""
    shutil.copytree(made.root, tmp_path / "data")
    return Store(tmp_path / "data")


@pytest.fixture
def ledger(store: Store) -> Iterator[Ledger]:
    with open_ledger(store) as opened:
        yield opened


@pytest.fixture
def sign_in(store: Store) -> Iterator[SignIn]:
    """Signs somebody in: `sign_in("ann")` gives their browser."""
    app = create_app(SETTINGS, store, passwords=CHEAP, clock=lambda: NOON)
    with TestClient(app, base_url="http://127.0.0.1"):

        def browser_of(name: str) -> TestClient:
            browser = TestClient(
                app, base_url="http://127.0.0.1", headers={"origin": "http://127.0.0.1"}, raise_server_exceptions=True
            )
            browser.post("/sign-in", data={"name": name, "password": PASSWORD}).raise_for_status()
            return browser

        yield browser_of
