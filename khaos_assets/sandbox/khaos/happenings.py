"""What happens to the world while somebody reads it: switches `change_during_read`, `stale_last_updated`, `human_edit`.

They are no requests, so the journal does not name them, and the next night knows nothing of them.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

from khaos_assets.sandbox.khaos.installation import Installation, Record
from khaos_assets.sandbox.khaos.markup import as_list, at
from khaos_assets.sandbox.khaos.signatures import SIGNATURES

CODE_PATHS = {
    "stock_list": "StockCode",
    "stock_items": "STOCK_CODE",
    "stock_levels": "@CODE",
    "stock_potential": "StockCode",
    "company_list": "CompanyCode",
    "customers": "COMPANY_CODE",
    "company_info": "CompanyCode",
    "sales_orders": "@SORDER_CODE",
    "order_lines": "_sorder_code",
}
_FAMILIES = (
    ("stock_list", "stock_items", "stock_levels", "stock_potential"),
    ("company_list", "customers", "company_info"),
    ("sales_orders", "order_lines"),
)
_STAMPED = {"stock_items": "stock_list", "stock_levels": "stock_list", "customers": "company_list"}


class Happenings:
    """Each switch happens once, before the call that its `method` and `after` choose."""

    def __init__(self, khaos: Installation) -> None:
        self._khaos = khaos

    def before(self, method: str) -> None:
        """Let happen what is due before this call."""
        for switch in ("change_during_read", "stale_last_updated", "human_edit"):
            waiting = self._khaos.switches.pending(switch)
            if not waiting or (switch == "human_edit" and "method" not in waiting and not SIGNATURES[method].writes):
                continue
            due = self._khaos.switches.take(switch, method=method)
            if due is None:
                continue
            self._khaos.switches.spend(due)
            self._happen(due, moves_stamp=switch != "stale_last_updated")

    def _happen(self, due: dict[str, Any], *, moves_stamp: bool) -> None:
        """Parameters: `entity` (stock_items), `add`, `remove`, `recode`, `edit` = [{code, field, value}]."""
        entity = str(due.get("entity", "stock_items"))
        family = next(f for f in _FAMILIES if entity in f)
        for code in due.get("add", []):
            self._add(family, str(code), due.get("like"))
        for code in due.get("remove", []):
            for e in family:
                self._remove(e, str(code))
        for old, new in dict(due.get("recode", {})).items():
            for e in family:
                self._recode(e, old, str(new))
        for edit in as_list(due.get("edit")):
            self._edit(entity, edit)
        if moves_stamp:
            self._stamp(entity, [*due.get("add", []), *dict(due.get("recode", {})).values()])
            self._stamp(entity, [e["code"] for e in as_list(due.get("edit"))])
        self._khaos.changed(*family)

    def _of(self, entity: str, code: str) -> list[Record]:
        """Looked up afresh, not by an index: indexes are dropped only when everything has happened."""
        path = CODE_PATHS[entity]
        return [r for r in self._khaos.records(entity) if at(r, path).casefold() == code.casefold()]

    def _add(self, family: tuple[str, ...], code: str, like: str | None) -> None:
        """A new record in each file of the family, like an existing one (the last plain one)."""
        listed = self._khaos.records(family[0])
        plain = [r for r in listed if not r.get("_item_type") and not r.get("_parent_code")]
        model = like or (at(plain[-1], CODE_PATHS[family[0]]) if plain else None)
        for entity in family if model else ():
            for record in self._of(entity, model or ""):
                new = deepcopy(record)
                _set(new, CODE_PATHS[entity], code)
                for identity in ("STOCK_ID", "@ID", "COMPANY_ID"):
                    if identity in new:
                        new[identity] = f"N{code}"
                self._khaos.records(entity).append(new)

    def _remove(self, entity: str, code: str) -> None:
        gone = {id(r) for r in self._of(entity, code)}
        records = self._khaos.records(entity)
        records[:] = [r for r in records if id(r) not in gone]

    def _recode(self, entity: str, old: str, new: str) -> None:
        """The code changes, the internal id stays."""
        for record in self._of(entity, old):
            _set(record, CODE_PATHS[entity], new)

    def _edit(self, entity: str, edit: dict[str, Any]) -> None:
        for record in self._of(entity, str(edit["code"])):
            _set(record, str(edit["field"]), edit["value"])

    def _stamp(self, entity: str, codes: list[Any]) -> None:
        """An honest edit moves LastUpdated, a minute past the night's as-of."""
        listed = _STAMPED.get(entity, entity)
        moment = (self._khaos.now + timedelta(minutes=1)).isoformat()
        for code in codes:
            for record in self._of(listed, str(code)):
                if "LastUpdated" in record:
                    record["LastUpdated"] = moment


def _set(record: Record, path: str, value: Any) -> None:
    *parents, last = path.split("/")
    place = record
    for step in parents:
        place = place.setdefault(step, {})
    if isinstance(place.get(last), dict) and not isinstance(value, dict):
        place[last]["#text"] = value
    else:
        place[last] = value
