"""What is written to Khaos (contract khaos, 5). Every value is read back: a yes proves nothing there.

Prices and price lists belong to finance and are never written; nor are customers, whom an import may merge: an order
goes to an account that is there, or not at all.
"""

from __future__ import annotations

from khaos_assets.systems.khaos.writes.credit_notes import CreditNoteWrite
from khaos_assets.systems.khaos.writes.extension import ConsignmentWrite, DiscontinueWrite, ItemWrite, ShipmentWrite
from khaos_assets.systems.khaos.writes.orders import OrderWrite
from khaos_assets.systems.khaos.writes.stock import LevelSource, LevelWrite
from khaos_assets.systems.write import Source, Write

WRITES: tuple[type[Write], ...] = (
    ShipmentWrite, ConsignmentWrite, ItemWrite, DiscontinueWrite, LevelWrite, CreditNoteWrite, OrderWrite,
)  # fmt: skip
SOURCES: tuple[type[Source], ...] = (LevelSource,)
