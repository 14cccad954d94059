"""From landed pages to records: the newest content of each id, and what broke the contract set aside. Pure."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.json_columns import NOT_JSON, Broken, ColumnDecoder
from khaos_assets.systems.read import LandedPage, Pages, Quarantined, WalkNotes
from khaos_assets.systems.wire import Record, arrow_schema

LONGEST_RAW = 2000
SINGLE = "single"
"""The part of pages that hold one record, asked for by its id: they count for more than a list."""


class _Key(msgspec.Struct):
    id: str


_KEY = msgspec.json.Decoder(_Key)


def records(record: type[Record], pages: Pages, notes: WalkNotes) -> tuple[pa.Table, list[Quarantined]]:
    """One record per id, sorted: of the pages that `notes.facts` believes, and of single answers, which go before.

    Ids in `facts.gone` were not found when asked for, and are left out.
    """
    tables: list[pa.Table] = []
    aside: dict[str, Quarantined] = {}
    settled: set[str] = set()
    for rank, page in enumerate(_believed(pages, notes), start=1):
        table, broken = _decoder(record).decode(pages.body(page))
        singly = page.asked.get("part") == SINGLE
        if singly:
            table = _as_asked(table, notes)
            settled.update(table["id"].to_pylist())
        columns = {"singly": pa.repeat(singly, table.num_rows), "rank": pa.repeat(rank, table.num_rows)}
        for name, column in columns.items():
            table = table.append_column(name, column)
        tables.append(table)
        for one in broken:
            quarantined = _set_aside(page.number, one)
            aside[quarantined.key] = quarantined
    for key in settled:
        aside.pop(key, None)
    gone = pa.array(sorted({*notes.facts.get("gone", []), *aside}), pa.string())
    found = _last_of_each(tables, record)
    return found.filter(pc.invert(pc.is_in(found["id"], gone))), sorted(aside.values(), key=lambda q: q.key)


def _as_asked(table: pa.Table, notes: WalkNotes) -> pa.Table:
    """A single answer has everything; only what the list was asked for is kept, so that both give one content."""
    rows = table.to_pylist()
    wanted = {"attributes": set(notes.facts.get("labels", [])), "relationships": set(notes.facts.get("related", []))}
    for row in rows:
        for column, labels in wanted.items():
            if column in row:
                row[column] = [x for x in row[column] if _name_of(x) in labels]
    return pa.Table.from_pylist(rows, table.schema)


def _name_of(entry: dict[str, Any]) -> str | None:
    return entry["name"] if "name" in entry else entry["label"] or entry["relationship_label"]


def _believed(pages: Pages, notes: WalkNotes) -> Iterable[LandedPage]:
    believed = set(notes.facts.get("pages", []))
    return [p for p in pages.pages if p.number in believed or p.asked.get("part") == SINGLE]


def _last_of_each(tables: list[pa.Table], record: type[Record]) -> pa.Table:
    """The row of each id that counts: a single answer, else the one changed last, else the one that came last."""
    schema = arrow_schema(record)
    if not tables:
        return schema.empty_table()
    order = ["id", "singly", *(["modified"] if "modified" in schema.names else []), "rank"]
    rows = pa.concat_tables(tables).sort_by([(name, "ascending") for name in order])
    ids = rows["id"].combine_chunks()
    if len(ids) > 1:
        last = pa.concat_arrays([pc.not_equal(ids.slice(0, len(ids) - 1), ids.slice(1)), pa.array([True])])
        rows = rows.filter(last)
    return rows.select(schema.names)


@cache
def _decoder(record: type[Record]) -> ColumnDecoder:
    return ColumnDecoder(record, "data")


def _set_aside(page: int, broken: Broken) -> Quarantined:
    try:
        key = _KEY.decode(broken.raw).id
    except NOT_JSON:
        key = None
    return Quarantined(
        key=key if key is not None else f"{page}:{broken.row}",
        key_readable=key is not None,
        page=page,
        row=broken.row,
        field=broken.field,
        reason=broken.reason,
        raw=broken.raw.decode(errors="replace")[:LONGEST_RAW],
    )
