"""Pimberly: the product list and hierarchy that one API key shows, a feed's or a channel's.

How it is asked: `client.py`; what its cursor proves: `listing.py`; the reads: `reads.py`.
"""
