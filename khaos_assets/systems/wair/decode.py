"""From landed pages to records: the newest version of each key, and what broke the contract set aside. Pure."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.arrow import next_greater
from khaos_assets.systems.json_columns import Broken
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes
from khaos_assets.systems.wair.feed import Feed
from khaos_assets.systems.wire import arrow_schema

LONGEST_RAW = 2000
TWO_CONTENTS = "one identity with two contents at one change time"


def decode(feed: Feed, pages: Pages, notes: WalkNotes) -> Decoded:
    """The records of the believed pass, overlaid with what changed while it was read (`notes.facts`)."""
    by_number = {p.number: p for p in pages.pages}
    ordered = [by_number[n] for n in (*notes.facts["pages"], *notes.facts["overlay"])]
    tables: list[pa.Table] = []
    quarantined: dict[str, Quarantined] = {}
    for number, page in enumerate(ordered, start=1):
        table, broken = feed.decoder.decode(pages.body(page))
        # neighbouring pages share a row: the same record is taken, or set aside, once
        shown = tables and tables[-1].slice(max(0, tables[-1].num_rows - 1)).equals(table.slice(0, 1))
        tables.append(table.slice(1) if shown else table)
        for one in broken:
            quarantined.setdefault(one.raw.decode(errors="replace"), _set_aside(feed, number, one))
    records = pa.concat_tables(tables) if tables else arrow_schema(feed.record).empty_table()
    records, twofold = newest_versions(records, feed)
    aside = [*quarantined.values(), *twofold]
    if aside:
        records = records.filter(
            pc.invert(pc.is_in(key_texts(records, feed), pa.array(sorted({q.key for q in aside}))))
        )
    return Decoded(tables={feed.entity: records}, quarantined=_once_per_key(aside))


def newest_versions(records: pa.Table, feed: Feed) -> tuple[pa.Table, list[Quarantined]]:
    """One record per key, the one changed last; keys with two contents at one change time apart."""
    greater, equal = next_greater(records, feed.columns)
    older_follows = pc.and_(equal, pc.less(*_neighbours(records["updated_at"])[::-1]))
    if not pc.all(pc.or_(greater, equal)).as_py() or pc.any(older_follows).as_py():
        records = records.sort_by([(name, "ascending") for name in (*feed.columns, "updated_at")])
        _, equal = next_greater(records, feed.columns)
    if not pc.any(equal).as_py():
        return records, []
    same_time = pc.and_(equal, pc.equal(*_neighbours(records["updated_at"])))
    rows = pc.indices_nonzero(same_time)
    here, following = records.take(rows), records.take(pc.add(rows, 1))
    twofold = [
        Quarantined(
            key="/".join(a[c] for c in feed.columns),
            key_readable=True,
            page=0,
            row=0,
            field="(record)",
            reason=TWO_CONTENTS,
            raw=f"{a} / {b}"[:LONGEST_RAW],
        )
        for a, b in zip(here.to_pylist(), following.to_pylist(), strict=True)
        if a != b
    ]
    last_of_key = pa.concat_arrays([pc.invert(equal), pa.array([True])])
    return records.filter(last_of_key), twofold


def key_texts(records: pa.Table, feed: Feed) -> pa.ChunkedArray:
    """The source key of each record."""
    columns = [records[c] for c in feed.columns]
    return pc.binary_join_element_wise(*columns, "/") if len(columns) > 1 else columns[0]


def _neighbours(column: pa.ChunkedArray) -> tuple[pa.Array, pa.Array]:
    whole = column.combine_chunks()
    size = max(0, len(whole) - 1)
    return whole.slice(0, size), whole.slice(1)


def _set_aside(feed: Feed, page: int, broken: Broken) -> Quarantined:
    key = feed.key_of(broken.raw)
    return Quarantined(
        key="/".join(key) if key is not None else f"{page}:{broken.row}",
        key_readable=key is not None,
        page=page,
        row=broken.row,
        field=broken.field,
        reason=broken.reason,
        raw=broken.raw.decode(errors="replace")[:LONGEST_RAW],
    )


def _once_per_key(aside: list[Quarantined]) -> list[Quarantined]:
    first: dict[str, Quarantined] = {}
    for one in aside:
        first.setdefault(one.key, one)
    return list(first.values())
