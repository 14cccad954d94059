"""Rows of landed pages as records.

What stands around a record on the wire and not in it (whose stock, whose variants) is put in front of it before it is
decoded, under a name that the wire does not use.
"""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.json_columns import NOT_JSON, Broken, ColumnDecoder
from khaos_assets.systems.read import Decoded, Pages, Quarantined, WalkNotes
from khaos_assets.systems.scayle.bundles import bundled
from khaos_assets.systems.scayle.walk.lists import read_envelope
from khaos_assets.systems.wire import Record, arrow_schema

LONGEST_RAW = 2000
AT_ONCE = 5000
"""Records decoded in one go."""

Row = tuple[int, int, bytes]
"""Page, row in the page, and the record's text."""


def decode_rows(
    rows: Iterable[Row], table: str, record: type[Record], key: Sequence[str], *, later_counts: bool = False
) -> Decoded:
    """The records of these rows and those that broke the contract.

    One key with two contents breaks it too, unless `later_counts`: a list that moves may show a row again, changed.
    """
    tables: list[pa.Table] = []
    aside: dict[str, Quarantined] = {}
    for block in _blocks(rows):
        good, broken = _decoder(record).decode(b'{"rows":[' + b",".join(raw for _, _, raw in block) + b"]}")
        tables.append(good)
        for one in broken:
            set_aside = _quarantined(block[one.row], one, record, key)
            aside.setdefault(set_aside.key, set_aside)
    records = pa.concat_tables(tables) if tables else arrow_schema(record).empty_table()
    records, repeated = _last_of_each(records, key)
    if not later_counts:
        for one in _twofold(repeated, records, key):
            aside.setdefault(one.key, one)
    if aside:
        keys = pc.binary_join_element_wise(*(pc.fill_null(records[k].cast(pa.string()), "") for k in key), "/")
        records = records.filter(pc.invert(pc.is_in(keys, pa.array(sorted(aside)))))
    return Decoded({table: records}, list(aside.values()))


def believed_rows(pages: Pages, notes: WalkNotes) -> Iterator[Row]:
    """The rows of the list pages that count, in the order of the list."""
    by_number = {p.number: p for p in pages.pages}
    for number in notes.facts.get("pages", ()):
        page = by_number[number]
        for row, raw in enumerate(read_envelope(pages.body(page)).entities):
            yield number, row, bytes(raw)


def answered_rows(pages: Pages, name: str) -> Iterator[Row]:
    """The rows of every owner's list, each with its owner's id under `name`."""
    for page, answer in bundled(pages):
        if bytes(answer.body) != b"null":
            for row, raw in enumerate(read_envelope(bytes(answer.body)).entities):
                yield page.number, row, with_field(bytes(raw), name, answer.key)


def with_field(raw: bytes, name: str, value: int | str) -> bytes:
    """A JSON object with one more field in front. Anything but an object stays as it is, and breaks the contract."""
    text = raw.lstrip()
    if not text.startswith(b"{"):
        return raw
    rest = text[1:].lstrip()
    comma = b"" if rest.startswith(b"}") else b","
    return b'{"' + name.encode() + b'":' + msgspec.json.encode(value) + comma + rest


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while block := list(islice(waiting, AT_ONCE)):
        yield block


@cache
def _decoder(record: type[Record]) -> ColumnDecoder:
    return ColumnDecoder(record, "rows")


def _last_of_each(records: pa.Table, key: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """The row of each key that was landed last, and the earlier ones."""
    numbers = pa.array(range(records.num_rows), pa.int64())
    last = (
        pa.table([records[k] for k in key], names=list(key))
        .append_column("number", numbers)
        .group_by(list(key), use_threads=False)
        .aggregate([("number", "max")])["number_max"]
    )
    if len(last) == records.num_rows:
        return records, records.slice(0, 0)
    is_last = pc.is_in(numbers, last)
    return records.filter(is_last), records.filter(pc.invert(is_last))


def _twofold(repeated: pa.Table, records: pa.Table, key: Sequence[str]) -> Iterator[Quarantined]:
    """Keys that came with several contents."""
    if repeated.num_rows == 0:
        return
    keys = {tuple(row[k] for k in key) for row in repeated.select(list(key)).to_pylist()}
    counted = {tuple(row[k] for k in key): row for row in records.to_pylist() if tuple(row[k] for k in key) in keys}
    for row in repeated.to_pylist():
        other = counted[tuple(row[k] for k in key)]
        if row != other:
            yield Quarantined(
                key="/".join("" if row[k] is None else str(row[k]) for k in key),
                key_readable=True,
                page=0,
                row=0,
                field="(record)",
                reason="one identity with two contents",
                raw=f"{row} / {other}"[:LONGEST_RAW],
            )


def _quarantined(at: Row, broken: Broken, record: type[Record], key: Sequence[str]) -> Quarantined:
    page, row, raw = at
    source_key = _source_key(raw, record, key)
    return Quarantined(
        key=source_key or f"{page}:{row}",
        key_readable=source_key is not None,
        page=page,
        row=row,
        field=broken.field,
        reason=broken.reason,
        raw=raw.decode(errors="replace")[:LONGEST_RAW],
    )


@cache
def _key_only(record: type[Record], key: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Reads nothing but the key, as strictly as the record does."""
    hints = get_type_hints(record)
    fields = {f.name: f for f in msgspec.structs.fields(record)}
    shape = [(k, hints[k]) if fields[k].required else (k, hints[k], fields[k].default) for k in key]
    return msgspec.json.Decoder(msgspec.defstruct("KeyOnly", shape, rename={k: fields[k].encode_name for k in key}))


def _source_key(raw: bytes, record: type[Record], key: Sequence[str]) -> str | None:
    try:
        row = _key_only(record, tuple(key)).decode(raw)
    except NOT_JSON:
        return None
    return "/".join("" if getattr(row, k) is None else str(getattr(row, k)) for k in key)
