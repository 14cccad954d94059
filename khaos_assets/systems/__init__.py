"""Talking to the systems. One folder per system, the same files in each; transport and paging are shared.

A system's folder holds: `settings.py` (its section of merchant.toml), `client.py` (how it is asked), `records.py` (its
wire records, strictly typed), `reads.py` (which snapshots it offers, how each is walked and proven: `SYSTEM`),
`conform/*.sql` (its records in the words of the warehouse) and `contract.toml` (what their values must be; optional).
`read.installed_systems()` finds the folders.
"""
