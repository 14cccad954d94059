"""Windows: together they are the whole search, no product is in two, and each can be made small enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from khaos_assets.systems.plytix.search import Search
from khaos_assets.systems.plytix.windows import Window

NIGHT = date(2026, 11, 20)
STATUSES = ("Draft", "Completed", "Archived")


@dataclass(frozen=True)
class Product:
    created: date | None
    status: str
    variation: bool
    variations: bool

    def fits(self, condition: Any) -> bool:
        """As Plytix reads a condition; whole days only."""
        name, operator, value = condition["field"], condition["operator"], condition.get("value")
        if name == "created":
            if operator == "!exists":
                return self.created is None
            wanted = date.fromisoformat(value)
            return self.created is not None and (self.created >= wanted if operator == "gte" else self.created < wanted)
        if name == "status":
            return self.status == value if operator == "eq" else self.status not in value
        return {"_is_variation": self.variation, "_has_variations": self.variations}[name] is value


days = st.one_of(st.none(), st.dates(date(2005, 1, 1), NIGHT + timedelta(days=3)), st.just(date(2026, 11, 19)))
products = st.builds(Product, days, st.sampled_from([*STATUSES, "In review"]), st.booleans(), st.booleans())


def small_enough(window: Window, catalogue: list[Product], most: int) -> Iterator[Window]:
    """The windows that the walk ends up with; one that cannot be cut further is kept as it is."""
    met = [p for p in catalogue if all(p.fits(c) for c in window.narrowed.conditions)]
    smaller = window.split() if len(met) > most else []
    if not smaller:
        yield window
    for one in smaller:
        yield from small_enough(one, catalogue, most)


@settings(max_examples=60, deadline=None)
@given(st.lists(products, max_size=30), st.integers(1, 6))
def test_every_product_is_in_exactly_one_window(catalogue: list[Product], most: int) -> None:
    whole = Window(Search("/products/search"), NIGHT + timedelta(days=2), STATUSES)
    windows = list(small_enough(whole, catalogue, most))
    for product in catalogue:
        assert [all(product.fits(c) for c in w.narrowed.conditions) for w in windows].count(True) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(products, min_size=1, max_size=20))
def test_a_window_is_only_too_full_of_products_that_no_condition_tells_apart(catalogue: list[Product]) -> None:
    """The open ends of time are cut no further; everywhere else a day, a status and a kind are all that is left."""
    whole = Window(Search("/products/search"), NIGHT + timedelta(days=2), STATUSES)
    for window in small_enough(whole, catalogue, 1):
        met = [p for p in catalogue if all(p.fits(c) for c in window.narrowed.conditions)]
        alike = {
            (p.created, p.status if p.status in STATUSES else "", p.variation, p.variations)
            for p in met
            if p.created is None or date(2010, 1, 2) <= p.created < NIGHT
        }
        assert len(alike) <= 1
