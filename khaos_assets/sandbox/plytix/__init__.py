"""Plytix, API v1, as its contract says: token endpoint and PIM on one address.

Here: `server` (paths, sign-in, limits), `tokens`, `limits`, `products` (rows), `search`, `filters`, `columns` (what a
search shows of a row), `definitions` (attributes of the account), `reads`, `views` (faults in the rows), `happenings`
(changes between pages), `writes/`, `holdings` (state), `answers` (bodies).
"""

from khaos_assets.sandbox.plytix.server import SWITCHES, app

BASE_PATH = ""
CREDENTIALS = ("api_key", "api_password")

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
