"""What Khaos has under a reference of a channel: sales orders and credit notes (contract khaos, 3.7)."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.systems.khaos.calls import OrderKey, order_status
from khaos_assets.systems.khaos.client import KhaosClient
from khaos_assets.systems.khaos.fields import Row
from khaos_assets.systems.khaos.writes.asking import exported

CREDIT_NOTE = ("C", "2")
"""How an order's type says that it is one."""
TOTALS = ("ITEMS_TOTAL", "DELIVERY_TOTAL")


async def under_reference(client: KhaosClient, reference: str, *, credit_notes: bool) -> list[Row]:
    """Credit notes, or else sales orders, that were not cancelled. Raises ReadFailed, TransportError."""
    document = await exported(client, order_status([reference], OrderKey.REFERENCE))

    def wanted(row: Row) -> bool:
        kind = row.child_attribute("ORDER_TYPE", "TYPE_ID") or row.text("ORDER_TYPE")
        lives = row.attribute("ASSOCIATED_REF") == reference and row.child("CANCELLED") is None
        return lives and (kind in CREDIT_NOTE) == credit_notes

    return [row for row in map(Row, document) if wanted(row)]


def total_of(row: Row) -> Decimal:
    """Goods and delivery with VAT, in the row's currency."""
    return sum((Decimal(row.text(total) or 0) for total in TOTALS), Decimal(0))
