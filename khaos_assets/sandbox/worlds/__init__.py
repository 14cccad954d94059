"""The world maker: from a seed and a size, or from a real order history, to a world directory with its exact truth.

First a consistent world (`catalogue_items`, `customers`, `orders`, `stock`, or `from_history`; `listings` and
`channel_intake` for channels and PIMs), then planted differences and decoys (`plant/`), then the records of each
system, night by night (`render/`, `write`).
Shares no code with the product.
"""

from khaos_assets.sandbox.worlds.make import SystemsError, WorldSummary, make_world
from khaos_assets.sandbox.worlds.order_history import HistoryError
from khaos_assets.sandbox.worlds.plant import NotEnoughError, PlantError
from khaos_assets.sandbox.worlds.write import WorldExistsError

__all__ = [
    "HistoryError",
    "NotEnoughError",
    "PlantError",
    "SystemsError",
    "WorldExistsError",
    "WorldSummary",
    "make_world",
]
