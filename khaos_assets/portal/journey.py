"""The way of one order through the systems, on one line of time: what each of them says happened, and when.

Read from the published copy: what the systems said in the night's snapshots. A date without a time stands at the end of
its London day; nothing is made up that no system says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from khaos_assets.config.night import LONDON
from khaos_assets.portal.published import Published, Row
from khaos_assets.portal.records import plain

WAY = ("scayle", "orocommerce", "khaos", "wair")
"""The order in which systems are shown: channels first."""


@dataclass(frozen=True)
class Step:
    """One thing that a system says. `at` is aware UTC; `day_only`: only the London date is known."""

    at: datetime
    day_only: bool
    system: str
    what: str
    detail: str


@dataclass(frozen=True)
class Stand:
    """What one system says of the order as of the night."""

    system: str
    found: bool
    key: str
    status: str
    detail: str


@dataclass(frozen=True)
class Journey:
    """One order's way. Empty of steps where no system gave a time."""

    reference: str
    stands: tuple[Stand, ...]
    steps: tuple[Step, ...]

    @property
    def known(self) -> bool:
        return any(s.found for s in self.stands)

    @property
    def systems(self) -> list[str]:
        return sorted({s.system for s in self.steps}, key=WAY.index)


def journey(published: Published, reference: str) -> Journey:
    """The way of the order with this reference (without a channel's prefix)."""
    ask = {"reference": reference}
    orders = published.rows("FROM sales_order WHERE reference = $reference ORDER BY system, source_key", **ask)
    dispatches = published.rows(
        """
        SELECT d.*, l.units
        FROM dispatch AS d LEFT JOIN (
            SELECT system, dispatch_key, sum(units) AS units FROM dispatch_line GROUP BY ALL
        ) AS l ON l.system = d.system AND l.dispatch_key = d.source_key
        WHERE reference = $reference ORDER BY dispatched_at, source_key
        """,
        **ask,
    )
    shipments = published.rows(
        """
        SELECT s.system, s.order_key, s.shipment, s.issued_on, s.shipped_on, sum(s.units_sent) AS units,
            string_agg(DISTINCT s.tracking, ', ' ORDER BY s.tracking) AS tracking
        FROM shipment AS s JOIN sales_order AS o ON o.system = s.system AND o.source_key = s.order_key
        WHERE o.reference = $reference GROUP BY ALL ORDER BY ALL
        """,
        **ask,
    )
    invoices = published.rows(
        """
        SELECT i.* FROM invoice AS i JOIN sales_order AS o ON o.system = i.system AND o.source_key = i.order_key
        WHERE o.reference = $reference ORDER BY ALL
        """,
        **ask,
    )
    steps = [*_of_orders(orders), *_of_dispatches(dispatches), *_of_shipments(shipments)]
    return Journey(
        reference,
        tuple(_stands(orders, dispatches, invoices)),
        tuple(sorted(steps, key=lambda s: (s.at, WAY.index(s.system)))),
    )


def _of_orders(orders: list[Row]) -> list[Step]:
    steps: list[Step | None] = []
    for o in orders:
        system, key = o["system"], o["source_key"]
        worth = o["total_gross"] if o["total_gross"] is not None else o["items_gross"]
        value = f", {plain(worth)} {o['currency']} gross" if worth is not None else ""
        name = "Credit note" if o["kind"] == "credit_note" else "Order"
        began = f"{name} {'created' if system == 'khaos' else 'placed'}"
        steps += [
            _step(o["created_at"] or o["created_on"], system, began, f"{key}{value}"),
            _step(o["confirmed_at"], system, "Confirmed, to be fulfilled", ""),
            _step(o["cancelled_at"], system, "Cancelled", ""),
            _step(o["shipped_at"], system, "Shipped", ""),
            _step(o["refunded_at"] if o["refund"] in ("part", "full") else None, system, "Refunded",
                  f"{o['refund']}, {plain(o['refunded_gross'])} {o['currency']}"),
        ]  # fmt: skip
    return [s for s in steps if s]


def _of_dispatches(dispatches: list[Row]) -> list[Step]:
    steps = [
        _step(d["dispatched_at"], d["system"], "Dispatch voided" if d["voided"] else "Dispatched",
              f"{d['source_key']} from {d['place']}, {_units(d['units'])}{d['tracking'] or 'no tracking number'}")
        for d in dispatches
    ]  # fmt: skip
    return [s for s in steps if s]


def _of_shipments(shipments: list[Row]) -> list[Step]:
    steps: list[Step | None] = []
    for s in shipments:
        what = "Invoice shipped" if s["system"] == "khaos" else "Parcel shown"
        tracking = s["tracking"] or "no tracking number"
        if s["issued_on"] and s["system"] == "khaos":
            steps.append(_step(s["issued_on"], s["system"], "Invoice issued", s["shipment"]))
        steps.append(_step(s["shipped_on"], s["system"], what, f"{s['shipment']}, {_units(s['units'])}{tracking}"))
    return [s for s in steps if s]


def _units(units: Decimal | None) -> str:
    return "" if units is None else f"{plain(units)} unit{'' if units == 1 else 's'}, "


def _step(at: datetime | date | None, system: str, what: str, detail: str) -> Step | None:
    if at is None:
        return None
    if isinstance(at, datetime):
        return Step(at, False, system, what, detail)
    end = datetime.combine(at + timedelta(days=1), time(), LONDON).astimezone(UTC) - timedelta(seconds=1)
    return Step(end, True, system, what, detail)


def _stands(orders: list[Row], dispatches: list[Row], invoices: list[Row]) -> list[Stand]:
    found = [
        Stand(o["system"], True, o["source_key"], ("credit note, " if o["kind"] == "credit_note" else "") + o["status"],
              _held(o, [i for i in invoices if i["system"] == o["system"] and i["order_key"] == o["source_key"]]))
        for o in orders
    ]  # fmt: skip
    for d in dispatches:
        found.append(Stand(d["system"], True, d["source_key"], "voided" if d["voided"] else "dispatched", d["place"]))
    return sorted(found, key=lambda s: (WAY.index(s.system), s.key))


def _held(order: Row, invoices: list[Row]) -> str:
    stages = ", ".join(f"{i['invoice']} at {i['stage_name']}" for i in invoices if i["stage_name"])
    return ", ".join(x for x in ("on hold" if order["on_hold"] else "", stages, order["company_class"] or "") if x)
