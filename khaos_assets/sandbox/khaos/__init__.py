"""The Khaos Control simulator: a SOAP server over a world that behaves as the wire contract says, faults included.

Here: envelope, WSDL, XML vocabularies, reads, imports, the assumed write extension. Not here: the harness around it.
"""

from khaos_assets.sandbox.khaos.server import khaos_app
from khaos_assets.sandbox.khaos.switches import SWITCHES
from khaos_assets.sandbox.khaos.tls import tls_context

app = khaos_app
OPTIONAL_CREDENTIALS = ("username", "password")

__all__ = ["OPTIONAL_CREDENTIALS", "SWITCHES", "app", "khaos_app", "tls_context"]
