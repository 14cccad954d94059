"""Creating, changing and deleting products. Contract section 5."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from khaos_assets.sandbox.changes import Change
from khaos_assets.sandbox.plytix import answers
from khaos_assets.sandbox.plytix.answers import Refused, missing
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Product, Record, instant
from khaos_assets.sandbox.plytix.writes.fields import checked, id_of, merged, wrong

NEW: Record = {
    "label": None,
    "gtin": None,
    "status": "Draft",
    "product_type": "SINGLE",
    "num_variations": 0,
    "product_family_id": None,
    "overwritten_attributes": [],
    "categories": [],
    "assets": [],
    "thumbnail": None,
    "relationships": [],
    "attributes": {},
}


def existing(holdings: Holdings, key: str) -> Product:
    """The product with this id. Raises Refused (404)."""
    found = holdings.products.get(key)
    if found is None:
        raise missing("Product", key)
    return found


def new_product(holdings: Holdings, body: Mapping[str, Any], more: Record) -> Record:
    """A record to be made from a body, without its times. Raises Refused: 422, and 409 for a SKU that exists."""
    sku = body.get("sku")
    if not isinstance(sku, str) or not sku:
        raise wrong("sku", "is required")
    if holdings.products.with_sku(sku) is not None:
        raise Refused(409, "Conflict", [("sku", f"a product with SKU {sku} exists")])
    return merged(NEW | {"id": id_of(sku), "sku": sku} | more, checked(holdings, body))


def insert(holdings: Holdings, record: Record, at: datetime) -> list[Change]:
    """Make a product; nothing happens where one with its id or SKU is there already."""
    if holdings.products.get(record["id"]) or holdings.products.with_sku(record["sku"]):
        return []
    return holdings.put(record | {"created": instant(at), "created_user_audit": {"type": "API"}}, at)


def made(holdings: Holdings, key: str) -> Response:
    """201 with the new product and its address."""
    record = existing(holdings, key).record()
    return answers.data([record], 201, {"Location": f"/api/v1/products/{key}"})


class ProductWrites:
    """Products by themselves."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def create(self, body: Mapping[str, Any]) -> Response:
        """Only `sku` is needed; keys that are not known are ignored."""
        record = new_product(self.holdings, body, {})
        self.holdings.note("POST /products", self.holdings.write(lambda at: insert(self.holdings, record, at)))
        return made(self.holdings, record["id"])

    def patch(self, key: str, body: Mapping[str, Any]) -> Response:
        """Merges: what is not named stays, null clears. Answers the whole product."""
        before = existing(self.holdings, key).record()
        values = checked(self.holdings, body)
        if self.holdings.faults.take("plytix", "patch_not_applied", id=key, sku=before["sku"]):
            return answers.data([merged(before, values)])
        changes = self.holdings.write(lambda at: self._merge(key, values, at))
        self.holdings.note("PATCH /products/{id}", changes, id=key)
        return answers.lines([existing(self.holdings, key).line])

    def _merge(self, key: str, values: Record, at: datetime) -> list[Change]:
        product = self.holdings.products.get(key)
        if product is None:
            return []
        record = product.record()
        levels = self.holdings.levels(record.get("product_family_id"))
        named = [label for label in values["attributes"] if levels.get(label) == "parent_level"]
        after = merged(record, values)
        if after == record:
            return []  # equal values overwrite nothing
        if product.parent:
            own = record.get("overwritten_attributes") or []
            after["overwritten_attributes"] = [*own, *(n for n in named if n not in own)]
        changes = self.holdings.put(after, at)
        keeps = self.holdings.faults.active("plytix", "variants_keep_modified") is not None
        for variant in self.holdings.products.variants(key) if changes else ():
            own = variant.record()
            replaced = own.get("overwritten_attributes") or ()
            passed_on = {n: values["attributes"][n] for n in named if n not in replaced}
            changes += self.holdings.put(merged(own, {"attributes": passed_on}), at, moves_modified=not keeps)
        return changes

    def delete(self, key: str) -> Response:
        """A parent takes all its variants with it."""
        existing(self.holdings, key)
        keeps = self.holdings.faults.take("plytix", "delete_keeps_variants") is not None

        def change(at: datetime) -> list[Change]:
            product = self.holdings.products.get(key)
            if product is None:
                return []
            gone = [] if keeps else [v.id for v in self.holdings.products.variants(key)]
            changes = [c for k in (key, *gone) for c in self.holdings.remove(k)]
            return changes + self.holdings.count_variants(product.parent, at)

        self.holdings.note("DELETE /products/{id}", self.holdings.write(change), id=key)
        return answers.nothing()
