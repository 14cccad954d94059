"""From landed pages to products: the newest content of each id, and what broke the contract set aside. Pure."""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.json_columns import NOT_JSON, record_table
from khaos_assets.systems.json_values import INSTANT, FieldBroken
from khaos_assets.systems.pimberly.pages import text_of
from khaos_assets.systems.pimberly.records import Product, ProductAsked
from khaos_assets.systems.read import Decoded, LandedPage, Pages, Quarantined, Reason, WalkNotes
from khaos_assets.systems.wire import arrow_schema

LONGEST_RAW = 2000
SLOPPY = re.compile(r"T(\d{1,2}):(\d{1,2}):(\d{1,2})(?=[.Z])")
"""Seconds such as `T00:00:0.000Z` come (contract, 2)."""
WHOLE = re.compile(INSTANT)

Row = dict[str, msgspec.Raw]

_ROWS = msgspec.json.Decoder(msgspec.defstruct("Rows", [("data", list[Row])]))
_RAWS = msgspec.json.Decoder(msgspec.defstruct("Raws", [("data", list[msgspec.Raw])]))
_ROW = msgspec.json.Decoder(Row)


class _Columns:
    """Values of products, column by column."""

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = {name: [] for name in Product.__struct_fields__}

    def add(self, row: Row) -> str:
        """Take one row in, and give its id. Raises FieldBroken, and then nothing was taken."""
        key, primary = key_of(row), primary_of(row)
        if key is None:
            raise FieldBroken("id", "neither id nor _id is a text")
        if primary is None:
            raise FieldBroken("primaryId", "neither primaryId nor Primary ID is a text or a number")
        changed, made = (_instant(row.get(name), name) for name in ("dateUpdated", "dateCreated"))
        for name in ("_id" if "_id" in row else "id", "primaryId", "Primary ID", "dateUpdated", "dateCreated"):
            row.pop(name, None)
        for name, value in zip(self.values, (key, primary, changed, made, row), strict=True):
            self.values[name].append(value)
        return key


def decode_products(pages: Pages, notes: WalkNotes) -> Decoded:
    """Products, the last content of each id, sorted; and those asked for one by one."""
    columns, aside = _Columns(), dict[str, Quarantined]()
    ranks: list[int] = []
    for rank, page in enumerate(_believed(pages, notes), start=1):
        for number, raw in enumerate(_rows(page, pages.body(page))):
            try:
                aside.pop(columns.add(_ROW.decode(raw) if isinstance(raw, msgspec.Raw) else raw), None)
                ranks.append(rank)
            except (FieldBroken, *NOT_JSON) as e:
                quarantined = _set_aside(page.number, number, raw, e)
                aside[quarantined.key] = quarantined
    found = _last_of_each(record_table(columns.values, Product), ranks)
    gone = pa.array(sorted({*notes.facts.get("gone", []), *aside}), pa.string())
    asked = [
        ProductAsked(
            id=a["id"], primary_id=a["primary_id"], found=a["found"], missing_since=date.fromisoformat(a["since"])
        )
        for a in notes.facts.get("asked", [])
    ]
    products = found.filter(pc.invert(pc.is_in(found["id"], gone)))
    thin = products.num_rows > 0 and not any(columns.values["attributes"])
    return Decoded(
        tables={"products": products, "products_asked": asked},
        quarantined=sorted(aside.values(), key=lambda q: q.key),
        faults=[Reason(fault="thin_rows", detail="no row has an attribute: identifiers only")] if thin else [],
    )


def key_of(row: Row) -> str | None:
    """The internal id: `_id` in channel and core replies, `id` in those of a feed."""
    raw = bytes(row.get("_id") or row.get("id") or b"")
    return msgspec.json.decode(raw, type=str) if raw[:1] == b'"' else None


def primary_of(row: Row) -> str | None:
    """The business key as text: `primaryId` of a feed, `Primary ID` of a channel."""
    return text_of(bytes(row.get("primaryId") or row.get("Primary ID") or b""))


def _instant(value: msgspec.Raw | None, field: str) -> str | None:
    if value is None or (raw := bytes(value)) == b"null":
        return None
    text = raw[1:-1].decode() if raw[:1] == b'"' else raw.decode()
    whole = text if WHOLE.match(text) else SLOPPY.sub(_two_digits, text)
    try:
        if WHOLE.match(whole) and datetime.fromisoformat(whole):
            return whole
    except ValueError:
        pass
    raise FieldBroken(field, f"{text[:40]!r} is not an instant with its zone")


def _two_digits(time: re.Match[str]) -> str:
    return "T" + ":".join(part.zfill(2) for part in time.groups())


def _believed(pages: Pages, notes: WalkNotes) -> Iterable[LandedPage]:
    believed = {*notes.facts["pages"]}
    singly = {*notes.facts.get("single", [])}
    return [
        p
        for p in pages.pages
        if p.number in believed or (p.asked.get("part") == "single" and p.asked.get("id") in singly)
    ]


def _rows(page: LandedPage, body: bytes) -> Iterable[Row | msgspec.Raw]:
    if page.asked.get("part") == "single":
        return [msgspec.Raw(body)]
    try:
        return _ROWS.decode(body).data
    except NOT_JSON:
        return _RAWS.decode(body).data


def _last_of_each(rows: pa.Table, ranks: list[int]) -> pa.Table:
    """The row of each id that came last: two stretches of the list may both show it."""
    rows = rows.append_column("rank", pa.array(ranks, pa.int64()))
    rows = rows.sort_by([(name, "ascending") for name in ("id", "rank")])
    ids = rows["id"].combine_chunks()
    if len(ids) > 1:
        last = pa.concat_arrays([pc.not_equal(ids.slice(0, len(ids) - 1), ids.slice(1)), pa.array([True])])
        rows = rows.filter(last)
    return rows.select(arrow_schema(Product).names)


def _set_aside(page: int, row: int, raw: Row | msgspec.Raw, error: Exception) -> Quarantined:
    text = bytes(raw) if isinstance(raw, msgspec.Raw) else msgspec.json.encode(raw)
    try:
        key = key_of(_ROW.decode(text))
    except NOT_JSON:
        key = None
    return Quarantined(
        key=key if key is not None else f"{page}:{row}",
        key_readable=key is not None,
        page=page,
        row=row,
        field=error.field if isinstance(error, FieldBroken) else "(record)",
        reason=error.reason if isinstance(error, FieldBroken) else str(error),
        raw=text.decode(errors="replace")[:LONGEST_RAW],
    )
