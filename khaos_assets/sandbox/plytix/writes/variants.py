"""Variants of a product: made, linked, unlinked, brought into line with their parent. Contract section 5."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from khaos_assets.sandbox.changes import Change
from khaos_assets.sandbox.plytix import answers
from khaos_assets.sandbox.plytix.answers import Refused, missing
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Record
from khaos_assets.sandbox.plytix.writes.fields import merged, wrong
from khaos_assets.sandbox.plytix.writes.products import existing, insert, made, new_product


class Variants:
    """The variants of an account."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def add(self, parent: str, body: Mapping[str, Any]) -> Response:
        """A new variant: its family and its parent-level values are the parent's."""
        above = existing(self.holdings, parent).record()
        asked = body.get("variant")
        if not isinstance(asked, dict):
            raise wrong("variant", "is required")
        more = {"_parent_id": parent, "product_type": "VARIANT", "product_family_id": above.get("product_family_id")}
        record = new_product(self.holdings, asked, more | {"attributes": self._inherited(above)})

        def change(at: datetime) -> list[Change]:
            if self.holdings.products.get(parent) is None:
                return []
            changes = insert(self.holdings, record, at)
            return changes + self.holdings.count_variants(parent, at)

        self.holdings.note("POST /products/{id}/variants", self.holdings.write(change), id=parent)
        return made(self.holdings, record["id"])

    def _inherited(self, above: Record) -> Record:
        levels = self.holdings.levels(above.get("product_family_id"))
        return {k: v for k, v in (above.get("attributes") or {}).items() if levels.get(k) == "parent_level"}

    def link(self, parent: str, variant: str) -> Response:
        """An existing product becomes a variant; its family must be the parent's, or none."""
        above, below = existing(self.holdings, parent), existing(self.holdings, variant)
        family, own = above.record().get("product_family_id"), below.record().get("product_family_id")
        if own not in (None, family):
            raise wrong("variant_id", "belongs to another product family")
        if below.parent not in ("", parent) or parent == variant or below.variations:
            raise wrong("variant_id", "cannot be a variant of this product")
        linked = {"_parent_id": parent, "product_type": "VARIANT", "product_family_id": family}
        self._change("POST /products/{id}/variant/{vid}", parent, variant, linked)
        return answers.lines([existing(self.holdings, parent).line])

    def unlink(self, parent: str, variant: str) -> Response:
        """A variant becomes a product by itself."""
        existing(self.holdings, parent)
        if existing(self.holdings, variant).parent != parent:
            raise missing("Variant", variant)
        alone = {"_parent_id": None, "product_type": "SINGLE", "overwritten_attributes": []}
        self._change("DELETE /products/{id}/variant/{vid}", parent, variant, alone)
        if self.holdings.faults.take("plytix", "unlink_204"):
            return answers.nothing()
        return answers.lines([existing(self.holdings, parent).line])

    def _change(self, operation: str, parent: str, variant: str, fields: Record) -> None:
        def change(at: datetime) -> list[Change]:
            below = self.holdings.products.get(variant)
            if below is None or self.holdings.products.get(parent) is None:
                return []
            record = {k: v for k, v in (below.record() | fields).items() if k != "_parent_id" or v}
            return self.holdings.put(record, at) + self.holdings.count_variants(parent, at)

        self.holdings.note(operation, self.holdings.write(change), id=parent, variant=variant)

    def resync(self, parent: str, body: Mapping[str, Any]) -> Response:
        """The named variants get the parent's values of the named attributes again; 400 for one of another level."""
        levels = self.holdings.levels(existing(self.holdings, parent).record().get("product_family_id"))
        labels, variants = body.get("attribute_labels") or [], body.get("variant_ids") or []
        if any(levels.get(label) != "parent_level" for label in labels):
            raise Refused(400, "Bad request", [("attribute_labels", "an attribute is not at parent level")])

        def change(at: datetime) -> list[Change]:
            above = self.holdings.products.get(parent)
            if above is None:
                return []
            values = above.record().get("attributes") or {}
            changes: list[Change] = []
            for variant in self.holdings.products.variants(parent):
                if variant.id in variants:
                    own = variant.record()
                    kept = [x for x in own.get("overwritten_attributes") or () if x not in labels]
                    fields = {"attributes": {n: values.get(n) for n in labels}, "overwritten_attributes": kept}
                    changes += self.holdings.put(merged(own, fields), at)
            return changes

        self.holdings.note("POST /products/{id}/variants/resync", self.holdings.write(change), id=parent)
        return answers.lines(v.line for v in self.holdings.products.variants(parent) if v.id in variants)
