"""WAIR For Retail: store stock, dispatches, items with body map, transfers in transit."""
