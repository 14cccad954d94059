"""JSON arrays of records straight to Arrow columns, as strictly as the record type says and without a float in between.

Strings, booleans and shapes are checked by msgspec while it reads; numbers of units and money are kept as their text,
checked by a grammar and cast to DECIMAL; instants must carry a zone. A record that breaks a rule is set aside with
field and reason, and the rest of its page goes on. An object of arbitrary names is a `list[Attribute]` in the record.

Plain records that are all laid out alike become columns without an object for any value (`json_layout.py`): a third of
the time. A page with anything else in it is read record by record, and so is one that breaks a rule.

Not here: what a record means, its key, paging.
"""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.attributes import Attribute, attribute_lists
from khaos_assets.systems.json_layout import laid_out_alike
from khaos_assets.systems.json_values import PLAIN, FieldBroken, column_of_texts, dates, decimals, instants
from khaos_assets.systems.wire import Record, arrow_schema, arrow_type, places_of, unwrapped

NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError)
"""What msgspec raises for a text that is not JSON, not the JSON that was declared, or not UTF-8."""


@dataclass(frozen=True)
class Broken:
    """A record that was set aside: its row in the page (from 0), the field, why, and its text."""

    row: int
    field: str
    reason: str
    raw: bytes


class ColumnDecoder:
    """Decodes bodies of the form {"<array>": [record, …], …} to tables with the columns of one record type."""

    def __init__(self, record: type[Record], array: str) -> None:
        self._record = record
        self._schema = arrow_schema(record)
        wire = wire_struct(record)
        self._envelope = msgspec.json.Decoder(
            msgspec.defstruct("Envelope", [("rows", list[wire])], rename={"rows": array})
        )
        self._raws = msgspec.json.Decoder(
            msgspec.defstruct("RawEnvelope", [("rows", list[msgspec.Raw])], rename={"rows": array})
        )
        self._rows = msgspec.json.Decoder(list[wire])
        self._array = msgspec.json.Decoder(
            msgspec.defstruct("ArrayEnvelope", [("rows", msgspec.Raw)], rename={"rows": array})
        )
        self._plain = all(unwrapped(hint)[0] in PLAIN for _, _, hint in _fields(record))

    def decode(self, body: bytes) -> tuple[pa.Table, list[Broken]]:
        """The good records in the order of the page, and those set aside. Raises one of NOT_JSON."""
        try:
            alike = self._alike(body) if self._plain else None
            return (self._table(self._envelope.decode(body).rows) if alike is None else alike), []
        except (*NOT_JSON, FieldBroken):
            raws = [bytes(raw) for raw in self._raws.decode(body).rows]
            tables: list[pa.Table] = []
            broken: list[Broken] = []
            self._halve(raws, 0, tables, broken)
            return pa.concat_tables(tables) if tables else self._schema.empty_table(), broken

    def _alike(self, body: bytes) -> pa.Table | None:
        """All records, where they are laid out alike."""
        fields = _fields(self._record)
        texts = laid_out_alike(bytes(self._array.decode(body).rows), {wire_name for _, wire_name, _ in fields})
        if texts is None:
            return None
        columns = [column_of_texts(texts[wire_name], hint, wire_name) for _, wire_name, hint in fields]
        return pa.Table.from_arrays(columns, schema=self._schema)

    def _halve(self, raws: list[bytes], at: int, tables: list[pa.Table], broken: list[Broken]) -> None:
        """Decode as many as possible at once: a page with few bad records costs little more than a good one."""
        if not raws:
            return
        try:
            tables.append(self._table(self._rows.decode(b"[" + b",".join(raws) + b"]")))
        except (*NOT_JSON, FieldBroken) as e:
            if len(raws) == 1:
                field, reason = _where(e)
                broken.append(Broken(at, field, reason, raws[0]))
                return
            middle = len(raws) // 2
            self._halve(raws[:middle], at, tables, broken)
            self._halve(raws[middle:], at + middle, tables, broken)

    def _table(self, rows: Sequence[Any]) -> pa.Table:
        values = {name: list(map(attrgetter(name), rows)) for name in self._schema.names}
        return pa.Table.from_arrays(_columns(values, self._record), schema=self._schema)


def record_table(values: Mapping[str, list[Any]], record: type[Record]) -> pa.Table:
    """The columns of a record from the values of its fields, as `wire_struct` reads them. Raises FieldBroken."""
    return pa.Table.from_arrays(_columns(values, record), schema=arrow_schema(record))


def wire_struct(record: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The type that msgspec reads: decimals as raw JSON, instants and dates as text, everything else as declared."""
    hints = get_type_hints(record, include_extras=True)
    fields = msgspec.structs.fields(record)
    return msgspec.defstruct(
        f"{record.__name__}Wire",
        [(f.name, _wire_type(hints[f.name]), *_default(f)) for f in fields],
        rename={f.name: f.encode_name for f in fields},
        kw_only=True,
        gc=False,
    )


def _default(field: msgspec.structs.FieldInfo) -> list[Any]:
    """What stands for a field that is absent; nothing where it must be there."""
    if field.default_factory is not msgspec.NODEFAULT:
        return [msgspec.field(default_factory=field.default_factory)]
    return [] if field.default is msgspec.NODEFAULT else [field.default]


def _wire_type(annotation: Any) -> Any:
    inner, optional = unwrapped(annotation)
    if inner is Decimal:
        return msgspec.Raw
    origin = get_origin(inner)
    if inner in (datetime, date):
        wire: Any = str
    elif origin is list:
        (item,) = get_args(inner)
        wire = dict[str, msgspec.Raw] if item is Attribute else list[_wire_type(item)]
    elif isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        wire = wire_struct(inner)
    else:
        wire = inner
    return wire | None if optional else wire


def _columns(values: Mapping[str, list[Any]], record: type[msgspec.Struct], prefix: str = "") -> list[pa.Array]:
    """A column per field, from its values by field name."""
    return [_column(values[name], hint, prefix + wire_name) for name, wire_name, hint in _fields(record)]


@cache
def _fields(record: type[msgspec.Struct]) -> list[tuple[str, str, Any]]:
    """Name, wire name and type of each field."""
    hints = get_type_hints(record, include_extras=True)
    return [(f.name, f.encode_name, hints[f.name]) for f in msgspec.structs.fields(record)]


def _column(values: list[Any], annotation: Any, field: str) -> pa.Array:
    inner, optional = unwrapped(annotation)
    if inner is Decimal:
        return decimals(_raw_texts(values, optional), places_of(annotation), field)
    if inner is datetime:
        return instants(pa.array(values, pa.string()), field)
    if inner is date:
        return dates(pa.array(values, pa.string()), field)
    if get_origin(inner) is list:
        (item,) = get_args(inner)
        if item is Attribute:
            return attribute_lists(values).cast(arrow_type(inner))
        lengths = accumulate((0 if v is None else len(v) for v in values), initial=0)
        flat = _column(list(chain.from_iterable(v for v in values if v is not None)), item, field)
        absent = pa.array([v is None for v in values], pa.bool_())
        return pa.ListArray.from_arrays(pa.array(lengths, pa.int32()), flat, type=arrow_type(inner), mask=absent)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        absent = pa.array([v is None for v in values], pa.bool_())
        parts = {n: [None if v is None else getattr(v, n) for v in values] for n, _, _ in _fields(inner)}
        return pa.StructArray.from_arrays(
            _columns(parts, inner, f"{field}."), fields=list(arrow_schema(inner)), mask=absent
        )
    try:
        return pa.array(values, arrow_type(inner))
    except OverflowError as e:
        raise FieldBroken(field, "a whole number of more than 64 bits") from e


def _raw_texts(values: list[Any], optional: bool) -> pa.Array:
    """Raw JSON as text, null where it is absent or (if `optional`) null."""
    if not optional and values:
        with suppress(TypeError):  # a None among them
            # Joined and split again: a third of the time that an object for each value takes.
            texts = pc.split_pattern(pa.array([b"\n".join(values)], pa.string()), "\n").flatten()
            if len(texts) == len(values):  # else one of them has a line break, and is no number
                return texts
    found = (None if v is None else bytes(v) for v in values)
    return pa.array([None if optional and text == b"null" else text for text in found], pa.string())


def _where(error: Exception) -> tuple[str, str]:
    """Field and reason; msgspec's say "Expected `str`, got `null` - at `$[0].lines[0].skuId`"."""
    if isinstance(error, FieldBroken):
        return error.field, error.reason
    if isinstance(error, UnicodeDecodeError):
        return "(record)", "text that is not UTF-8"
    reason, _, path = str(error).partition(" - at ")
    steps = re.sub(r"\[\.\.\.\]|\[\d+\]", "", path.strip("`")).lstrip("$").lstrip(".")
    missing = re.search(r"missing required field `([^`]+)`", reason)
    field = ".".join(part for part in (steps, missing.group(1) if missing else "") if part)
    return field or "(record)", reason.replace("`", "")
