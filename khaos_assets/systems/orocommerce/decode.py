"""From landed pages to records: those of the believed walk, each row once, what broke the contract set aside. Pure."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.arrow import next_greater
from khaos_assets.systems.json_columns import Broken
from khaos_assets.systems.orocommerce.resources import Page, Resource, numeric, row_key
from khaos_assets.systems.read import Decoded, LandedPage, Pages, Quarantined, WalkNotes
from khaos_assets.systems.wire import Record, arrow_schema

LONGEST_RAW = 2000
SEQUENCE = "sequence"
"""Column of the page, in the order of the walk, from which a row was taken."""


@dataclass(frozen=True)
class Gathered:
    """What stood in the pages of a walk. `rows`: the good ones with `sequence`, an id as often as it came."""

    rows: pa.Table
    pages: list[Page]
    aside: list[Quarantined]


def decode(entity: str, resource: Resource, pages: Pages, notes: WalkNotes) -> Decoded:
    """The records of a list that comes as it is kept."""
    gathered = gather(resource, pages, notes)
    return finish(entity, newest(gathered.rows).drop_columns([SEQUENCE]), gathered.aside)


def finish(entity: str, records: pa.Table, aside: Iterable[Quarantined]) -> Decoded:
    """Without the records of which some version was set aside."""
    once: dict[str, Quarantined] = {}
    for one in aside:
        once.setdefault(one.key, one)
    if once:
        records = records.filter(pc.invert(pc.is_in(records["id"], pa.array(sorted(once), pa.string()))))
    return Decoded(tables={entity: records}, quarantined=list(once.values()))


def gather(resource: Resource, pages: Pages, notes: WalkNotes, *, by_number: bool = True) -> Gathered:
    """The rows of the believed walk. `by_number`: ids are numbers, and count up to the highest one."""
    highest: int | None = notes.facts["highest"] if by_number else None
    keep = partial(_is_wanted, highest=highest)
    read: list[Page] = []
    aside: list[Quarantined] = []
    schema = arrow_schema(resource.shape.record).append(pa.field(SEQUENCE, pa.int64()))
    tables: list[pa.Table] = [schema.empty_table()]
    for sequence, landed in enumerate(believed(pages, notes.facts["pages"]), start=1):
        page = Page(pages.body(landed))
        read.append(page)
        wanted = [n for n, key in enumerate(page.keys) if keep(key)]
        table, broken = resource.shape.decode([page.rows[n] for n in wanted])
        aside += [set_aside(one, sequence, wanted[one.row]) for one in broken]
        tables.append(table.append_column(SEQUENCE, pa.repeat(sequence, table.num_rows)))
    rows = pa.concat_tables(tables)
    if highest is not None:
        rows, misnamed = _without_names(rows)
        aside += misnamed
    return Gathered(rows, read, aside)


def believed(pages: Pages, numbers: Sequence[int]) -> list[LandedPage]:
    """Landed pages by their numbers, in this order."""
    by_number = {p.number: p for p in pages.pages}
    return [by_number[n] for n in numbers]


def newest(rows: pa.Table) -> pa.Table:
    """Each id once: the version changed last; where that says nothing, the one of the later page. Ordered by id."""
    changed = ["updated_at"] if "updated_at" in rows.column_names else []
    ordered = rows.sort_by([(name, "ascending") for name in ("id", *changed, SEQUENCE)])
    if ordered.num_rows < 2:
        return ordered
    _, repeated = next_greater(ordered, ("id",))
    return ordered.filter(pa.concat_arrays([pc.invert(repeated), pa.array([True])]))


def set_aside(broken: Broken, page: int, row: int) -> Quarantined:
    """A row that broke its record's rules."""
    key = row_key(broken.raw)
    return Quarantined(
        key=key if key is not None else f"{page}:{row}",
        key_readable=key is not None,
        page=page,
        row=row,
        field=broken.field,
        reason=broken.reason,
        raw=broken.raw.decode(errors="replace")[:LONGEST_RAW],
    )


def incomplete(rows: pa.Table, field: str, reason: str) -> list[Quarantined]:
    """Rows that were good in themselves and lack what should have come with them."""
    return [
        Quarantined(
            key=row["id"], key_readable=True, page=row[SEQUENCE], row=0, field=field, reason=reason,
            raw=_text(row),
        )
        for row in rows.to_pylist()
    ]  # fmt: skip


def _text(row: dict[str, Any]) -> str:
    return msgspec.json.encode(row).decode()[:LONGEST_RAW]


def _is_wanted(key: str | None, *, highest: int | None) -> bool:
    """Rows that came into being during the walk lie above the highest id, and belong to the next night."""
    number = numeric(key)
    return highest is None or number is None or number <= highest


def _without_names(rows: pa.Table) -> tuple[pa.Table, list[Quarantined]]:
    """Rows whose id is no number do not stand in the order of the list: nothing proves that none is missing."""
    numbered = pc.match_substring_regex(rows["id"], "^[0-9]{1,19}$")
    if pc.all(numbered).as_py() is not False:
        return rows, []
    aside = [
        Quarantined(
            key=f"{row[SEQUENCE]}:{row['id']}", key_readable=False, page=row[SEQUENCE], row=0, field="id",
            reason="an id that is no number", raw=_text(row),
        )
        for row in rows.filter(pc.invert(numbered)).to_pylist()
    ]  # fmt: skip
    return rows.filter(numbered), aside


def as_record(rows: pa.Table, record: type[Record]) -> pa.Table:
    """The columns of a record, in their order."""
    return rows.select(arrow_schema(record).names).cast(arrow_schema(record))
