"""Fault switches that change rows: what products look like while they are on. The account itself stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.plytix.products import Product

Parameters = dict[str, Any]
View = Callable[[Sequence[Product], Parameters, datetime], list[Product]]

ROW_SWITCHES: dict[str, View] = {}


def seen_through(faults: Faults) -> list[tuple[str, Parameters, View]]:
    """The row switches that are on, in the order in which they are applied."""
    return [(name, p, view) for name, view in ROW_SWITCHES.items() for p in faults.every("plytix", name)]
