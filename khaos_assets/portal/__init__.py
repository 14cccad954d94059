"""The portal: what business people see of the nights, decide and download, in a browser.

It reads published copies and the ledger, never the warehouse's own file, and imports no Dagster.
"""
