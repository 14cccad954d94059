"""Invoice stages: their documented names, which of them are the end, and the switch `stage_path` (contract 3.7)."""

from __future__ import annotations

from typing import Any

from khaos_assets.sandbox.khaos.markup import as_list, at

STAGES = {
    1: "Cancelled",
    9: "Released",
    10: "Staging",
    11: "Authorise Payment",
    12: "Picking",
    13: "Packing",
    14: "Shipping",
    15: "Print Invoices",
    16: "Issue",
    17: "Waiting for Date",
    18: "Waiting for Stock",
    19: "Manual Hold",
    20: "Processing",
    21: "Terms Hold",
    70: "Issued Current",
    71: "Issued Archived",
    72: "Issued Archived 2",
    73: "Issued Archived 3",
}
CANCELLED, STAGING, WAITING_FOR_STOCK, ISSUED_CURRENT = 1, 10, 18, 70
ISSUED = frozenset({"70", "71", "72", "73"})


def shown_stages(path: dict[str, Any] | None, order: dict[str, Any]) -> dict[str, Any]:
    """The order with its stages renamed by the switch `stage_path`: parameter `map`, shown stage by true stage."""
    holder = order.get("INVOICES")
    if path is None or not isinstance(holder, dict):
        return order
    renamed = {str(k): int(v) for k, v in path.get("map", {"12": 14, "14": 12, "13": 99}).items()}

    def shown(invoice: dict[str, Any]) -> dict[str, Any]:
        stage = renamed.get(at(invoice, "@INVOICE_STAGE_ID"))
        if stage is None:
            return invoice
        return {**invoice, "@INVOICE_STAGE_ID": stage, "@INVOICE_STAGE_DESC": STAGES.get(stage, f"Stage {stage}")}

    return {**order, "INVOICES": {**holder, "INVOICE": [shown(i) for i in as_list(holder.get("INVOICE"))]}}
