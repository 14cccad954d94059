"""Whatever is sent, a write is either done or refused: the simulator itself never breaks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.scayle.calls import Call, Refused
from khaos_assets.sandbox.scayle.holdings import Holdings
from khaos_assets.sandbox.scayle.views import Views
from khaos_assets.sandbox.scayle.writes import Writes
from khaos_assets.sandbox.world import WorldState
from khaos_assets_tests.integration.sandbox.scayle.conftest import O_GB, RECORDS
from khaos_assets_tests.sandbox_fixtures import write_world

PLACE = {"warehouseReferenceKey": "WH-1", "merchantReferenceKey": None}
OWNED = {"shopKey": "main", "countryCode": "GB", "orderId": 101, "items": [{"orderItemId": 1011, "returnKey": "R"}]}
OPERATION = {"key": "a", "url": "/variants/1010/stocks", "method": "POST", "body": PLACE | {"quantity": 3}}
HOOK = {"event": "order-shipped", "url": "http://127.0.0.1:9/", "version": 2}
VALID: dict[tuple[str, str], Any] = {
    ("POST", "/variants/1010/stocks"): PLACE | {"quantity": 3, "changedAt": "2026-11-19T00:00:00+00:00"},
    ("PUT", "/variants/1010/stocks/sellableWithoutStock"): PLACE | {"sellableWithoutStock": True},
    ("POST", "/variants/1010/prices"): {"price": 1, "countryCode": "GB", "currencyCode": "GBP", "validFrom": None},
    ("POST", "/fulfillment/shipments"): OWNED | {"carrier": "dpd", "shipmentKey": "T", "deliveryDate": None},
    ("POST", "/fulfillment/cancellations"): OWNED,
    ("POST", "/fulfillment/return-items"): [{"received": "2026-11-19 10:00:00", "returnKey": "item-1021"}],
    ("POST", O_GB): {"referenceKey": "NEW", "items": [{"id": 1, "key": "item-1"}]},
    ("PUT", f"{O_GB}/102/reference-key"): {"referenceKey": "OTHER"},
    ("PATCH", f"{O_GB}/102/billing-status"): {
        "code": "billing_open",
        "reason": "",
        "items": [{"id": 1021, "code": "x"}],
    },
    ("POST", "/warehouses"): {"referenceKey": "WH-3"},
    ("POST", "/reservations"): [PLACE | {"referenceKey": "r", "variant": {"id": 1010, "referenceKey": None}}],
    ("POST", "/variants/stocks/bulk-requests"): {"callbacks": {}, "operations": [OPERATION]},
    ("POST", "/webhooks/subscriptions"): HOOK,
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 1012) | st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "WH-1", "GB", "2026-11-19T00:00:00+00:00", "0001-01-01T00:00:00+14:00", "//[", "\x00"]),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just([{}]),
)


@st.composite
def spoiled(draw: st.DrawFn, body: Any) -> Any:
    """A valid body some of whose parts are missing, or something else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(VALUES)
    if isinstance(body, list):
        return [draw(spoiled(part)) for part in body]
    if isinstance(body, dict):
        return {name: draw(spoiled(part)) for name, part in body.items() if draw(st.integers(0, 9))}
    return body


@pytest.fixture(scope="module")
def writes(tmp_path_factory: pytest.TempPathFactory) -> Writes:
    world = WorldState(write_world(tmp_path_factory.mktemp("world"), RECORDS))
    holdings = Holdings(world, Faults(), Journal())
    return Writes(holdings, Views(holdings))


@settings(suppress_health_check=list(HealthCheck), max_examples=60, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("called", VALID)
def test_any_body_is_done_or_refused(writes: Writes, called: tuple[str, str], data: st.DataObject) -> None:
    call = Call.to(*called, body=msgspec.json.encode(data.draw(spoiled(VALID[called]))))
    assert call is not None
    try:
        assert writes.do(call).status in (200, 201, 204, 206)
    except Refused as refused:
        assert refused.status in (400, 404, 409)


@given(st.binary(max_size=30))
def test_what_is_no_json_is_refused(writes: Writes, body: bytes) -> None:
    call = Call.to("POST", "/variants/1010/stocks", body=body)
    assert call is not None
    with pytest.raises(Refused):
        writes.do(call)
