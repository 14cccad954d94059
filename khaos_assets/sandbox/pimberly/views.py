"""Fault switches that change rows: what products look like while they are on. What is really there stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.pimberly.rows import Row

Parameters = dict[str, Any]
View = Callable[[Sequence[Row], Parameters], list[Row]]

ROW_SWITCHES: dict[str, View] = {}


def seen_through(faults: Faults) -> list[tuple[str, Parameters, View]]:
    """The row switches that are on, in the order in which they are applied."""
    return [(name, p, view) for name, view in ROW_SWITCHES.items() for p in faults.every("pimberly", name)]
