"""Rows of Pimberly to products: what is a key, what is a time, what is an attribute, and what is set aside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from khaos_assets.systems.pimberly.decode import decode_products
from khaos_assets.systems.read import Decoded, LandedPage, WalkNotes

ROW: dict[str, Any] = {"id": "a", "primaryId": "SKU/1", "Title": "T"}


class Landed:
    """Landed pages, from rows."""

    def __init__(self, *pages: Sequence[dict[str, Any]], single: dict[str, Any] | None = None) -> None:
        bodies: list[Any] = [{"data": list(rows), "maxId": "z"} for rows in pages]
        parts = ["full"] * len(bodies)
        if single is not None:
            bodies.append(single)
            parts.append("single")
        self._bodies = [json.dumps(b).encode() for b in bodies]
        self.pages = [
            LandedPage(
                number=n, file="", operation="", selector="", asked={"part": part, "id": (single or {}).get("id")},
                sha256_received="", sha256_stored="", bytes_received=0,
            )
            for n, part in enumerate(parts, start=1)
        ]  # fmt: skip

    def body(self, page: LandedPage) -> bytes:
        return self._bodies[page.number - 1]

    def decoded(self, **facts: Any) -> Decoded:
        pages = [p.number for p in self.pages if p.asked["part"] == "full"]
        return decode_products(self, WalkNotes(facts={"pages": pages, **facts}))


def products(decoded: Decoded) -> list[dict[str, Any]]:
    table: Any = decoded.tables["products"]
    return table.to_pylist()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-19T00:00:00.000Z", datetime(2026, 11, 19, tzinfo=UTC)),
        ("2026-11-19T00:00:0.000Z", datetime(2026, 11, 19, tzinfo=UTC)),
        ("2026-11-19T7:5:3.120Z", datetime(2026, 11, 19, 7, 5, 3, 120000, tzinfo=UTC)),
        (None, None),
    ],
)
def test_sloppy_seconds_are_taken_and_an_absent_time_stays_absent(text: str | None, instant: datetime | None) -> None:
    (row,) = products(Landed([ROW | ({"dateUpdated": text} if text else {})]).decoded())
    assert row["date_updated"] == instant


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"primaryId": None}, "primaryId"),
        ({"primaryId": ["x"]}, "primaryId"),
        ({"dateUpdated": "2026-02-30T00:00:00.000Z"}, "dateUpdated"),
        ({"dateUpdated": "2026-11-19T00:00:00.000"}, "dateUpdated"),
        ({"dateCreated": 20261119}, "dateCreated"),
    ],
)
def test_a_broken_record_is_set_aside_by_its_id(broken: dict[str, Any], field: str) -> None:
    decoded = Landed([ROW | broken, ROW | {"id": "b"}]).decoded()
    assert [(q.key, q.key_readable, q.field) for q in decoded.quarantined] == [("a", True, field)]
    assert [p["id"] for p in products(decoded)] == ["b"]


def test_a_record_without_a_readable_id_is_named_by_its_place() -> None:
    decoded = Landed([ROW, ROW | {"id": 7}]).decoded()
    assert [(q.key, q.key_readable) for q in decoded.quarantined] == [("1:1", False)]


def test_everything_that_is_no_key_and_no_time_is_an_attribute() -> None:
    (row,) = products(
        Landed([{"_id": "a", "Primary ID": 7, "id": "own", "lifecycleStage": "Live", "RRP (ex vat)": 0.50}]).decoded()
    )
    assert (row["id"], row["primary_id"]) == ("a", "7")
    assert {a["name"]: a["value"] for a in row["attributes"]} == {
        "id": "own",
        "lifecycleStage": "Live",
        "RRP (ex vat)": "0.5",
    }


def test_a_row_that_two_stretches_show_counts_as_it_came_last() -> None:
    decoded = Landed([ROW], [ROW | {"Title": "New"}]).decoded()
    (row,) = products(decoded)
    assert row["attributes"] == [{"name": "Title", "kind": "text", "value": "New"}]


def test_a_single_answer_counts_only_where_the_walk_says_so() -> None:
    landed = Landed([ROW], single={"id": "b", "primaryId": "x", "Title": "T"})
    assert [p["id"] for p in products(landed.decoded())] == ["a"]
    assert [p["id"] for p in products(landed.decoded(single=["b"]))] == ["a", "b"]
    assert [p["id"] for p in products(landed.decoded(gone=["a"]))] == []


def test_rows_without_any_attribute_are_thin_and_prove_nothing() -> None:
    decoded = Landed([{"id": "a", "primaryId": "x"}]).decoded()
    assert [f.fault for f in decoded.faults] == ["thin_rows"]
