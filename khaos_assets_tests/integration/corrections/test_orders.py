"""Missing orders go into Khaos once, to the account that is there, and nobody's address is kept on the way."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import etree

from khaos_assets.cases import tables
from khaos_assets.corrections.journal import ItemState
from khaos_assets.systems.khaos.writes.orders import OrderWrite, unfit_address, without
from khaos_assets.systems.read import installed_systems
from khaos_assets.systems.write import Acked, Indeterminate, Refused

IMPORT = ("khaos", "ImportOrders")
WHERE = {"surname": "Example", "line1": "1 Example Street", "town": "Exampleton", "postcode": "ZZ1 1ZZ"}


def lines_of_file(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_order_is_imported_without_a_name_or_address_in_plan_or_ledger(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        assert {i.write for i in plan.items} == {"khaos.order"}
        channels = {i.details.source.split(".")[0] for i in plan.items}
        assert channels == {"scayle", "orocommerce"}
        assert plan.left_out == ()
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        sent = str(g.sandbox.journal("khaos"))
        assert "DTOWN" in sent
        assert "Exampleton" in sent
        with g.ledger.engine.connect() as connection:
            kept = str(connection.execute(sa.select(tables.event.c.body)).all()) + plan.text.decode()
        assert not any(word in kept for word in ("Exampleton", "Example Street", "Specimen"))


def test_an_order_of_orocommerce_lands_on_its_customers_account_and_goes_where_the_shop_says(
    ground: Callable[..., Any],
) -> None:
    with ground() as g:
        night = g.config.parent / "nights" / g.nights[0].date.isoformat()
        accounts = {c["OTHER_REF"]: c["COMPANY_CODE"] for c in lines_of_file(night / "khaos" / "customers.ndjson")}
        orders = {o["id"]: o for o in lines_of_file(night / "orocommerce" / "orders.ndjson")}
        addresses = {a["id"]: a for a in lines_of_file(night / "orocommerce" / "orderaddresses.ndjson")}
        plan_id, plan = g.approved(codes=["ORD-01"])
        g.apply(plan_id)
        imports = (e["what"] for e in g.sandbox.journal("khaos") if e["operation"] == "ImportOrders")
        imported = {what["ASSOCIATED_REF"]: what for what in imports}
        ours = [i for i in plan.items if i.details.source == "orocommerce.recipient"]
        assert len(ours) == 3
        for item in ours:
            order = orders[item.details.target["order_id"]]["relationships"]
            told = addresses[order["shippingAddress"]["data"]["id"]]["attributes"]
            sent = imported[item.target["reference"]]
            to = sent["order"]["CUSTOMER_DETAIL"]["ADDRESSES"]["DELADDR"]
            assert sent["COMPANY_CODE"] == accounts[order["customer"]["data"]["id"]]
            assert (to["DADDR1"], to.get("DADDR2"), to["DPOSTCODE"], to["DCOUNTRY_CODE"]) == (
                told["street"], told["street2"], told["postalCode"], "GB",
            )  # fmt: skip


def test_an_order_that_its_customer_cancelled_since_the_night_is_not_imported(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        cancelled = next(i for i in plan.items if i.details.source == "scayle.recipient")
        order = cancelled.details.target

        async def cancel() -> None:
            async with installed_systems()["scayle"].open_client(g.settings, g.credentials) as client:
                path = f"/shops/{order['shop']}/countries/{order['country']}/orders/{order['order_id']}"
                told = await client.get(path, operation="GET O/{o}", scope="ordersRead")
                items = [{"orderItemId": i["id"]} for i in json.loads(told.body)["items"]]
                said = {"shopKey": order["shop"], "countryCode": order["country"], "orderId": int(order["order_id"])}
                await client.write(
                    "POST", "/fulfillment/cancellations", json.dumps(said | {"items": items}).encode(),
                    operation="POST /fulfillment/cancellations", scope="fulfillmentWrite", expect={200, 201, 204},
                )  # fmt: skip

        asyncio.run(cancel())
        g.apply(plan_id)
        ended = {item.record: line.state for item, line in g.states(plan_id, plan)}
        assert ended.pop(cancelled.record) is ItemState.GONE
        assert set(ended.values()) == {ItemState.VERIFIED}
        assert Counter(g.changes())[IMPORT] == len(ended)


def test_an_import_that_says_nothing_of_an_order_leaves_it_open_and_stops_the_plan(ground: Callable[..., Any]) -> None:
    with ground([{"system": "khaos", "switch": "skip_silently", "method": "ImportOrders"}]) as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        applied = g.apply(plan_id)
        assert (applied.how, applied.states["indeterminate"], g.changes()) == ("stopped", 1, [])
        g.sandbox.set_faults([])
        again = g.apply(plan_id)
        assert (again.how, Counter(g.changes())) == ("done", Counter({IMPORT: len(plan.items)}))


def test_an_order_whose_import_is_skipped_says_why(ground: Callable[..., Any]) -> None:
    with ground(
        [{"system": "khaos", "switch": "partial_import", "method": "ImportOrders", "refs": ["SC-W0100697"]}]
    ) as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        g.apply(plan_id)
        refused = [line.why for item, line in g.states(plan_id, plan) if line.state is ItemState.REFUSED]
        assert refused == ["skipped: The order could not be processed"]


def test_an_order_that_landed_on_another_account_counts_as_gone_wrong() -> None:
    write = OrderWrite(
        reference="SC-1", site="Main", ordered_at="", currency="GBP", total="1", delivery_net="0", delivery_tax="0",
        lines="[]",
    )  # fmt: skip

    def told(array: str, **said: str) -> Any:
        result = etree.Element("return")
        one = etree.SubElement(etree.SubElement(result, array), "item")
        for name, text in said.items():
            etree.SubElement(one, name).text = text
        return write._outcome(result, "C1")

    assert told("OrderImport", AssociatedRef="SC-1", URN="C1") == Acked()
    assert told("OrderImport", AssociatedRef="SC-1", URN="C2") == Acked("on account C2 instead of C1")
    assert told("OrderSkipped", OrderRef="SC-1", SkipReason="known") == Refused("skipped: known")
    assert isinstance(told("OrderImport", AssociatedRef="SC-2", URN="C1"), Indeterminate)


def test_what_khaos_says_of_an_order_names_nobody_in_the_journal() -> None:
    said = without("Customer ALEX EXAMPLE of 1 Example Street is locked", ["Alex", "Example", "1 Example Street", "GB"])
    assert said == "Customer … … of … is locked"


def test_an_address_that_khaos_would_refuse_or_lose_a_part_of_is_not_sent_and_not_quoted() -> None:
    assert unfit_address(WHERE) is None
    assert unfit_address(WHERE | {"line2": "Unit 2", "firm": "Example Stores"}) is None
    assert unfit_address(WHERE | {"surname": "", "town": ""}) == "its address has no surname and no town"
    assert unfit_address(WHERE | {"line1": "x" * 36}) == "its address is longer than Khaos takes: line1"
    assert "region" in (unfit_address(WHERE | {"region": "US-NY"}) or "")
