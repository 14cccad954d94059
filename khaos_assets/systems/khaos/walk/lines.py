"""Walking order lines: by reference where one order alone bears it, else one SO code per call (contract 3.8).

The document names no SO code, so what was asked must tell which order an answer belongs to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import cast

from khaos_assets.systems.khaos import calls, scrub
from khaos_assets.systems.khaos.calls import LineKey, askable
from khaos_assets.systems.khaos.decode import order_lines
from khaos_assets.systems.khaos.fields import Element
from khaos_assets.systems.khaos.records import SalesOrder
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.seen import fingerprint
from khaos_assets.systems.read import Proof, ReadContext, Reason, WalkNotes


async def walk_order_lines(context: ReadContext) -> WalkNotes:
    """Lines of every order of this night. An order without an answer is a fault, unless cancelled or a credit note."""
    asking = Asking(context)
    known = (await context.result("sales_orders")).tables["sales_orders"]
    orders = {o.sorder_code: o for o in cast(Iterable[SalesOrder], known)}
    walk = _Lines(asking)
    borne = Counter(o.associated_ref.casefold() for o in orders.values() if o.associated_ref)
    by_reference = {
        o.associated_ref: o.sorder_code
        for o in orders.values()
        if o.associated_ref and askable(o.associated_ref) and borne[o.associated_ref.casefold()] == 1
    }
    await walk.by_reference(by_reference)
    await walk.by_code(sorted(set(orders) - set(by_reference.values())), 0)
    again = sorted((set(orders) - walk.came) | walk.doubtful)
    asking.notes.rereads += len(again)
    await walk.by_code(again, 1)
    lacking = sorted(set(orders) - walk.came)
    lawful = {c for c in lacking if orders[c].is_cancelled or orders[c].order_type == "C"}
    if lawful:
        asking.notes.facts["cancelled_or_credit_without_lines"] = len(lawful)
    if unlawful := [c for c in lacking if c not in lawful]:
        detail = f"ExportOrders gave nothing for {len(unlawful)} orders, asked singly too: {shown(unlawful)}"
        asking.notes.faults.append(Reason(fault="not_exported", detail=detail))
    if doubtful := sorted(walk.doubtful):
        detail = f"{len(doubtful)} orders came more than once in an answer for one SO code: {shown(doubtful)}"
        asking.notes.faults.append(Reason(fault="ambiguous_order", detail=detail))
    # Every known order answered; whether every order is known is what the proof of sales_orders says.
    by_company = context.settings.of(Khaos).order_enumeration == "companies" and context.since is None
    asking.notes.proof = Proof.COUNTED if by_company else Proof.OVERLAP_ONLY
    asking.notes.end_recognised_by = "every order of sales_orders answered"
    return asking.finish()


class _Lines:
    """Orders whose lines came, and orders whose answer left a doubt."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.chunk = asking.context.settings.of(Khaos).order_chunk
        self.came: set[str] = set()
        self.doubtful: set[str] = set()

    async def by_reference(self, orders: dict[str, str]) -> None:
        """Reference → SO code. A reference that comes twice in an answer is borne by an order nobody told of."""

        async def one(part: list[str]) -> None:
            asked: dict[str, object] = {"round": 0, "orders": {r: orders[r] for r in part}}
            await self._ask(part, LineKey.REFERENCE, asked, f"{len(part)} references from {part[0]!r}")

        await self.asking.in_chunks(sorted(orders), self.chunk, one)

    async def by_code(self, codes: list[str], round_: int) -> None:
        """One SO code per call."""

        async def one(part: list[str]) -> None:
            asked: dict[str, object] = {"round": round_, "sorder_code": part[0]}
            await self._ask(part, LineKey.SO_CODE, asked, f"SO code {part[0]!r}")

        await self.asking.in_chunks([c for c in codes if askable(c)], 1, one)

    async def _ask(self, part: list[str], key: LineKey, asked: Mapping[str, object], selector: str) -> None:
        root, _ = await self.asking.ask(
            calls.order_export(part, key),
            selector=selector,
            asked=asked,
            root="SALES_ORDERS",
            keys=_references,
            scrub=scrub.order_exports,
        )
        contents: dict[str, set[bytes]] = {}
        for code, element in order_lines.orders(root, asked):
            name = code if code is not None else str(asked.get("sorder_code", ""))
            contents.setdefault(name, set()).add(fingerprint(element))
        for code, found in contents.items():
            self.came.add(code)
            (self.doubtful.discard if len(found) == 1 else self.doubtful.add)(code)


def _references(root: Element) -> list[str]:
    return [order_lines.reference_of(e) or "" for e in root if e.tag == "SALES_ORDER"]
