"""SKU-01 to SKU-05: which Khaos item each SKU of another system means, and what is missing where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.files import as_list

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night


@dataclass
class Identity:
    """Of one system: `meaning` SKU → stock code where they differ; `hidden` SKUs whose stock and prices are not
    reported: unknown, near, renamed, duplicate, and what they mean."""

    meaning: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def means(self, sku: str) -> str:
        return self.meaning.get(sku, sku)

    def is_hidden(self, sku: str) -> bool:
        return sku in self.hidden or sku.casefold() in self._folded

    def fold(self) -> None:
        self._folded = {h.casefold() for h in self.hidden}

    _folded: set[str] = field(default_factory=set)


class Spellings:
    """Khaos codes by their spelling at each step, by other reference and by barcode; what was renamed since."""

    def __init__(self, night: Night) -> None:
        items = night.items
        self.references = {i.record["ASSOCIATED_REF"]: c for c, i in items.items() if i.record["ASSOCIATED_REF"]}
        self.barcodes: dict[str, str] = {}
        for code, item in items.items():
            for x in as_list((item.record["BARCODES"] or {}).get("BARCODE")) if item.record["BARCODES"] else []:
                self.barcodes[x["#text"]] = code
        self.index: list[dict[str, list[str]]] = []
        for step in range(5):
            by: dict[str, list[str]] = defaultdict(list)
            for code in night.known:
                by[spelled(code, step)].append(code)
            self.index.append(by)
        self.renamed: dict[str, str] = {}
        if night.before:
            old = {i.record["STOCK_ID"]: c for c, i in night.before.items.items()}
            for code, item in items.items():
                was = old.get(item.record["STOCK_ID"])
                if was is not None and was != code:
                    self.renamed[was] = code

    def candidates(self, sku: str, barcode: str | None) -> list[str]:
        """Of the first step that finds any."""
        near = next((c for n in range(5) if (c := self.index[n].get(spelled(sku, n), []))), [])
        if near:
            return near
        if sku in self.references:
            return [self.references[sku]]
        return sorted({self.barcodes[b] for b in (sku, barcode) if b in self.barcodes})


def identify(night: Night, system: str, active: Iterable[tuple[str, str | None]]) -> Identity:
    """SKU-01, 02, 04, 05 of the active records (SKU, barcode) of a system."""
    found = Identity()
    spellings: dict[str, list[str]] = defaultdict(list)
    for sku, barcode in active:
        if sku in night.non_stock:
            continue
        spellings[sku.strip().casefold()].append(sku)
        if sku in night.known:
            continue
        found.hidden.add(sku)
        amount = night.open_net(system, sku)
        if sku in night.spellings.renamed:
            found.meaning[sku] = night.spellings.renamed[sku]
            night.put("SKU-05", f"khaos>{system}", sku, amount=amount)
            continue
        candidates = night.spellings.candidates(sku, barcode)
        if len(candidates) == 1:
            found.meaning[sku] = candidates[0]
            night.put("SKU-02", f"khaos>{system}", sku, amount=amount)
        else:
            found.unknown.add(sku)
            night.put("SKU-01", f"khaos>{system}", sku, amount=amount)
    found.hidden |= set(found.meaning.values())
    for folded, skus in spellings.items():
        if len(skus) > 1:
            found.hidden |= set(skus)
            if not any(s in found.meaning for s in skus):
                night.put("SKU-04", system, folded)
    found.fold()
    return found


def missing(night: Night, system: str, present: set[str], kinds: Iterable[str], states: Mapping[str, str]) -> None:
    """SKU-03: web items, not discontinued, of a kind that the system carries. `states`: code → what explains it."""
    meant = set(night.identity[system].meaning.values())
    carried = set(kinds)
    for code, item in night.items.items():
        wanted = item.kind in carried and item.record["WEB"] == "-1" and item.record["DISCONTINUED"] == "0"
        if wanted and code not in night.non_stock:
            night.compared[("SKU-03", f"khaos>{system}")].add(code)
        if wanted and code not in present | meant | night.non_stock:
            is_new = night.before is not None and item.record["STOCK_ID"] not in night.before.stock_ids
            state = "expected" if is_new else states.get(code, "open")
            night.put("SKU-03", f"khaos>{system}", code, amount=night.sellable(code) * item.price, state=state)


def spelled(code: str, step: int) -> str:
    """A code as compared at the steps of SKU-02: case, outer blanks, inner blanks, leading zeros, punctuation."""
    code = code.casefold()
    if step >= 1:
        code = code.strip()
    if step >= 2:
        code = "".join(code.split())
    if step >= 3:
        code = re.sub(r"^0+", "", code)
    if step >= 4:
        code = "".join(c for c in code if c.isalnum())
    return code
