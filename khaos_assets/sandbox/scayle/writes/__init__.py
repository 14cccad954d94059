"""The documented writes (contract scayle, 5): stock, prices, fulfilment, orders, warehouses, reservations, bulk.

Each is a function of one `Write` that says what it did. It is done once now and again on top of each later night, where
it must bear records that are gone or have moved on: there a refusal only means that nothing happens.
"""

from khaos_assets.sandbox.scayle.writes.desk import WRITE_SWITCHES, Writes

__all__ = ["WRITE_SWITCHES", "Writes"]
