"""Instants are compared as instants, however a world spells them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khaos_assets.sandbox.wair.tables import STOCK, Table, instant, sortable
from khaos_assets.sandbox.world import WorldError

instants = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda d: d.replace(microsecond=d.microsecond // 1000 * 1000, tzinfo=UTC)
)


@given(instants, instants)
def test_sortable_text_has_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (sortable(instant(one)) < sortable(instant(other))) == (one < other)


@given(instants)
def test_the_short_way_and_the_long_way_agree(at: datetime) -> None:
    assert sortable(instant(at)) == sortable(at.isoformat()) == sortable(at.isoformat(" ").replace("+00:00", ""))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_instant_sorts_first(text: str) -> None:
    assert sortable(text) == ""


def test_a_planted_defect_keeps_its_place_in_the_list(tmp_path: Path) -> None:
    file = tmp_path / "stock.ndjson"
    file.write_text(
        '{"locationId":"L1","skuId":7,"onHand":"1,5","updatedAt":null}\n\n{"locationId":"L1","skuId":"6","_note":"x"}\n'
    )
    rows = Table.load(STOCK, file).rows
    assert [r.key for r in rows] == [("L1", "6"), ("L1", "7")]
    assert rows[1].line == b'{"locationId":"L1","skuId":7,"onHand":"1,5","updatedAt":null}'
    assert rows[0].line == b'{"locationId":"L1","skuId":"6"}'


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    file = tmp_path / "stock.ndjson"
    file.write_text('{"locationId":"L1"}\n{"loc\n')
    with pytest.raises(WorldError, match="line 2"):
        Table.load(STOCK, file)
