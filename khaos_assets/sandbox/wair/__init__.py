"""WAIR For Retail as its contract says: the vendor's API, and the ASSUMED stock and dispatch feed beside it.

Here: `server` (paths, sign-in, transport faults), `tables` (rows in order), `views` (faults in the rows), `walks`
(faults in the paging), `reads`, `pushes` (documented writes), `extension` (assumed writes), `holdings` (state),
`answers` (bodies and their faults).
"""

from khaos_assets.sandbox.wair.server import SWITCHES, app

BASE_PATH = "/api/v1"
CREDENTIALS = ("tenant", "username", "password")

__all__ = ["BASE_PATH", "CREDENTIALS", "SWITCHES", "app"]
