"""OroCommerce: products, stock by unit, orders with their lines and subtotals, trackings, customers, prices.

One list of resources behind one JSON:API. What is asked and kept of each stands in `records.py` and `resources.py`;
nearly all are walked by their numeric id (`keyset.py`, `walk.py`).
"""
