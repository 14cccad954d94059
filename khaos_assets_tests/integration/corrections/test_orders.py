"""Missing orders go into Khaos once, to the account that is there, and nobody's address is kept on the way."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from lxml import etree

from khaos_assets.cases import tables
from khaos_assets.corrections.journal import ItemState
from khaos_assets.systems.khaos.writes.orders import OrderWrite, without
from khaos_assets.systems.read import installed_systems
from khaos_assets.systems.write import Acked, Indeterminate, Refused

IMPORT = ("khaos", "ImportOrders")


def test_an_order_is_imported_without_a_name_or_address_in_plan_or_ledger(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        assert {i.write for i in plan.items} == {"khaos.order"}
        assert {x.why for x in plan.left_out} == {"no documented answer of OroCommerce tells where an order goes"}
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        sent = str(g.sandbox.journal("khaos"))
        assert "DTOWN" in sent
        assert "Exampleton" in sent
        with g.ledger.engine.connect() as connection:
            kept = str(connection.execute(sa.select(tables.event.c.body)).all()) + plan.text.decode()
        assert not any(word in kept for word in ("Exampleton", "Example Street", "Specimen"))


def test_an_order_that_its_customer_cancelled_since_the_night_is_not_imported(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved(codes=["ORD-01"])
        order = plan.items[0].details.target

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
        ended = [line.state for _, line in g.states(plan_id, plan)]
        assert ended == [ItemState.GONE] + [ItemState.VERIFIED] * (len(ended) - 1)
        assert Counter(g.changes())[IMPORT] == len(ended) - 1


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
