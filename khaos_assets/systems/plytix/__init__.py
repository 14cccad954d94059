"""Plytix: products, variants, families and bundles of a product information system (API v1).

It has no price, stock or order: such values exist only as the customer's own attributes. How it is asked and what its
answers prove: `client.py` and `listing.py`; the reads: `reads.py`.
"""
