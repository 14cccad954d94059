"""The SCAYLE Admin API as its contract says: catalogue, sellable stock, prices, orders, and their writes.

Here: `server` (one call from the gate to its answer), `routes` and `calls` (what a raw path names), `rates` (limits per
scope), `rows`, `variants`, `holdings` (state), `lists` (pages and cursors), `reads` (`catalogue`, `orders`,
`reference`), `views`, `walks`, `edits`, `money_edits` (switches that change what is shown), `write`, `bodies`,
`order_states` and `writes/`, `webhooks`, `delegation`, `outbox` (calls that SCAYLE makes), `answers` (errors).
"""

from khaos_assets.sandbox.scayle.server import SWITCHES, app

BASE_PATH = "/api/admin/v1"
CREDENTIALS = ("access_token",)

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
