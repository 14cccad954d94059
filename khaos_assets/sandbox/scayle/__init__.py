"""The SCAYLE Admin API as its contract says: catalogue, sellable stock, prices, orders, and their writes.

Here: `server` (one call from the gate to its answer), `routes` (which call a raw path is), `rates` (limits per scope),
`rows` and `holdings` (state), `lists` (pages and cursors), `catalogue`, `orders`, `reference` (reads), `answers`
(bodies and errors).
"""

from khaos_assets.sandbox.scayle.server import SWITCHES, app

BASE_PATH = "/api/admin/v1"
CREDENTIALS = ("access_token",)

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
