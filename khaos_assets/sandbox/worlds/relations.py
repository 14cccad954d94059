"""How goods hang together in a PIM: bundles with their components, and what goes well with them."""

from __future__ import annotations

from decimal import Decimal

from khaos_assets.sandbox.worlds.listing import Listing
from khaos_assets.sandbox.worlds.positions import PACKED

Rows = list[tuple[Listing, int]]


def components(listing: Listing) -> Rows:
    """A bundle's components there and how many of each; none of what is no bundle."""
    if listing.components is not None:
        return listing.components
    return [(x, int(units)) for x, kind, units in _linked(listing) if kind == PACKED]


def related(listing: Listing) -> Rows:
    """Linked without a quantity meaning (up-sell, cross-sell, associated)."""
    return [(x, 1) for x, kind, _ in _linked(listing) if kind != PACKED]


def _linked(listing: Listing) -> list[tuple[Listing, int, Decimal]]:
    if listing.item is None:
        return []
    found = ((i.listings.get(listing.system), kind, units) for i, kind, units in listing.item.links)
    return [(x, kind, units) for x, kind, units in found if x is not None]
