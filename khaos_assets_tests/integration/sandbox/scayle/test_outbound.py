"""Calls that SCAYLE makes: webhooks to those who subscribed, and orders handed to merchants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.integration.sandbox.scayle.conftest import (
    FIRST,
    O_GB,
    RECORDS,
    SECOND,
    Caller,
    calling,
    item,
    order,
    switched,
)
from khaos_assets_tests.sandbox_fixtures import write_world

TODAY = "2026-11-19T12:00:00+00:00"


@dataclass
class Receiver:
    """Somebody who is called; answers with `status`."""

    status: int = 201
    url: str = ""
    got: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list[tuple[str | None, dict[str, Any]]])

    def wait(self, number: int) -> list[dict[str, Any]]:
        """The bodies, when so many have come."""
        deadline = time.monotonic() + 60
        while len(self.got) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        return [body for _, body in self.got]


@contextmanager
def receiving(status: int = 201) -> Iterator[Receiver]:
    receiver = Receiver(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.got.append((self.headers.get("Authorization"), body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        yield receiver
        server.shutdown()


def subscribe(scayle: Caller, url: str, event: str, version: int = 2) -> Any:
    return scayle.ask("/webhooks/subscriptions", "POST", json={"event": event, "url": url, "version": version})


def cancel(scayle: Caller, at: int) -> None:
    body = {"shopKey": "main", "countryCode": "GB", "orderId": at, "items": [{"orderItemId": 10 * at + 1}]}
    assert scayle.ask("/fulfillment/cancellations", "POST", json=body).status_code == 204


def orders_of(events: list[dict[str, Any]]) -> list[int]:
    return [event["payload"]["order"]["id"] for event in events]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def own(world: Path) -> Iterator[Caller]:
    with calling(world) as caller:
        yield caller


def test_a_write_is_told_to_those_who_subscribed_in_the_generation_they_asked_for(
    own: Caller, receiver: Receiver
) -> None:
    secret = receiver.url.replace("//", "//user:word@")
    made = subscribe(own, secret, "order-item-canceled")
    assert (made.status_code, "word" in made.text) == (201, False)
    subscribe(own, receiver.url, "order-item-cancelled", version=1)
    subscribe(own, receiver.url, "order-shipped")
    cancel(own, 101)
    new, old = receiver.wait(2)
    assert set(new) == {"key", "meta", "occurredAt", "type", "payload"}
    assert (new["type"], new["payload"]["order"]["id"]) == ("order-item-canceled", 101)
    assert (old["type"], old["payload"]["id"]) == ("order-item-cancelled", 101)
    assert new["key"] == old["key"]
    assert receiver.got[0][0] == "Basic dXNlcjp3b3Jk"
    assert receiver.got[1][0] is None


def test_subscriptions_are_listed_and_end(own: Caller, receiver: Receiver) -> None:
    at = subscribe(own, receiver.url, "order-shipped").json()["id"]
    assert [s["id"] for s in own.get("/webhooks/subscriptions")["entities"]] == [at]
    assert own.get(f"/webhooks/subscriptions/{at}")["event"] == "order-shipped"
    assert [own.ask(f"/webhooks/subscriptions/{at}", "DELETE").status_code for _ in range(2)] == [204, 404]
    assert subscribe(own, "http://example.com/hook", "order-shipped").status_code == 400
    assert subscribe(own, receiver.url, "no-such-event").status_code == 400
    assert "order-shipped" in {e["event"] for e in own.get("/webhooks/events")["entities"]}


def test_events_can_be_lost_come_twice_or_out_of_order(own: Caller, receiver: Receiver) -> None:
    subscribe(own, receiver.url, "order-item-cancelled")
    with switched(own, {"switch": "webhook_lost", "count": 1}):
        cancel(own, 101)
    with switched(own, {"switch": "webhook_duplicate", "count": 1}):
        cancel(own, 102)
    twice = receiver.wait(2)
    assert (orders_of(twice), len({e["key"] for e in twice})) == ([102, 102], 1)
    with switched(own, {"switch": "webhook_out_of_order", "count": 1}):
        cancel(own, 103)
        cancel(own, 104)
    assert orders_of(receiver.wait(4)) == [102, 102, 104, 103]


def test_an_event_that_is_not_taken_is_sent_again(own: Caller, receiver: Receiver) -> None:
    receiver.status = 500
    subscribe(own, receiver.url, "order-item-cancelled")
    cancel(own, 101)
    assert len({e["key"] for e in receiver.wait(3)}) == 1


def test_a_new_night_tells_what_came_about_since(tmp_path: Path, receiver: Receiver) -> None:
    later = {**RECORDS, "scayle/orders": [*RECORDS["scayle/orders"], order(109, confirmedAt=TODAY)]}
    with calling(write_world(tmp_path, nights={FIRST: RECORDS, SECOND: later})) as scayle:
        subscribe(scayle, receiver.url, "order-confirmed")
        scayle.sandbox.advance()
        [event] = receiver.wait(1)
        assert (event["occurredAt"], event["payload"]["order"]["id"]) == (TODAY, 109)


def delegating(folder: Path, url: str) -> Path:
    """An order of two items is confirmed between the nights; its merchant wants to hear of it."""
    new = order(109, confirmedAt=TODAY, items=[item(n, 1010) | {"delegatedAt": None} for n in (1, 2)])
    merchants = [{"id": 5, "referenceKey": "default", "orderDelegationUrl": url}]
    later = {**RECORDS, "scayle/orders": [new], "scayle/merchants": merchants}
    return write_world(folder, nights={FIRST: RECORDS, SECOND: later})


def until(scayle: Caller, code: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        shown = scayle.get(f"{O_GB}/109")
        if shown["detailedStatus"]["order"]["code"] == code and shown["updatedAt"] > "2026-11-20T02":
            return shown
        time.sleep(0.01)
    raise AssertionError(f"order 109 never became {code}")


def test_a_confirmed_order_is_delegated_to_its_merchant(tmp_path: Path, receiver: Receiver) -> None:
    with calling(delegating(tmp_path, receiver.url)) as scayle:
        scayle.sandbox.advance()
        [body] = receiver.wait(1)
        assert [i["id"] for i in body["items"]] == [1, 2]
        assert all(i["delegatedAt"] for i in until(scayle, "order_delegated")["items"])


def test_a_partial_delegation_leaves_sold_out_items_out(tmp_path: Path, receiver: Receiver) -> None:
    sold_out = {"switch": "partial_delegation", "keys": ["109"], "until": "2027-01-01"}
    with calling(delegating(tmp_path, receiver.url), sold_out) as scayle:
        scayle.sandbox.advance()
        [body] = receiver.wait(1)
        assert [i["id"] for i in body["items"]] == [1]


def test_an_order_that_no_merchant_takes_is_cancelled_in_the_end(tmp_path: Path, receiver: Receiver) -> None:
    receiver.status = 500
    with calling(delegating(tmp_path, receiver.url)) as scayle:
        scayle.sandbox.advance()
        assert until(scayle, "order_cancelled")["status"] == "cancellation_completed"
        assert len(receiver.got) == 26
