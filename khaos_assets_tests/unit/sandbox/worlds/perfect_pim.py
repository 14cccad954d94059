"""PIM-01 to PIM-08 of one PIM on one night."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from khaos_assets_tests.unit.sandbox.worlds.reading_goods import Product, khaos_values

if TYPE_CHECKING:
    from khaos_assets_tests.unit.sandbox.worlds.perfect import Night

DAY = timedelta(hours=24)


class ProductData:
    """What the PIM says beside what Khaos says."""

    def __init__(self, night: Night, system: str, products: list[Product]) -> None:
        self.night, self.system = night, system
        self.owned, self.owner = f"{system}>khaos", f"khaos>{system}"
        self.products = products
        self.by_sku = {p.sku: p for p in products}
        self.by_key = {p.key: p for p in products}
        self.identity = night.identity[system]
        before = night.before.products.get(system, []) if night.before else []
        self.before = {p.sku: p for p in before}
        self.gone: dict[str, str] = {}
        """Khaos code → suppressed or expected: it was in the PIM and is not any more."""
        self._deleted()

    def codes(self) -> None:
        for product in self.products:
            item = self.night.items.get(product.sku)
            known = product.sku in self.night.known
            if product.live and not known:
                self._live(product)
            if product.active:
                self._mandatory(product)
            if item is not None and product.archived and item.record["DISCONTINUED"] == "0":
                self._archived(product)
            self._parent(product)
            if item is not None and not product.archived:
                self._components(product)
                if not self.identity.is_hidden(product.sku):
                    self._attributes(product)
                    self._overwritten(product)

    def _live(self, product: Product) -> None:
        explained = product.sku in self.identity.meaning
        self.night.put("PIM-08", self.owner, product.sku, state="suppressed" if explained else "open")
        self.night.suppress("SKU-01", self.owner, product.sku)

    def _mandatory(self, product: Product) -> None:
        if any(n not in product.value for n in self.night.merchant[self.system]["mandatory"]):
            self.night.put("PIM-01", self.owned, product.sku)

    def _attributes(self, product: Product) -> None:
        night = self.night
        khaos = khaos_values(night.items[product.sku].record)
        owners = night.merchant["ownership"]
        mandatory = night.merchant[self.system]["mandatory"] if product.active else []
        night.compared[("PIM-02", self.owned)].add(product.sku)
        for name, theirs in khaos.items():
            ours = product.value.get(name)
            if self.system not in owners.get(name, []) or ours == theirs:
                continue
            age = night.files.as_of - product.modified if product.modified else DAY
            state = "expected" if age < DAY and not night.was_seen("PIM-02", self.owned, product.sku, name) else "open"
            state = "suppressed" if ours is None and name in mandatory else state
            night.put("PIM-02", self.owned, product.sku, field=name, state=state, age=age)

    def _overwritten(self, product: Product) -> None:
        """PIM-03 of the cost: changed in Khaos since the night before, to what the PIM showed then and shows now."""
        night, code = self.night, product.sku
        was = self.before.get(code)
        if night.before is None or was is None or code not in night.before.items:
            return
        new, old = night.items[code].cost, night.before.items[code].cost
        shown, showed = product.value.get("cost"), was.value.get("cost")
        if new is not None and old is not None and new != old and new == shown == showed:
            amount = abs(new - old) * (night.physical(code, night.mapped_sites))
            night.put("PIM-03", self.owner, code, amount=amount)

    def _parent(self, product: Product) -> None:
        item = self.night.items.get(product.sku)
        if not product.parents or product.archived:
            return
        found = [self.by_key.get(k) or self.by_sku.get(k) for k in product.parents]
        parents = [p for p in found if p is not None and not p.archived]
        codes = [self.identity.means(p.sku) for p in parents]
        known = [c for c in codes if c in self.night.known]
        if not parents or not known:
            self.night.put("PIM-04", self.owner, product.sku)
            for parent in parents:
                self.night.suppress("SKU-01", self.owner, parent.sku)
                self.night.suppress("PIM-08", self.owner, parent.sku)
        elif item is not None and item.parent is not None and item.parent not in known:
            self.night.put("PIM-05", self.owner, product.sku)

    def _components(self, product: Product) -> None:
        item = self.night.items[product.sku]
        if item.kind == "build":
            return
        shown: dict[str, Fraction | None] = {}
        for key, units in product.components.items():
            other = self.by_key.get(key) or self.by_sku.get(key)
            shown[self.identity.means(other.sku) if other else key] = units
        packed = dict(item.parts)
        quantities = all(u is None or u == packed.get(c) for c, u in shown.items())
        if set(shown) != set(packed) or not quantities:
            self.night.put("PIM-06", self.owner, product.sku)

    def _archived(self, product: Product) -> None:
        young = product.modified is not None and self.night.files.as_of - product.modified < DAY
        self._withdrawn(product.sku, "expected" if young else "open")

    def _withdrawn(self, code: str, state: str) -> None:
        night = self.night
        amount = night.physical(code, night.mapped_sites) * (night.items[code].cost or 0)
        night.put("PIM-07", self.owned, code, amount=amount, state=state)

    def _deleted(self) -> None:
        night = self.night
        earlier = night.before.deleted.get(self.system, set[str]()) if night.before else set[str]()
        now = {c for c in (*self.before, *earlier) if c not in self.by_sku and c in night.items}
        now = {c for c in now if night.items[c].record["DISCONTINUED"] == "0"} - {*self.identity.meaning.values()}
        night.deleted[self.system] = now
        for code in now:
            state = "open" if code in earlier else "expected"
            self._withdrawn(code, state)
            self.gone[code] = "suppressed" if state == "open" else "expected"
