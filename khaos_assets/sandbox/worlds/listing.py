"""How a channel or a PIM knows an item, whether Khaos has it or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.model import Item, Kind

_EMPTY: Mapping[str, Any] = MappingProxyType({})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True, eq=False)
class Listing:
    """How a channel or a PIM knows an item; `item` None: Khaos has no such item.

    What is not said here follows the item: a channel shows what is sellable, a PIM what Khaos has. The mappings are
    shared while empty: assign a new one.
    """

    system: str
    sku: str
    number: int
    """The system's own keys come from it; it never changes."""
    kind: Kind
    state: str
    """As the system words it: live, enabled, Completed, Live …"""
    updated_at: datetime
    item: Item | None = None
    parents: tuple[Listing, ...] = ()
    """In a PIM: the style parent it hangs under; Pimberly allows several."""
    components: list[tuple[Listing, int]] | None = None
    """In a PIM: shown in place of the pack's components."""
    is_live: bool = False
    """In a PIM: its live flag."""
    created_at: datetime = _NEVER
    first_night: int = 0
    last_night: int | None = None
    """None: it stays."""
    group: int = 0
    """SCAYLE: the product of which this is a variant."""
    units: Mapping[str, Decimal] = field(default_factory=lambda: _EMPTY)
    """Per warehouse of a channel: shown in place of what is sellable."""
    touched: Mapping[str, datetime] = field(default_factory=lambda: _EMPTY)
    """Per warehouse: when that figure changed."""
    sells_without_stock: bool = False
    prices: Mapping[str, Decimal] = field(default_factory=lambda: _EMPTY)
    """Per market (in a PIM: ""): shown in place of the price, on that system's basis."""
    shows: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    """Per field of a PIM: shown in place of what Khaos has; None: empty."""
    broken: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _EMPTY)
    """Entity → fields that break the wire contract; None = left out."""

    def touch(self, warehouse: str, at: datetime) -> None:
        """A channel's figure changed."""
        self.touched = {**self.touched, warehouse: at}

    def is_there(self, night: int) -> bool:
        return self.first_night <= night and (self.last_night is None or night <= self.last_night)
