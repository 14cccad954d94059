"""Families: which one a product has, and which attributes a family has. Contract section 5.

A product keeps only the values of its family's attributes: what else it had is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from khaos_assets.sandbox.changes import Change
from khaos_assets.sandbox.plytix import answers
from khaos_assets.sandbox.plytix.answers import missing
from khaos_assets.sandbox.plytix.holdings import Holdings
from khaos_assets.sandbox.plytix.late import Late
from khaos_assets.sandbox.plytix.products import Record
from khaos_assets.sandbox.plytix.writes.fields import wrong
from khaos_assets.sandbox.plytix.writes.products import existing

LEVELS = ("parent_level", "variant_level", "no_level")
SECONDS = 1
"""How long a change of a family's attributes takes: clients have seen 1 to 3."""
LATE_SECONDS = 10


class Families:
    """The families of an account."""

    def __init__(self, holdings: Holdings, late: Late) -> None:
        self.holdings = holdings
        self.late = late

    def assign(self, key: str, body: Mapping[str, Any]) -> Response:
        """Gives a product and its variants a family; not a variant by itself."""
        family = body.get("product_family_id")
        if existing(self.holdings, key).parent:
            raise wrong("product_family_id", "a variant has the family of its parent")
        if family is not None and self.holdings.family(family) is None:
            raise missing("Product family", str(family))

        def change(at: datetime) -> list[Change]:
            labels = None if family is None else {*self.holdings.levels(family)}
            products = [self.holdings.products.get(key), *self.holdings.products.variants(key)]
            records = [p.record() | {"product_family_id": family} for p in products if p]
            return [c for r in records for c in self.holdings.put(_only(r, labels), at)]

        self._do("POST /products/{id}/family", change, 0, id=key)
        return answers.lines([existing(self.holdings, key).line])

    def link(self, key: str, body: Any) -> Response:
        """Adds attributes: 202, done a little later."""
        asked = self._attributes(body)
        return self._edit("link", key, lambda own: {**own, **{k: v for k, v in asked.items() if k not in own}})

    def unlink(self, key: str, body: Any) -> Response:
        """Takes attributes away, with the values that products had: 202, done a little later."""
        asked = self._attributes(body)
        return self._edit("unlink", key, lambda own: {k: v for k, v in own.items() if k not in asked})

    def edit(self, key: str, body: Any) -> Response:
        """Sets the level of attributes: 202, done a little later."""
        asked = self._attributes(body)
        levels = {k: {"attribute_level": v["attribute_level"]} for k, v in asked.items()}
        return self._edit("edit", key, lambda own: {k: v | levels.get(k, {}) for k, v in own.items()})

    def _attributes(self, body: Any) -> dict[str, Record]:
        """The named attributes of the account by label; named by id or label, in an array or under `attributes`."""
        asked = body.get("attributes", body.get("attribute_ids", [])) if isinstance(body, dict) else body
        known = {k: d.row for d in self.holdings.definitions for k in (d.label, str(d.row["id"]))}
        found: dict[str, Record] = {}
        for raw in asked if isinstance(asked, list) else ():
            part = raw if isinstance(raw, dict) else {"id": raw}
            row = known.get(str(part.get("id", part.get("attribute_id", part.get("label")))))
            level = part.get("attribute_level", "no_level")
            if row is None or level not in LEVELS:
                raise wrong("attributes", f"{raw} is not an attribute with a level")
            named = {k: row[k] for k in ("id", "name", "label")}
            found[str(row["label"])] = named | {"attribute_level": level}
        if not found:
            raise wrong("attributes", "is required")
        return found

    def _edit(self, verb: str, key: str, edited: Callable[[dict[str, Record]], dict[str, Record]]) -> Response:
        if self.holdings.family(key) is None:
            raise missing("Product family", key)

        def change(at: datetime) -> list[Change]:
            family = self.holdings.family(key)
            if family is None:
                return []
            own = {str(a["label"]): a for a in family.get("attributes") or ()}
            before, after = dict(family), edited(own)
            if after == own:
                return []
            family |= {"attributes": list(after.values()), "total_attributes": len(after)}
            self.holdings.forget_definitions()
            changes = [{"key": key, "before": before, "after": dict(family)}]
            return changes + self._cleared(key, {*own} - {*after}, at)

        self._do(f"POST /product_families/{{id}}/attributes/{verb}", change, SECONDS, id=key)
        return Response(status_code=202)

    def _cleared(self, family: str, labels: Collection[str], at: datetime) -> list[Change]:
        """Products of the family lose the values of attributes that it has no longer."""
        text = f'"{family}"'.encode()
        members = [p.record() for p in self.holdings.products.rows() if text in p.line] if labels else []
        return [
            change
            for r in members
            if r.get("product_family_id") == family
            for change in self.holdings.put(_only(r, {*(r.get("attributes") or ())} - {*labels}), at)
        ]

    def _do(self, operation: str, change: Callable[[datetime], list[Change]], usual: float, **what: Any) -> None:
        late = self.holdings.faults.take("plytix", "family_late")
        seconds = late.get("seconds", LATE_SECONDS) if late else usual
        self.late.add(seconds, lambda: self.holdings.note(operation, self.holdings.write(change), **what))


def _only(record: Record, labels: Collection[str] | None) -> Record:
    """The record with the values of these attributes only; None: of all."""
    kept = {k: v for k, v in (record.get("attributes") or {}).items() if labels is None or k in labels}
    return record | {"attributes": kept}
