"""Two passes compared: which difference proves something against a list, and which does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from khaos_assets.systems.paging import Walked
from khaos_assets.systems.wair.passes import Difference, Pass, differences, instant, unseen
from khaos_assets.systems.wair.reads import STOCK

START = datetime(2026, 11, 20, 2, tzinfo=UTC)
BEFORE, AFTER = "2026-11-20T01:00:00.000Z", "2026-11-20T02:00:00.000Z"


def a_pass(*rows: tuple[str, str, int]) -> Pass:
    """(sku, change time, page)"""
    table = pa.table(
        {
            "location_id": pa.array(["LON"] * len(rows), pa.string()),
            "sku_id": pa.array([sku for sku, _, _ in rows], pa.string()),
            "updated": pa.array([at for _, at, _ in rows], pa.string()),
            "page": pa.array([page for _, _, page in rows], pa.int64()),
        }
    )
    return Pass(1, False, START, Walked(), table)


def test_two_passes_that_show_the_same_do_not_differ() -> None:
    one = a_pass(("A", BEFORE, 1), ("B", BEFORE, 1))
    assert differences(STOCK, one, a_pass(("B", BEFORE, 7), ("A", BEFORE, 8))) == []


def test_every_kind_of_difference_is_found_with_the_pages_that_show_it() -> None:
    one = a_pass(("A", BEFORE, 1), ("B", BEFORE, 1), ("C", BEFORE, 2), ("E", BEFORE, 2))
    two = a_pass(("B", AFTER, 4), ("C", BEFORE, 4), ("D", AFTER, 5), ("B", BEFORE, 3), ("E", BEFORE, 5))
    assert differences(STOCK, one, two) == [
        Difference("LON/A", BEFORE, None, ()),
        Difference("LON/B", BEFORE, AFTER, (3, 4)),
        Difference("LON/D", None, AFTER, (5,)),
    ]


def test_a_row_shown_twice_by_one_pass_counts_in_its_newest_version() -> None:
    one = a_pass(("A", BEFORE, 1), ("A", AFTER, 2))
    assert differences(STOCK, one, a_pass(("A", AFTER, 3))) == []


@pytest.mark.parametrize(
    ("before", "after", "explained"),
    [
        (None, AFTER, True),
        (BEFORE, AFTER, True),
        (None, BEFORE, False),
        (BEFORE, None, False),
        (AFTER, None, False),
        (AFTER, BEFORE, False),
        ("2026-11-20T03:00:00.000Z", AFTER, False),
        (BEFORE, "2026-11-20T01:30:00.000Z", False),
        (BEFORE, "not a time", False),
        ("not a time", None, True),
        (None, "2026-11-20T02:30:00.000", True),
    ],
)
def test_only_what_changed_since_the_first_pass_began_is_explained(
    before: str | None, after: str | None, explained: bool
) -> None:
    """A row that the later pass lacks is lost until a further pass says otherwise. One without a readable change time
    cannot stand in a list by change time, and is set aside anyway."""
    assert Difference("LON/A", before, after, ()).explained(START) is explained


def test_instants_have_a_zone() -> None:
    assert instant(AFTER) == START
    assert instant("2026-11-20T03:00:00+01:00") == START
    assert instant("2026-11-20T02:00:00") is None
    assert instant("") is None


def test_records_deleted_during_the_read_are_counted() -> None:
    early, one, two = a_pass(("A", BEFORE, 1), ("B", BEFORE, 1)), a_pass(("A", BEFORE, 2)), a_pass(("C", AFTER, 3))
    assert unseen(STOCK, [early], [one, two]) == 1
    assert unseen(STOCK, [], [one, two]) == 0
