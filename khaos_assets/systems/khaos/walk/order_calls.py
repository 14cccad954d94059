"""The order calls of one read, and what each selector gave: orders by SO code, by reference, and at which stages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, KeysView, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from khaos_assets.systems.khaos import calls, scrub
from khaos_assets.systems.khaos.calls import LineKey, OrderKey, askable
from khaos_assets.systems.khaos.decode import order_lines, sales_orders
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import AnswerUnusable, Asking
from khaos_assets.systems.khaos.walk.seen import fingerprint

WINDOW = timedelta(days=7)
AFTER = timedelta(days=1)
"""Windows go on past the as-of: the server's clock may be ahead, and an order created meanwhile does no harm."""
SHORTEST = timedelta(hours=6)

Came = dict[str, bytes]
"""What one pass gave: SO code → fingerprint."""


@dataclass(frozen=True)
class Selection:
    """How orders are asked. `confirms`: a second look, whose differences are read again, so nobody decodes it."""

    name: str
    round: int
    confirms: bool = False
    notes_references: bool = False


@dataclass(frozen=True)
class OpenRow:
    """One row of ExportOrderStatus. `invoice` is "" where there is none yet."""

    reference: str
    invoice: str
    stage: str


@dataclass
class _Order:
    round: int
    content: bytes
    references: frozenset[str]
    company: str
    stages: frozenset[tuple[str, str]]
    is_open: bool
    contradicts: bool = False


class OrderCalls:
    """Asks for orders and keeps of each what the selectors are compared by."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.chunk = asking.context.settings.of(Khaos).order_chunk
        self._orders: dict[str, _Order] = {}
        self._by_reference: dict[str, set[str]] = defaultdict(set)
        self._came_by: dict[str, Came] = defaultdict(dict)
        self._unsettled: set[str] = set()

    def codes(self) -> KeysView[str]:
        """A view, not a copy: it is asked order by order."""
        return self._orders.keys()

    def references(self) -> set[str]:
        """All references that orders bear so far."""
        return {r for r in self._by_reference if r}

    def bears(self, reference: str) -> bool:
        """Whether some order bears exactly this reference."""
        return reference in self._by_reference

    def company_of(self, code: str) -> str:
        return self._orders[code].company

    def came_by(self, selector: str) -> Came:
        return self._came_by[selector]

    def came_in(self, round_: int, code: str) -> bool:
        order = self._orders.get(code)
        return order is not None and order.round == round_

    def unsettled(self) -> set[str]:
        """Orders whose last round gave two contents, or that two passes gave differently and nobody read since."""
        return self._unsettled | {c for c, o in self._orders.items() if o.contradicts}

    def compare(self, first: Came, second: Came) -> None:
        """Two passes over one selection: what one lacks or tells differently is to be read again."""
        self._unsettled |= {c for c in first.keys() | second.keys() if first.get(c) != second.get(c)}

    async def by_ids(
        self,
        ids: Iterable[str],
        key: OrderKey,
        selection: Selection,
        *,
        chunk: int | None = None,
        reverse: bool = False,
    ) -> Came:
        """Orders by ids in chunks; `reverse` cuts the chunks elsewhere than a pass before did."""
        came: Came = {}
        wanted = [i for i in ids if askable(i)]

        async def one(part: list[str]) -> None:
            asked: dict[str, object] = {"by": int(key), "ids": part}
            if selection.notes_references:
                asked["references"] = part
            call = calls.order_status(part, key)
            came.update(await self._ask(call, f"{selection.name}, {len(part)} from {part[0]!r}", asked, selection))

        await self.asking.in_chunks(wanted[::-1] if reverse else wanted, chunk or self.chunk, one)
        return came

    async def windows(self, selection: Selection, *, shifted: bool = False, start: datetime | None = None) -> Came:
        """Orders by date, in windows that overlap by the configured buffer and the hour that summer time repeats.

        From `start`, else from the beginning of the configured order window.
        """
        came: Came = {}
        settings = self.asking.context.settings.of(Khaos)
        as_of = self.asking.context.night.as_of
        start = start or as_of - timedelta(days=settings.order_window_days)
        end = as_of + AFTER
        overlap = timedelta(minutes=settings.delta_buffer_minutes, hours=2)
        cuts = [start]
        step = WINDOW / 2 if shifted else WINDOW
        while cuts[-1] + step < end:
            cuts.append(cuts[-1] + step)
            step = WINDOW
        cuts.append(end)

        async def one(window: tuple[datetime, datetime]) -> None:
            came.update(await self._window(window[0] - overlap, window[1], selection))

        await self.asking.side_by_side(list(pairwise(cuts)), one)
        return came

    async def _window(self, start: datetime, end: datetime, selection: Selection) -> Came:
        """One window; in halves where its answer stays unusable."""
        selector = f"{selection.name} {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
        asked = {"from": start.isoformat(), "to": end.isoformat()}
        try:
            return await self._ask(calls.order_window(start, end), selector, asked, selection)
        except AnswerUnusable:
            if end - start < 2 * SHORTEST:
                raise
            self.asking.notes.rereads += 1
            middle = start + (end - start) / 2
            early = await self._window(start, middle + timedelta(minutes=1), selection)
            return {**early, **await self._window(middle, end, selection)}

    async def _ask(self, call: calls.Call, selector: str, asked: Mapping[str, object], selection: Selection) -> Came:
        root, _ = await self.asking.ask(
            call,
            selector=selector,
            asked={**asked, "round": selection.round} | ({"confirms": True} if selection.confirms else {}),
            root="STATUS_LIST",
            keys=lambda root: [e.get("SORDER_CODE", "") for e in sales_orders.elements(root)],
            scrub=scrub.order_statuses,
        )
        came: Came = {}
        for element in sales_orders.elements(root):
            if code := element.get("SORDER_CODE"):
                came[code] = self._note(code, element, selection)
        return came

    def _note(self, code: str, element: Element, selection: Selection) -> bytes:
        content = fingerprint(element)
        self._came_by[selection.name][code] = content
        before = self._orders.get(code)
        if before is None or (before.round < selection.round and not selection.confirms):
            # A pass that only confirms is not decoded: an order that it alone gave must be read by its code.
            (self._unsettled.add if selection.confirms else self._unsettled.discard)(code)
            self._keep(code, element, content, selection.round)
        elif before.round == selection.round and before.content != content and not selection.confirms:
            before.contradicts = True
        return content

    def _keep(self, code: str, element: Element, content: bytes, round_: int) -> None:
        row = Row(element)
        reference = element.get("ASSOCIATED_REF") or ""
        invoices = list(row.each("INVOICES", "INVOICE"))
        kind = (row.child_attribute("ORDER_TYPE", "TYPE_ID") or "S").strip().upper()
        if reference:
            self._by_reference[reference].add(code)
        self._orders[code] = _Order(
            round=round_,
            content=content,
            references=frozenset({reference} if reference else ()),
            company=row.child_attribute("COMPANY_NAME", "COMPANY_CODE") or "",
            stages=frozenset((i.get("INVOICE_CODE", ""), i.get("INVOICE_STAGE_ID", "")) for i in invoices),
            is_open=bool(reference)
            and row.child("CANCELLED") is None
            and kind in ("S", "1")
            and row.peek("COMPLETE").strip() == "0",
        )

    async def open_web_orders(self, round_: int) -> list[OpenRow]:
        """ExportOrderStatus: web orders not issued yet, and those issued within 48 hours."""
        root, _ = await self.asking.ask(
            calls.open_web_orders(),
            selector="open web orders",
            asked={"round": round_},
            root="ORDER_STATUSES",
            keys=lambda root: [f"{e.get('REF')}/{e.get('INVOICE')}" for e in root if e.tag == "ORDER"],
        )
        rows = [e for e in root if e.tag == "ORDER" and e.get("REF")]
        return [OpenRow(e.get("REF", ""), e.get("INVOICE", ""), (e.text or "").strip()) for e in rows]

    def at_other_stage(self, rows: Collection[OpenRow]) -> set[str]:
        """SO codes of orders whose invoices stand elsewhere in ExportOrderStatus than here."""
        found: set[str] = set()
        for row in rows:
            codes = self._by_reference.get(row.reference, set())
            stages = {stage for c in codes for stage in self._orders[c].stages}
            if codes and (((row.invoice, row.stage) not in stages) if row.invoice else bool(stages)):
                found |= codes
        return found

    def open_but_not_in(self, rows: Collection[OpenRow]) -> set[str]:
        """SO codes of web orders that are open here and absent there."""
        listed = {r.reference for r in rows}
        return {c for c, o in self._orders.items() if o.is_open and not o.references & listed}

    async def exported(self, codes: list[str], key: LineKey) -> set[str]:
        """Which of these references ExportOrders answers for: another call, so another witness."""
        found: set[str] = set()

        async def one(part: list[str]) -> None:
            root, _ = await self.asking.ask(
                calls.order_export(part, key),
                selector=f"{len(part)} references that seem unknown",
                asked={"references": part},
                root="SALES_ORDERS",
                keys=lambda root: [order_lines.reference_of(e) or "" for e in root],
                scrub=scrub.order_exports,
            )
            found.update(r for e in root if (r := order_lines.reference_of(e)) is not None)

        await self.asking.in_chunks(codes, self.chunk, one)
        return found & set(codes)
