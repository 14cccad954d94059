"""OroCommerce as its contract says: the back-office JSON:API over the rows of a world.

Here: `server` (paths), `tokens` (sign-in), `resources` (what there is), `queries`, `conditions`, `lists` (which rows
are asked for), `reads`, `tables` (rows), `documents`, `media`, `problems` (how answers look), `shop` (state), `views`,
`happenings` (faults in the rows), `routes`, `bodies`, `writes`, `creations`, `batches` (what changes rows).
"""

from khaos_assets.sandbox.orocommerce.routes import BASE_PATH
from khaos_assets.sandbox.orocommerce.server import SWITCHES, app

CREDENTIALS = ("client_id", "client_secret")

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
