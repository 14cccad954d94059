"""Which code is planted by which function."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from khaos_assets.sandbox.worlds.plant.field import Field

Planter = Callable[["Field", int], None]
SystemPlanter = Callable[["Field", str, int], None]


@dataclass(frozen=True)
class Plant:
    """One way to plant a code: its function, usual number, the nights and systems it needs; scarce subjects first."""

    name: str
    function: Planter
    usual: int
    nights: int
    order: int
    needs: frozenset[str]


PLANTS: dict[str, list[Plant]] = {}


def plants(
    code: str, *, usual: int, nights: int = 1, order: int = 5, needs: Iterable[str] = ("wair",)
) -> Callable[[Planter], Planter]:
    """Mark a function as one that plants `code` in worlds with all systems it `needs`. A lower `order` chooses its
    subjects earlier. A code may have several: what is asked of it is shared out among those that the world allows."""

    def mark(function: Planter) -> Planter:
        way = Plant(function.__name__, function, usual, nights, order, frozenset(needs))
        PLANTS.setdefault(code, []).append(way)
        return function

    return mark


def plants_in(
    code: str, systems: Iterable[str], *, usual: int, nights: int = 1, order: int = 5, needs: Iterable[str] = ()
) -> Callable[[SystemPlanter], SystemPlanter]:
    """The same for a function that plants `code` in one system, the same way in each of these; `needs` beside it."""

    def mark(function: SystemPlanter) -> SystemPlanter:
        for system in systems:
            name = f"{function.__name__}/{system}"
            way = Plant(name, partial(_in_system, function, system), usual, nights, order, frozenset([system, *needs]))
            PLANTS.setdefault(code, []).append(way)
        return function

    return mark


def _in_system(function: SystemPlanter, system: str, field: Field, n: int) -> None:
    function(field, system, n)


def plantable(code: str, systems: Iterable[str]) -> list[Plant]:
    """The ways to plant a code in a world of these systems, in the order in which they were written."""
    there = frozenset(systems)
    return [p for p in PLANTS.get(code, []) if p.needs <= there]
