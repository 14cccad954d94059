"""From landed pages to records: the newest version of each key, and one identity with two contents set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.wair.decode import TWO_CONTENTS, newest_versions
from khaos_assets.systems.wair.reads import STOCK
from khaos_assets.systems.wair.records import Stock

AT = datetime(2026, 11, 20, tzinfo=UTC)


def row(sku: str, units: int = 1, minute: int = 0) -> Stock:
    return Stock(
        location_id="LON", sku_id=sku, on_hand=Decimal(units), allocated=Decimal(0), available=Decimal(units),
        updated_at=AT + timedelta(minutes=minute),
    )  # fmt: skip


def newest(rows: Sequence[Stock]) -> tuple[list[tuple[str, int]], list[str]]:
    records, twofold = newest_versions(to_arrow(rows, Stock), STOCK)
    shown = zip(records["sku_id"].to_pylist(), records["on_hand"].to_pylist(), strict=True)
    return [(sku, int(units)) for sku, units in shown], [q.key for q in twofold]


def test_pages_that_share_a_row_give_it_once() -> None:
    assert newest([row("A"), row("B"), row("B"), row("C")]) == ([("A", 1), ("B", 1), ("C", 1)], [])


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_newest_version_counts_in_whatever_order_they_came(order: tuple[int, ...]) -> None:
    rows = [row("A", 5), row("B", 1), row("B", 2, minute=1), row("B", 3, minute=2)]
    assert newest([rows[n] for n in order]) == ([("A", 5), ("B", 3)], [])


def test_two_contents_at_one_change_time_are_set_aside() -> None:
    """Neither can be called the right one."""
    records, twofold = newest_versions(to_arrow([row("A"), row("B", 1), row("B", 2)], Stock), STOCK)
    assert [(q.key, q.reason, q.key_readable) for q in twofold] == [("LON/B", TWO_CONTENTS, True)]
    assert records.num_rows == 2


def test_none_and_one_record_are_records_too() -> None:
    assert newest([]) == ([], [])
    assert newest([row("A")]) == ([("A", 1)], [])
