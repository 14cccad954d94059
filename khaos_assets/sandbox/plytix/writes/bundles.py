"""Relationships with quantities: what a product is bundled with. Contract 3.5 and section 5."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.responses import Response

from khaos_assets.sandbox.changes import Change
from khaos_assets.sandbox.plytix import answers
from khaos_assets.sandbox.plytix.answers import Refused, missing
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.products import Record
from khaos_assets.sandbox.plytix.related import Links, links_of
from khaos_assets.sandbox.plytix.writes.fields import wrong
from khaos_assets.sandbox.plytix.writes.products import existing

MOST = 300


class Bundles:
    """The relationships of an account's products."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings

    def put(self, key: str, relationship: str, body: Mapping[str, Any]) -> Response:
        """Adds components, or sets their quantities: 201, or 200 if nothing changed; 409 for an unknown component."""
        before = self._links(key, relationship)
        asked = body.get("product_relationships")
        if not isinstance(asked, list) or not all(isinstance(a, dict) and "product_id" in a for a in asked):
            raise wrong("product_relationships", "must be an array of objects with product_id")
        wanted = {str(a["product_id"]): _quantity(a.get("quantity")) for a in asked}
        if unknown := [k for k in wanted if self.holdings.products.get(k) is None]:
            raise Refused(409, "Conflict", [("product_id", f"product {k} does not exist") for k in unknown])
        if len(before | wanted) > MOST:
            raise wrong("product_relationships", f"at most {MOST} related products")
        changed = self._write("POST {}", key, relationship, lambda links: links | wanted)
        return answers.data([self._shown(key, relationship)], 201 if changed else 200)

    def quantity(self, ids: Sequence[str], body: Mapping[str, Any]) -> Response:
        """Sets the quantity of one component."""
        key, relationship, component = ids
        wanted = _quantity(body.get("quantity"))
        if wanted is None:
            raise wrong("quantity", "is required")
        if component not in self._links(key, relationship):
            raise missing("Related product", component)

        def change(links: Links) -> Links:
            return links | {component: wanted} if component in links else links

        self._write("PATCH {}/product/{{pid}}", key, relationship, change)
        at = existing(self.holdings, key).record().get("modified")
        return answers.data([{"product_id": component, "quantity": wanted, "last_modified": at}])

    def remove(self, key: str, relationship: str, body: Any) -> Response:
        """Takes components away; a list of `{product_id}` or of bare ids."""
        asked = body.get("product_relationships", []) if isinstance(body, dict) else body
        if not isinstance(asked, list):
            raise wrong("product_relationships", "must be an array")
        gone = {str(a.get("product_id")) if isinstance(a, dict) else str(a) for a in asked}
        self._links(key, relationship)
        self._write(
            "POST {}/unlink", key, relationship, lambda links: {k: v for k, v in links.items() if k not in gone}
        )
        return answers.nothing()

    def _links(self, key: str, relationship: str) -> Links:
        """What there is. Raises Refused (404) for an unknown product or kind of relationship."""
        record = existing(self.holdings, key).record()
        if self.holdings.relationship(relationship) is None:
            raise missing("Relationship", relationship)
        return links_of(record, relationship)

    def _write(self, call: str, key: str, relationship: str, links: Callable[[Links], Links]) -> bool:
        """Change the links of a product; whether anything was changed."""

        def change(at: datetime) -> list[Change]:
            product, kind = self.holdings.products.get(key), self.holdings.relationship(relationship)
            if product is None or kind is None:
                return []
            record = product.record()
            before = links_of(record, relationship)
            after = links(before)
            return [] if after == before else self.holdings.put(_with(record, kind, after), at)

        operation = call.format("/products/{id}/relationships/{rid}")
        changes = self.holdings.write(change)
        self.holdings.note(operation, changes, id=key, relationship=relationship)
        return bool(changes)

    def _shown(self, key: str, relationship: str) -> Record:
        """As write replies have it: `relationship_label`, and a time for each component."""
        product, kind = existing(self.holdings, key), self.holdings.relationship(relationship) or {}
        at = product.record().get("modified")
        links = links_of(product.record(), relationship)
        related = [{"product_id": k, "quantity": q, "last_modified": at} for k, q in links.items()]
        label = kind.get("label", kind.get("relationship_label"))
        return {"relationship_id": relationship, "relationship_label": label, "related_products": related}


def _quantity(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise wrong("quantity", "must be greater than 0")
    return value


def _with(record: Record, kind: Record, links: Links) -> Record:
    """The record with these links of one kind; a kind without links is not there."""
    shown = {
        "relationship_id": kind["id"],
        "label": kind.get("label", kind.get("relationship_label")),
        "related_products": [{"product_id": k, "quantity": q} for k, q in links.items()],
    }
    kinds: list[Record] = list(record.get("relationships") or ())
    place = next((n for n, r in enumerate(kinds) if r.get("relationship_id") == kind["id"]), len(kinds))
    return record | {"relationships": [*kinds[:place], *([shown] if links else ()), *kinds[place + 1 :]]}
