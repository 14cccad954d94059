"""From the cases of one night to their end on the next, over HTTP, with every system's journal as the witness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from khaos_assets.cases.states import Closing, State
from khaos_assets.corrections.journal import prove
from khaos_assets.systems.write import installed_writes

CHANGES = {
    "khaos.consignment": ("khaos", "UpdateSalesOrderStatus"),
    "khaos.credit_note": ("khaos", "ImportCreditNote"),
    "khaos.item": ("khaos", "UpdateStockItem"),
    "khaos.order": ("khaos", "ImportOrders"),
    "khaos.shipment": ("khaos", "UpdateSalesOrderStatus"),
    "khaos.stock_level": ("khaos", "ImportStockStatus"),
    "orocommerce.customer_name": ("orocommerce", "PATCH /customers"),
    "orocommerce.price": ("orocommerce", "PATCH /productprices"),
    "orocommerce.product_status": ("orocommerce", "PATCH /products"),
    "orocommerce.shipping_status": ("orocommerce", "PATCH /orders/relationships/shippingStatus"),
    "orocommerce.stock": ("orocommerce", "PATCH /inventorylevels"),
    "orocommerce.tracking": ("orocommerce", "POST /ordershippingtrackings"),
    "pimberly.price": ("pimberly", "PUT /products/{id}/attributes/{name}"),
    "plytix.flag": ("plytix", "PATCH /products/{id}"),
    "plytix.price": ("plytix", "PATCH /products/{id}"),
    "scayle.price": ("scayle", "POST /variants/{}/prices"),
    "scayle.shipment": ("scayle", "POST /fulfillment/shipments"),
    "scayle.stock": ("scayle", "POST /variants/{}/stocks"),
}
"""Write → what the simulator's journal calls it. Discontinuing an item is only proposed where nothing is left of it."""


def test_what_was_planned_is_written_once_and_nothing_else_and_closes_its_cases(ground: Callable[..., Any]) -> None:
    with ground() as g:
        plan_id, plan = g.approved()
        assert {i.write for i in plan.items} == set(CHANGES)
        assert g.changes() == []
        applied = g.apply(plan_id)
        assert (applied.how, applied.states) == ("done", Counter(verified=len(plan.items)))
        assert Counter(g.changes()) == Counter(CHANGES[i.write] for i in plan.items)
        assert prove(g.ledger) == len(plan.items)
        assert g.ledger.verify() > 0
        g.next_night()
        closed = [g.ledger.case(i.case_key) for i in plan.items]
        assert {(c.state, c.closing_kind) for c in closed} == {(State.RESOLVED, Closing.CORRECTION)}
        assert all(plan_id[:12] in (c.closing_reason or "") for c in closed)


def test_every_write_says_what_it_is() -> None:
    for name, write in installed_writes().items():
        assert (name.split(".")[0], write.name) == (write.system, name)
        assert write.says
    assert set(installed_writes()) == {*CHANGES, "khaos.discontinued"}
