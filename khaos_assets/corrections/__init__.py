"""Putting things right: plan, approve, apply, verify.

A plan is a document whose name is its hash; an approval is of that hash. What is applied stands in the ledger before it
is sent. Here: what is written, when, and what is known of it afterwards. Not here: the wire calls
(`systems/<name>/writes.py`), what a difference is (`rules/`). What is promised stands in docs/corrections.md.
"""

from __future__ import annotations


class CorrectionError(Exception):
    """What was asked for cannot be done; the text says why and what to do instead."""
