"""Who is told what, once: a real webhook, a real published copy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dagster import build_sensor_context

from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.settings import Alerts, Merchant
from khaos_assets.config.store import write_bytes
from khaos_assets.expectations.result import CheckKind, CheckResult, write_results
from khaos_assets.orchestration.alerts import digests, latest_night, published_file, tell
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.orchestration.sensors import build_sensors
from khaos_assets_tests.unit.expectations.nights import KEPT

NIGHT, NEXT = Night.of("2026-11-20"), Night.of("2026-11-21")
Row = tuple[str, str, str, str, Decimal | None]
"""(owner, code, record key, state, pounds)"""
ROWS: list[Row] = [
    ("operations", "STK-01", "A", "open", Decimal("10.00")),
    ("operations", "STK-01", "B", "open", Decimal("200.50")),
    ("operations", "ORD-05", "O1", "open", None),
    ("finance", "ORD-17", "O2", "open", Decimal("3.00")),
    ("finance", "ORD-17", "O3", "expected", Decimal("4.00")),
]


@dataclass
class Webhook:
    url: str
    received: list[dict[str, Any]] = field(default_factory=list)
    refuse: bool = False


@contextmanager
def webhook() -> Iterator[Webhook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if not hook.refuse:
                hook.received.append(body)
            self.send_response(503 if hook.refuse else 204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook = Webhook(f"http://127.0.0.1:{server.server_port}/secret-path")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()


def settings(hook: Webhook | None = None) -> Settings:
    return Settings(merchant=Merchant(name="Test"), alerts=Alerts(webhook_url=hook.url if hook else None))


def publish(store: Store, night: Night, rows: list[Row], *, reads: list[CheckResult] | None = None) -> None:
    """Write a published copy and check results as a finished night leaves them."""
    target = store.published / f"{night}-{abs(hash(tuple(rows))):x}.duckdb"
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(target)) as db:
        db.execute(KEPT)
        db.execute("DELETE FROM exception")
        for owner, code, key, state, gbp in rows:
            db.execute(
                "INSERT INTO exception BY NAME SELECT ? AS night, ? AS owner, ? AS code, ? AS case_key, "
                "? AS record_key, ? AS state, ? AS amount_gbp, 'high' AS severity, 'wair>khaos' AS systems, "
                "'' AS entity, '' AS scope, '' AS field, '{}' AS evidence, ? AS as_of, ? AS first_seen",
                [night.date, owner, code, f"case-{code}-{key}", key, state, gbp, night.as_of, night.as_of],
            )
    write_bytes(store.published / "current.json", json.dumps({"night": str(night), "file": target.name}).encode())
    write_results(store, night, reads or [])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_each_owner_gets_one_digest_with_codes_pounds_and_the_largest_first(store: Store) -> None:
    publish(store, NIGHT, ROWS)
    with webhook() as hook:
        tell(settings(hook), store, NIGHT)
    assert [d["owner"] for d in hook.received] == ["finance", "operations"]
    operations = hook.received[1]
    assert operations["new"] == 3
    assert operations["codes"][1] == {
        "code": "STK-01", "title": "", "new": 2, "examples": ["B", "A"], "gbp": "210.50",
    }  # fmt: skip
    assert "Test, night 2026-11-20: 3 new for operations" in operations["text"]


def test_a_case_is_told_once_and_only_what_is_new_the_next_night(store: Store) -> None:
    with webhook() as hook:
        publish(store, NIGHT, ROWS)
        tell(settings(hook), store, NIGHT)
        tell(settings(hook), store, NIGHT)
        publish(store, NEXT, [*ROWS, ("operations", "STK-01", "C", "open", Decimal("1.00"))])
        tell(settings(hook), store, NEXT)
    assert len(hook.received) == 3
    assert hook.received[2]["codes"][0]["examples"] == ["C"]


def test_what_the_webhook_did_not_take_is_told_again_and_its_address_is_not_in_the_error(store: Store) -> None:
    publish(store, NIGHT, ROWS)
    with webhook() as hook:
        hook.refuse = True
        with pytest.raises(ConnectionError) as error:
            tell(settings(hook), store, NIGHT)
        assert "secret-path" not in str(error.value)
        hook.refuse = False
        assert len(tell(settings(hook), store, NIGHT)) == 2


def test_a_broken_contract_is_news_for_the_integration_team(store: Store) -> None:
    broken = CheckResult(
        kind=CheckKind.READ, subject="wair/stock", systems="wair", title="WAIR: Stock", passed=False,
        owner="integration", severity="critical", count=1, reason="sku_id: empty in 1 of 2 rows", night=str(NIGHT),
    )  # fmt: skip
    publish(store, NIGHT, [], reads=[broken])
    (digest,) = digests(settings(), store, NIGHT)
    assert digest.owner == "integration"
    assert "wair/stock WAIR: Stock: 1 new (sku_id: empty in 1 of 2 rows)" in digest.text


def test_an_earlier_night_that_is_run_again_alerts_nobody(store: Store) -> None:
    publish(store, NEXT, [])
    publish(store, NIGHT, ROWS)
    assert latest_night(store) == NEXT
    assert published_file(store, NEXT) is None
    assert tell(settings(), store, NEXT) == []


def test_the_sensor_tells_and_then_waits_for_another_night(store: Store, tmp_path: Path) -> None:
    publish(store, NIGHT, ROWS)
    config = tmp_path / "merchant.toml"
    config.write_text('[merchant]\nname = "Test"\n')
    (sensor,) = build_sensors()
    merchant = MerchantResource(config_file=str(config), data_dir=str(store.root))
    with build_sensor_context(resources={"merchant": merchant}) as context:
        first = sensor(context)
        assert "finance: 1 new · operations: 3 new" in str(first)
        assert context.cursor is not None
        assert "was told" in str(sensor(context))


def test_without_a_configuration_the_sensor_waits(tmp_path: Path) -> None:
    (sensor,) = build_sensors()
    nobody = MerchantResource(config_file=str(tmp_path / "merchant.toml"))
    with build_sensor_context(resources={"merchant": nobody}) as context:
        assert "there is no such file" in str(sensor(context))
