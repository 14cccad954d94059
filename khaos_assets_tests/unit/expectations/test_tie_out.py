"""No figure leaves a night whose two counts disagree."""

from pathlib import Path

import pytest

from khaos_assets.config import Store
from khaos_assets.expectations.tie_out import TieOutError, count
from khaos_assets.warehouse.database import open_warehouse
from khaos_assets_tests.unit.expectations.nights import NIGHT, Found, warehouse

PAIR = ("STK-01", "wair>khaos")


def test_open_expected_and_suppressed_rows_together_are_what_the_population_flags(tmp_path: Path) -> None:
    store = Store(tmp_path)
    found = [Found("STK-01", "A"), Found("STK-01", "B", "expected"), Found("STK-01", "C", "suppressed")]
    warehouse(store, holding={PAIR: 7}, found=found)
    with open_warehouse(store, read_only=True) as db:
        tally = count(db, NIGHT)[PAIR]
    assert (tally.compared, tally.flagged, tally.open, tally.expected, tally.suppressed) == (10, 3, 1, 1, 1)


@pytest.mark.parametrize(
    ("population", "found", "words"),
    [
        ([("STK-01", "wair>khaos", "A", False)], [], "STK-01 wair>khaos: the population has 1 rows"),
        ([("STK-01", "wair>khaos", "A", True)], [Found("STK-01", "A")], "1 open + 0 expected + 0 suppressed = 1"),
        ([], [Found("ORD-05", "O1", "expected")], "ORD-05 wair>khaos: the population has 0 rows"),
        ([("STK-01", "wair>khaos", "A", False)], [Found("STK-01", "A", "closed")], "some in no known state"),
        (
            [("STK-06", "khaos", "A", False)],
            [Found("STK-06", "A", systems="wair")],
            "STK-06 wair: the population has 0 rows",
        ),
    ],
    ids=["difference never written", "row never compared", "no population at all", "unknown state", "wrong pair"],
)
def test_one_row_too_few_or_too_many_stops_the_night_and_names_both_numbers(
    tmp_path: Path, population: list[tuple[str, str, str, bool | None]], found: list[Found], words: str
) -> None:
    store = Store(tmp_path)
    warehouse(store, population=population, found=found)
    with open_warehouse(store, read_only=True) as db, pytest.raises(TieOutError) as error:
        count(db, NIGHT)
    assert words in str(error.value)
    assert str(NIGHT) in str(error.value)


def test_things_outside_a_population_are_not_counted_as_compared(tmp_path: Path) -> None:
    store = Store(tmp_path)
    warehouse(store, population=[("STK-01", "wair>khaos", "A", None), ("STK-01", "wair>khaos", "B", True)])
    with open_warehouse(store, read_only=True) as db:
        assert count(db, NIGHT)[PAIR].compared == 1
