"""Batch reconciliation of Khaos Control with the systems that a UK retailer runs beside it."""
