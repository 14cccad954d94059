"""OroCommerce as its contract says: the back-office JSON:API over the rows of a world.

Here: `server` (paths), `tokens` (sign-in), `resources` (what there is), `queries`, `conditions`, `lists` (which rows
are asked for), `reads`, `tables` (rows), `documents`, `media`, `problems` (how answers look), `shop` (state), `calls`
(faults of a call).
"""

from khaos_assets.sandbox.orocommerce.server import BASE_PATH, SWITCHES, app

CREDENTIALS = ("client_id", "client_secret")

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
