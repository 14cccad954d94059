"""Walking sales orders: several selectors that must agree (contract 3.7 and section 4).

No call lists every order. So: windows by date, twice; the open web orders, which are a set by definition; every
reference that another system knows; every order of the last snapshot; and, where configured, every company.
What two selectors tell differently is read again by its SO code, and that answer counts.
"""

from __future__ import annotations

from collections.abc import Collection

from khaos_assets.systems.khaos.calls import LineKey, OrderKey, askable
from khaos_assets.systems.khaos.settings import Khaos
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.companies import ask_company_keys
from khaos_assets.systems.khaos.walk.keyed import MOST_SINGLE, ROUNDS
from khaos_assets.systems.khaos.walk.order_calls import OpenRow, OrderCalls, Selection
from khaos_assets.systems.read import Proof, ReadContext, Reason, WalkNotes


async def walk_sales_orders(context: ReadContext) -> WalkNotes:
    """The union of all selectors. Proof `two_pass` by the company walk, else `overlap_only`."""
    asking = Asking(context)
    orders = OrderCalls(asking)
    by_company = context.settings.of(Khaos).order_enumeration == "companies"
    if by_company:
        await _companies(asking, orders)
    await _windows(orders, only_once=by_company)
    context.announce(orders.references())
    await ask_references(asking, orders, await context.references())
    await _earlier(asking, orders, context.earlier_keys())
    await _open_orders(asking, orders)
    if by_company:
        await _outside_companies(asking, orders)
    await settle(asking, orders)
    asking.notes.proof = Proof.TWO_PASS if by_company else Proof.OVERLAP_ONLY
    asking.notes.end_recognised_by = (
        "every company of the company list answered twice, and no other selector knew more orders"
        if by_company
        else "complete by overlap only: date windows twice, open web orders, known references and earlier orders"
    )
    return asking.finish()


async def _windows(orders: OrderCalls, *, only_once: bool) -> None:
    """Two passes whose windows end at different instants, so that no order lies at the edge of both."""
    first = await orders.windows(Selection("window", round=0))
    if not only_once:
        orders.compare(first, await orders.windows(Selection("window", round=0, confirms=True), shifted=True))


async def _companies(asking: Asking, orders: OrderCalls) -> None:
    """Every order of every company, twice; the company list before and after."""
    keys = await ask_company_keys(asking, 0)
    first = await orders.by_ids(keys, OrderKey.COMPANY, Selection("company", round=0))
    again = await ask_company_keys(asking, 1)
    if new := [c for c in again if c not in keys]:
        await orders.by_ids(new, OrderKey.COMPANY, Selection("company", round=0))
        asking.notes.rereads += len(new)
    second = await orders.by_ids(again, OrderKey.COMPANY, Selection("company", round=0, confirms=True), reverse=True)
    orders.compare({**first, **orders.came_by("company")}, second)
    if unaskable := [c for c in again if not askable(c)]:
        detail = f"{len(unaskable)} company codes hold a comma and cannot be asked for: {shown(unaskable)}"
        asking.notes.faults.append(Reason(fault="not_exported", detail=detail))
    asking.notes.facts["companies"] = len(again)


async def _outside_companies(asking: Asking, orders: OrderCalls) -> None:
    """An order that another selector gave and the company walk did not: the walk missed it, or it is new."""
    outside = sorted(orders.codes() - set(orders.came_by("company")))
    companies = {orders.company_of(c) for c in outside} - {""}
    if companies:
        asking.notes.rereads += len(companies)
        await orders.by_ids(sorted(companies), OrderKey.COMPANY, Selection("company", round=0))
    if missed := sorted(set(outside) - set(orders.came_by("company"))):
        detail = f"{len(missed)} orders are given by other selectors and not by their company: {shown(missed)}"
        asking.notes.faults.append(Reason(fault="selectors_disagree", detail=detail))


async def ask_references(asking: Asking, orders: OrderCalls, known: Collection[str]) -> None:
    """Ask for every reference that another system knows and no order bears yet; a miss is confirmed first."""
    prefixes = [p for p in asking.context.settings.order_reference_prefixes.values() if p]
    wanted = {form for r in known if r.strip() for form in _forms(r, prefixes)}
    if unaskable := sorted(r for r in wanted if not askable(r)):
        asking.notes.facts["references_not_askable"] = unaskable
    wanted -= set(unaskable)
    found = {r for r in wanted if orders.bears(r)}
    asking.notes.facts["references_found"] = sorted(found)
    missing = sorted(wanted - found)
    await orders.by_ids(missing, OrderKey.REFERENCE, Selection("reference", round=1, notes_references=True))
    unknown = [r for r in missing if not orders.bears(r)]
    # A reference that seems unknown is asked again, in small chunks, and of the call that gives the lines too.
    small = max(1, orders.chunk // 10)
    await orders.by_ids(
        unknown, OrderKey.REFERENCE, Selection("reference", round=2, notes_references=True), chunk=small
    )
    unknown = [r for r in unknown if not orders.bears(r)]
    contradicted = await orders.exported(unknown, LineKey.REFERENCE)
    if contradicted := sorted(r for r in contradicted if not orders.bears(r)):
        detail = (
            f"ExportOrders knows {len(contradicted)} references that ExportOrderStatusEx does not give: "
            f"{shown(contradicted)}"
        )
        asking.notes.faults.append(Reason(fault="selectors_disagree", detail=detail))


def _forms(reference: str, prefixes: Collection[str]) -> set[str]:
    """A reference as it stands; where it has no channel's form, also with each channel's prefix."""
    if reference.startswith(tuple(prefixes)):
        return {reference}
    return {reference, *(p + reference for p in prefixes)}


async def _earlier(asking: Asking, orders: OrderCalls, earlier: Collection[str]) -> None:
    """Every order of the last complete snapshot: an order stays in Khaos, cancelled or not."""
    missing = sorted(c for c in earlier if askable(c) and c not in orders.codes())
    await orders.by_ids(missing, OrderKey.SO_CODE, Selection("so_code", round=1))
    missing = [c for c in missing if c not in orders.codes()]
    await orders.by_ids(missing[:MOST_SINGLE], OrderKey.SO_CODE, Selection("so_code", round=2), chunk=1)
    if gone := [c for c in missing if c not in orders.codes()]:
        detail = f"{len(gone)} orders of the last snapshot are not given any more: {shown(gone)}"
        asking.notes.faults.append(Reason(fault="order_vanished", detail=detail))


async def _open_orders(asking: Asking, orders: OrderCalls) -> None:
    """The open web orders must be among the orders, at the same invoices and stages; else both are read again."""
    rows: list[OpenRow] = []
    for round_ in range(ROUNDS):
        rows = await orders.open_web_orders(round_)
        missing = sorted({r.reference for r in rows if askable(r.reference) and not orders.bears(r.reference)})
        differing = orders.at_other_stage(rows) | orders.open_but_not_in(rows)
        if not missing and (not differing or round_ == ROUNDS - 1):
            break
        asking.notes.rereads += len(missing) + len(differing)
        await orders.by_ids(missing, OrderKey.REFERENCE, Selection("reference", round=3 + round_))
        await orders.by_ids(sorted(differing), OrderKey.SO_CODE, Selection("so_code", round=3 + round_))
    missing = sorted({r.reference for r in rows if not orders.bears(r.reference)})
    if missing:
        detail = f"{len(missing)} open web orders are not given by ExportOrderStatusEx: {shown(missing)}"
        asking.notes.faults.append(Reason(fault="open_order_not_exported", detail=detail))
    if moving := orders.at_other_stage(rows):
        asking.notes.facts["stages_still_moving"] = sorted(moving)
    if unlisted := orders.open_but_not_in(rows):
        asking.notes.facts["open_orders_not_in_status"] = len(unlisted)


async def settle(asking: Asking, orders: OrderCalls) -> None:
    """Orders that came with two contents are read by their code, until one content comes."""
    for round_ in range(ROUNDS):
        differing = sorted(orders.unsettled())
        if not differing:
            return
        asking.notes.rereads += len(differing)
        await orders.by_ids(differing, OrderKey.SO_CODE, Selection("so_code", round=10 + round_))
        if lost := [c for c in differing if not orders.came_in(10 + round_, c)]:
            await orders.by_ids(lost, OrderKey.SO_CODE, Selection("so_code", round=10 + round_), chunk=1)
            if lost := [c for c in lost if not orders.came_in(10 + round_, c)]:
                detail = f"{len(lost)} orders came by one selector and not by their own code: {shown(lost)}"
                asking.notes.faults.append(Reason(fault="selectors_disagree", detail=detail))
                return
