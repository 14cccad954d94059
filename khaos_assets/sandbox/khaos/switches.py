"""Fault switches of contract khaos, section 8, by their exact names: which are on for a call, and what they do to an
answer on its way out. Their parameters stand in `docs/sandbox.md`. Not here: changes to the world (`happenings.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from khaos_assets.sandbox.state import Faults

T = TypeVar("T")

SWITCHES = frozenset(
    {
        "soap_fault",
        "business_fault",
        "empty_return",
        "non_xml_return",
        "cdata",
        "truncated_xml",
        "bad_size",
        "drop_rows",
        "duplicate_rows",
        "count_mismatch",
        "slow",
        "hang",
        "reset_after_commit",
        "skip_silently",
        "partial_import",
        "create_unknown_items",
        "short_refs",
        "wrong_match",
        "change_during_read",
        "stale_last_updated",
        "per_site_rows",
        "nested_scs",
        "ignore_site",
        "level_is_physical",
        "back_order_in_level",
        "stage_path",
        "calc_method",
        "unit_rounding",
        "clock_dst",
        "clock_skew",
        "bad_date",
        "bad_decimal",
        "self_signed_tls",
        "extension_off",
        "forget_client_ref",
        "human_edit",
    }
)

_ERROR_PAGE = (
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head>"
    "<body><h1>503</h1><p>The application pool is restarting<br></body></html>"
)


class Switches:
    """The switches of this system. Every one may have `method`: then it is on for that method only."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def take(self, switch: str, **match: Any) -> dict[str, Any] | None:
        """The parameters if the switch is on for this call; uses up one of its count."""
        return self._faults.take("khaos", switch, **match)

    def on(self, switch: str, **match: Any) -> dict[str, Any] | None:
        """The same without using anything up: for switches that are a property of the installation."""
        return self._faults.active("khaos", switch, **match)

    def pending(self, switch: str) -> dict[str, Any] | None:
        """The parameters of a switch that is on or waits for the calls of its `after` to pass."""
        faults = (f for f in self._faults.switches if f.system == "khaos" and f.switch == switch)
        return next((f.parameters for f in faults if f.concerns(self._faults.night, {})), None)

    def spend(self, taken: dict[str, Any]) -> None:
        """The switch with these parameters has done what it does once."""
        for fault in self._faults.switches:
            if fault.parameters is taken:
                fault.left = 0

    def hits(self, switch: str, method: str, keys: list[str]) -> tuple[dict[str, Any], set[str]] | None:
        """The parameters and the keys hit, where the switch is on and concerns any of these keys (parameter `codes`;
        absent: the last row). A call without such a key does not use up the count."""
        for fault in self._faults.switches:
            named = fault.parameters.get("codes")
            if fault.system != "khaos" or fault.switch != switch or not keys:
                continue
            wanted = {str(c).casefold() for c in named} if named is not None else {keys[-1].casefold()}
            hit = {k for k in keys if k.casefold() in wanted}
            if hit and fault.concerns(self._faults.night, {"method": method}):
                taken = self.take(switch, method=method, **({"codes": named[0]} if named else {}))
                return (taken, hit) if taken is not None else None
        return None

    def rows(self, method: str, rows: list[T], key: Callable[[T], str]) -> list[T]:
        """`drop_rows` and `duplicate_rows`."""
        if not self._any("drop_rows", "duplicate_rows"):
            return rows
        keys = [key(r) for r in rows]
        if dropped := self.hits("drop_rows", method, keys):
            rows = [r for r in rows if key(r) not in dropped[1]]
        if repeated := self.hits("duplicate_rows", method, keys):
            rows = [r for row in rows for r in ((row, row) if key(row) in repeated[1] else (row,))]
        return rows

    def count(self, method: str, true: int) -> int:
        """`count_mismatch`: a Count that is off by `by` (1)."""
        off = self.take("count_mismatch", method=method)
        return true + int(off.get("by", 1)) if off is not None else true

    def document(self, method: str, xml: str) -> str:
        """`empty_return`, `non_xml_return`, `truncated_xml`."""
        if self.take("empty_return", method=method) is not None:
            return ""
        if (page := self.take("non_xml_return", method=method)) is not None:
            return str(page.get("text", _ERROR_PAGE))
        if self.take("truncated_xml", method=method) is not None:
            # In the middle of an element: not between two, where a lenient reader might not notice.
            middle = xml.rfind("<", 0, max(len(xml) * 2 // 3, 2))
            return xml[: middle + 3]
        return xml

    def spoilt(self, method: str, keys: list[str]) -> dict[str, dict[str, str]]:
        """`bad_date`, `bad_decimal`: per key the fields (paths) and the text they get instead."""
        found: dict[str, dict[str, str]] = {}
        for switch, text in (("bad_date", "31/02/2026"), ("bad_decimal", "1,5")):
            if self._any(switch) and (hit := self.hits(switch, method, keys)):
                parameters, hit_keys = hit
                field = str(parameters.get("field") or _DEFAULT_FIELDS.get((switch, method), ""))
                for key in hit_keys if field else ():
                    found.setdefault(key, {})[field] = str(parameters.get("text", text))
        return found

    def _any(self, *names: str) -> bool:
        return any(f.system == "khaos" and f.switch in names for f in self._faults.switches)


_DEFAULT_FIELDS = {
    ("bad_date", "ExportStock"): "LAUNCH_DATE",
    ("bad_date", "ExportStockStatus"): "LEAD_TIME",
    ("bad_date", "ExportOrderStatusEx"): "DATE_CREATED",
    ("bad_date", "ExportCompany"): "DATE_CREATED",
    ("bad_date", "GetDeletedEntries"): "DELETION_DATE",
    ("bad_date", "GetStockList"): "LastUpdated",
    ("bad_date", "GetCompanyList"): "LastUpdated",
    ("bad_decimal", "ExportStock"): "SELL_PRICE",
    ("bad_decimal", "ExportStockStatus"): "LEVEL",
    ("bad_decimal", "ExportOrderStatusEx"): "QTY_SOLD",
    ("bad_decimal", "ExportOrders"): "ORDER_HEADER/ORDER_AMOUNT",
    ("bad_decimal", "GetStockPotential"): "Available",
    ("bad_decimal", "GetCompanyInfo"): "CreditLimit",
}
