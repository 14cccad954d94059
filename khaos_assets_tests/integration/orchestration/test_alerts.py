"""Who is told what, once: a real webhook, a real mail server, a real ledger."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from dagster import build_sensor_context

from khaos_assets.cases.decisions import acknowledge, assign, resolve
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.cases.recording import Finding
from khaos_assets.config import Credentials, Settings, Store
from khaos_assets.config.settings import Alerts, Email, Merchant
from khaos_assets.expectations.result import CheckKind, CheckResult, write_results
from khaos_assets.orchestration.alerts import NotTold, tell, text
from khaos_assets.orchestration.resources import MerchantResource
from khaos_assets.orchestration.sensors import build_sensors
from khaos_assets_tests.sandbox_fixtures import free_port
from khaos_assets_tests.unit.cases.nights_of_cases import finding, night, noon
from khaos_assets_tests.unit.cases.nights_of_cases import put as record

NOBODY = Credentials(values={})
DRIFT = [finding("A", "10.00"), finding("B", "200.50")]
LATE = finding("O1", None, code="ORD-05")
MONEY = finding("O2", "3.00", code="FIN-01", systems="scayle>khaos", owner="finance")
WAITING = finding("O3", "4.00", code="FIN-01", systems="scayle>khaos", owner="finance", state="expected")
ROWS = [*DRIFT, LATE, MONEY, WAITING]


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


def settings(hook: Webhook | None = None, email: Email | None = None) -> Settings:
    return Settings(
        merchant=Merchant(name="Test"), alerts=Alerts(webhook_url=hook.url if hook else None, email=email)
    )  # fmt: skip


@dataclass
class Ground:
    """A data folder with a ledger."""

    store: Store
    ledger: Ledger

    def night(self, n: int, *rows: Finding, reads: list[CheckResult] | None = None) -> None:
        record(self.ledger, n, *rows)
        write_results(self.store, night(n), reads or [])

    def told(self, given: Settings) -> dict[str, list[str]]:
        """Tells; what each owner was told: "3 new STK-01"."""
        digests = tell(given, NOBODY, self.store)
        return {d.owner: [f"{n.count} {n.what} {n.code}" for n in d.news] for d in digests}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    store = Store(tmp_path)
    with open_ledger(store) as ledger:
        yield Ground(store, ledger)


def test_each_owner_gets_one_digest_with_codes_pounds_and_the_largest_first(ground: Ground) -> None:
    ground.night(1, *ROWS)
    with webhook() as hook:
        tell(settings(hook), NOBODY, ground.store)
    assert [d["owner"] for d in hook.received] == ["finance", "operations"]
    finance, operations = hook.received
    assert (finance["count"], operations["count"]) == (1, 3)
    assert operations["codes"][1] == {
        "code": "STK-01", "title": "Stock drift", "what": "new", "count": 2, "examples": ["MUG-B", "MUG-A"],
        "gbp": "210.50",
    }  # fmt: skip
    assert "Test, 2026-11-01: 3 for operations" in operations["text"]
    assert "STK-01 Stock drift: 2 new, £210.50 (MUG-B, MUG-A)" in operations["text"]


def test_a_case_is_told_once_and_only_what_is_new_the_next_night(ground: Ground) -> None:
    ground.night(1, *ROWS)
    assert set(ground.told(settings())) == {"finance", "operations"}
    assert ground.told(settings()) == {}
    ground.night(2, *ROWS, finding("C", "1.00"))
    assert ground.told(settings()) == {"operations": ["1 new STK-01"]}


def test_what_comes_back_grows_severe_is_late_or_is_given_to_somebody_is_told_again(ground: Ground) -> None:
    ground.night(1, *DRIFT, LATE)
    ground.told(settings())
    ground.night(2, finding("B", "3000.00", severity="critical"), LATE)
    assert ground.told(settings()) == {"operations": ["1 more severe STK-01"]}
    ground.night(3, *DRIFT, LATE)
    assert ground.told(settings()) == {"operations": ["1 back STK-01"]}
    assign(ground.ledger, "A", "finance", by="ann", at=noon(3))
    assert ground.told(settings()) == {"finance": ["1 given to you STK-01"]}
    ground.night(7, *DRIFT, LATE)
    assert ground.told(settings()) == {"operations": ["1 late ORD-05", "1 late STK-01"]}


def test_what_is_gone_before_anybody_is_told_is_no_news(ground: Ground) -> None:
    ground.night(1, *ROWS)
    ground.night(2, MONEY)
    assert ground.told(settings()) == {"finance": ["1 new FIN-01"]}


def test_what_a_person_does_is_no_news(ground: Ground) -> None:
    ground.night(1, *ROWS)
    ground.told(settings())
    acknowledge(ground.ledger, "A", by="ann", at=noon(1))
    said = {"reason": "corrected", "note": "booked", "by": "ann", "at": noon(1)}
    resolve(ground.ledger, settings(), "B", **said)
    assert ground.told(settings()) == {}


def test_what_the_webhook_did_not_take_is_told_again_and_its_address_is_not_in_the_error(ground: Ground) -> None:
    ground.night(1, *ROWS)
    with webhook() as hook:
        hook.refuse = True
        with pytest.raises(NotTold) as error:
            tell(settings(hook), NOBODY, ground.store)
        assert "secret-path" not in str(error.value)
        hook.refuse = False
        assert set(ground.told(settings(hook))) == {"finance", "operations"}


def test_a_broken_contract_is_news_for_the_integration_team_once(ground: Ground) -> None:
    broken = CheckResult(
        kind=CheckKind.READ, subject="wair/stock", systems="wair", title="WAIR: Stock", passed=False,
        owner="integration", severity="critical", count=1, reason="sku_id: empty in 1 of 2 rows", night=str(night(1)),
    )  # fmt: skip
    ground.night(1, reads=[broken])
    (digest,) = tell(settings(), NOBODY, ground.store)
    assert digest.owner == "integration"
    assert "wair/stock WAIR: Stock: 1 broken (sku_id: empty in 1 of 2 rows)" in text(settings(), digest)
    assert ground.told(settings()) == {}


@contextmanager
def mail_server() -> Iterator[tuple[int, list[Any]]]:
    """A server on loopback; its port, and the messages that it took."""
    taken: list[Any] = []

    class Keep(Sink):
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (its name)
            taken.append(message_from_bytes(envelope.content, policy=policy.default))
            return "250 kept"

    port = free_port()
    controller = Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, taken
    finally:
        controller.stop()


def test_mail_goes_to_the_owners_addresses_and_to_nobody_else(ground: Ground) -> None:
    ground.night(1, *ROWS)
    with mail_server() as (port, taken):
        email = Email(
            host="127.0.0.1", port=port, security="none", sender="recon@example.com",
            recipients={"finance": ["fd@example.com", "ledger@example.com"]},
        )  # fmt: skip
        assert set(ground.told(settings(email=email))) == {"finance", "operations"}
        assert ground.told(settings(email=email)) == {}
    (message,) = taken
    assert message["To"] == "fd@example.com, ledger@example.com"
    assert message["Subject"] == "Test: 1 for finance"
    assert "FIN-01 Tax differs: 1 new, £3.00 (MUG-O2)" in message.get_content()


def test_a_mail_server_that_is_away_keeps_its_digests_and_leaves_the_webhook_alone(ground: Ground) -> None:
    ground.night(1, *DRIFT)
    away = Email(host="127.0.0.1", port=1, security="none", sender="x@example.com", recipients={"*": ["y@example.com"]})
    with webhook() as hook:
        with pytest.raises(NotTold, match="the mail did not take the digest for operations"):
            tell(settings(hook, away), NOBODY, ground.store)
        with mail_server() as (port, taken):
            tell(settings(hook, away.model_copy(update={"port": port})), NOBODY, ground.store)
    assert (len(hook.received), len(taken)) == (1, 1)


def test_the_sensor_tells_and_then_waits_for_something_to_happen(ground: Ground, tmp_path: Path) -> None:
    ground.night(1, *ROWS)
    config = tmp_path / "merchant.toml"
    config.write_text('[merchant]\nname = "Test"\n')
    (sensor,) = build_sensors()
    merchant = MerchantResource(config_file=str(config), data_dir=str(ground.store.root))
    with build_sensor_context(resources={"merchant": merchant}) as context:
        assert "finance: 1 · operations: 3" in str(sensor(context))
        assert "nothing happened since" in str(sensor(context))
        ground.night(2, *ROWS)
        assert "nothing new for anybody" in str(sensor(context))


def test_without_a_configuration_the_sensor_waits(tmp_path: Path) -> None:
    (sensor,) = build_sensors()
    nobody = MerchantResource(config_file=str(tmp_path / "merchant.toml"))
    with build_sensor_context(resources={"merchant": nobody}) as context:
        assert "there is no such file" in str(sensor(context))
