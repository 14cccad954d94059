"""Pimberly as its contract says: product list by cursor, single products, hierarchy, the few writes that are known.

Here: `server` (paths, key), `rows` (products in cursor order), `faces` (what a kind of key shows), `lists`, `filters`,
`singles` (one product and its kin), `views` (faults in the rows), `happenings` (changes between pages), `writes`,
`holdings` (state), `answers` (bodies).
"""

from khaos_assets.sandbox.pimberly.server import SWITCHES, app

BASE_PATH = "/api/v2.2"
CREDENTIALS = ("access_token",)

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
