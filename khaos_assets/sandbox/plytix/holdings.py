"""What one account holds in the current night: products, families, kinds of relationships; and how they change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from khaos_assets.sandbox.changes import Change, Changes, later
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.journal import Journal
from khaos_assets.sandbox.lines import read_lines
from khaos_assets.sandbox.plytix.definitions import PROPERTIES, Definition, Kind, definitions
from khaos_assets.sandbox.plytix.products import Product, Products, Record, instant, read
from khaos_assets.sandbox.plytix.views import seen_through
from khaos_assets.sandbox.world import WorldState


class Holdings(Changes):
    """State of one account. Changes go through `write`, so that they stand on later nights too."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal) -> None:
        super().__init__(world, journal, "plytix")
        self.faults = faults
        self.products = Products(())
        """What the account really has."""
        self._shown: tuple[Any, Products] = (None, self.products)
        self._definitions: list[Definition] | None = None
        world.on_advance(self._next_night)
        self._next_night()

    def _next_night(self) -> None:
        """Read and put in order before anybody asks: the first page should cost a client no more than the others."""
        self.products = Products(read_lines(self.world.file("plytix", "products"), read))
        self.products.by_sku()
        self.products.by_created()
        self.forget_definitions()

    @property
    def shown(self) -> Products:
        """The products as calls show them."""
        return self.seen()[1]

    def seen(self) -> tuple[Any, Products]:
        """What the account has, seen through the row switches that are on; and what stands for just this state."""
        views = seen_through(self.faults)
        token = (self.world.night, self.products.version, repr([(name, p) for name, p, _ in views]))
        if not views:
            return token, self.products
        if self._shown[0] != token:
            rows = self.products.rows()
            for _, parameters, view in views:
                rows = view(rows, parameters, self.world.as_of)
            self._shown = (token, Products(rows))
        return self._shown

    @property
    def families(self) -> list[Record]:
        """The product families, each with its `attributes`."""
        return self.world.records("plytix", "families")

    def family(self, key: Any) -> Record | None:
        """The family with this id."""
        return next((f for f in self.families if f.get("id") == key), None)

    def levels(self, family: Any) -> dict[str, str]:
        """The attributes of a family by label, with the level each belongs to."""
        found = self.family(family) or {}
        return {str(a["label"]): str(a.get("attribute_level", "no_level")) for a in found.get("attributes") or ()}

    def relationship(self, key: str) -> Record | None:
        """The kind of relationship with this id."""
        return next((r for r in self.world.records("plytix", "relationships") if r.get("id") == key), None)

    @property
    def definitions(self) -> list[Definition]:
        """The attributes of the account."""
        if self._definitions is None:
            listed = self.world.records("plytix", "attributes")
            self._definitions = definitions(listed, self.families, self.products.rows())
        return self._definitions

    def forget_definitions(self) -> None:
        """Families have changed: look again."""
        self._definitions = None

    def kinds(self) -> dict[str, Kind]:
        """Every field by which a product search can be filtered."""
        return PROPERTIES | {f"attributes.{d.label}": d.kind for d in self.definitions}

    def put(self, record: Record, at: datetime, *, moves_modified: bool = True) -> list[Change]:
        """Upsert one product; nothing happens where only its change time would differ."""
        old = self.products.get(str(record["id"]))
        before = old.record() if old else None
        if before is not None and before | {"modified": None} == record | {"modified": None}:
            return []
        after = dict(record)
        if moves_modified or before is None:
            moment = instant(later(at, old.modified if old else ""))
            after |= {"modified": moment, "modified_user_audit": {"type": "API"}}
        self.products.put(Product.of(after))
        return [{"key": after["id"], "before": before, "after": after}]

    def count_variants(self, parent: str, at: datetime) -> list[Change]:
        """Bring `num_variations` and `product_type` of a parent into line with its variants."""
        product = self.products.get(parent)
        if product is None:
            return []
        number = len(self.products.variants(parent))
        record = product.record() | {"num_variations": number}
        if not product.parent:
            record |= {"product_type": "PARENT" if number else "SINGLE"}
        return self.put(record, at)

    def remove(self, key: str) -> list[Change]:
        """Take one product away."""
        old = self.products.get(key)
        if old is None:
            return []
        self.products.remove(key)
        return [{"key": key, "before": old.record(), "after": None}]
