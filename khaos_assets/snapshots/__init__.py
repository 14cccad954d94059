"""Landing raw pages, certificates, quarantine, Parquet.

Here: what happens to any system's answers between the socket and the warehouse, and the proof that they are complete.
Not here: how a system is asked or what its records mean (`systems/`).
"""
