"""Walking the price lists: every named list, item and stock-type section, twice (contract 3.6)."""

from __future__ import annotations

from collections.abc import Sequence

from khaos_assets.systems.khaos import calls, scrub, soap
from khaos_assets.systems.khaos.calls import PriceSection, askable
from khaos_assets.systems.khaos.decode import price_lists
from khaos_assets.systems.khaos.fields import Element, Row
from khaos_assets.systems.khaos.walk.asking import Asking, shown
from khaos_assets.systems.khaos.walk.keyed import ROUNDS
from khaos_assets.systems.khaos.walk.seen import fingerprint
from khaos_assets.systems.read import Proof, ReadContext, Reason, WalkNotes


async def walk_price_lists(context: ReadContext) -> WalkNotes:
    """Names and lists are asked twice and must be equal; a list that differs is asked again."""
    asking = Asking(context)
    names = await _names(asking, 0)
    contents = await _contents(asking, names, 0)
    for round_ in range(1, ROUNDS + 1):
        names = await _names(asking, round_)
        again = await _contents(asking, names, round_)
        if again == contents:
            break
        contents = again
        asking.notes.rereads += 1
    else:
        detail = "the price lists came with other content each time they were asked"
        asking.notes.faults.append(Reason(fault="changed_during_read", detail=detail))
    if unaskable := [n for n in names if not askable(n)]:
        detail = f"{len(unaskable)} price lists have a comma in their name and cannot be asked for: {shown(unaskable)}"
        asking.notes.faults.append(Reason(fault="not_exported", detail=detail))
    asking.notes.proof = Proof.TWO_PASS
    asking.notes.end_recognised_by = "every named list came twice, the same both times"
    return asking.finish()


async def _names(asking: Asking, round_: int) -> list[str]:
    def keys(result: Element) -> Sequence[str]:
        return [t for e in soap.items(result) if (t := soap.text_of(e)) is not None]

    result, _ = await asking.ask(calls.price_list_names(), selector="names", asked={"round": round_}, keys=keys)
    return list(dict.fromkeys(keys(result)))


async def _contents(asking: Asking, names: list[str], round_: int) -> dict[tuple[str, int], bytes]:
    found: dict[tuple[str, int], bytes] = {}

    async def one(wanted: tuple[str, PriceSection]) -> None:
        name, section = wanted
        root, _ = await asking.ask(
            calls.price_list(name, section),
            selector=f"list {name!r}, section {section}",
            asked={"round": round_, "list": name, "section": int(section)},
            root="PriceLists",
            keys=_row_keys,
            scrub=scrub.price_lists,
        )
        found[name, section] = fingerprint(root)

    wanted = [(n, s) for n in names if askable(n) for s in PriceSection]
    await asking.side_by_side(wanted, one)
    return found


def _row_keys(root: Element) -> Sequence[str]:
    rows = (Row(e) for _, _, e in price_lists.rows(root))
    return [f"{r.peek('StockCode') or r.peek('StockTypeDesc')}/{r.peek('QtyStart')}" for r in rows]
