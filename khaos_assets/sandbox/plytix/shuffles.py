"""Orders that are not kept: ties of an ordered search and the whole of an unordered one, another way at each request.

The same sequence of requests gives the same orders.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.products import Product


def shuffled(
    rows: Sequence[Product], order: str, faults: Faults, request: int, value: Callable[[Product], Any]
) -> Sequence[Product]:
    """The rows as `ties_shuffled` and `unordered_shuffled` leave them. `request` is the number of the search."""
    found = faults.take("plytix", "ties_shuffled" if order else "unordered_shuffled")
    if found is None:
        return rows
    dice = random.Random(f"{found.get('seed', 1)}/{request}")
    mixed: list[Product] = []
    for _, same in groupby(rows, key=value) if order else [("", rows)]:
        some = list(same)
        dice.shuffle(some)
        mixed += some
    return mixed
