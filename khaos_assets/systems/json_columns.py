"""JSON arrays of records straight to Arrow columns, as strictly as the record type says and without a float in between.

Strings, booleans and shapes are checked by msgspec while it reads; numbers of units and money are kept as their text,
checked by a grammar and cast to DECIMAL; instants must carry a zone. A record that breaks a rule is set aside with
field and reason, and the rest of its page goes on. An object of arbitrary names is a `list[Attribute]` in the record.

Not here: what a record means, its key, paging.
"""
# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.attributes import Attribute, attribute_lists
from khaos_assets.systems.wire import Record, arrow_schema, arrow_type, places_of

INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError)
"""What msgspec raises for a text that is not JSON, not the JSON that was declared, or not UTF-8."""
WHOLE_DIGITS = 28
"""Digits of a DECIMAL(28, places), decimals included."""


class FieldBroken(ValueError):
    """A value breaks the rule of its field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


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

    def decode(self, body: bytes) -> tuple[pa.Table, list[Broken]]:
        """The good records in the order of the page, and those set aside. Raises one of NOT_JSON."""
        try:
            return self._table(self._envelope.decode(body).rows), []
        except (*NOT_JSON, FieldBroken):
            raws = [bytes(raw) for raw in self._raws.decode(body).rows]
            tables: list[pa.Table] = []
            broken: list[Broken] = []
            self._halve(raws, 0, tables, broken)
            return pa.concat_tables(tables) if tables else self._schema.empty_table(), broken

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
    inner, optional = _unwrapped(annotation)
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


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """The bare type, and whether null is allowed."""
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            (annotation,) = [a for a in get_args(annotation) if a is not type(None)]
            optional = True
        else:
            return annotation, optional


def _columns(values: Mapping[str, list[Any]], record: type[msgspec.Struct], prefix: str = "") -> list[pa.Array]:
    """A column per field, from its values by field name."""
    return [_column(values[name], hint, prefix + wire_name) for name, wire_name, hint in _fields(record)]


@cache
def _fields(record: type[msgspec.Struct]) -> list[tuple[str, str, Any]]:
    """Name, wire name and type of each field."""
    hints = get_type_hints(record, include_extras=True)
    return [(f.name, f.encode_name, hints[f.name]) for f in msgspec.structs.fields(record)]


def _column(values: list[Any], annotation: Any, field: str) -> pa.Array:
    inner, optional = _unwrapped(annotation)
    if inner is Decimal:
        return _decimals(values, _places(annotation), optional, field)
    if inner is datetime:
        return _cast(pa.array(values, pa.string()), INSTANT, arrow_type(datetime), field, "an instant with its zone")
    if inner is date:
        return _cast(pa.array(values, pa.string()), DAY, pa.date32(), field, "a date yyyy-mm-dd")
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
    return pa.array(values, arrow_type(inner))


def _places(annotation: Any) -> int:
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = [a for a in get_args(annotation) if a is not type(None)]
    return places_of(annotation)


def _decimals(values: list[Any], places: int, optional: bool, field: str) -> pa.Array:
    """Raw JSON numbers, or text with a number in it, as DECIMAL(28, places). Zeros at the end are no more decimals."""
    # Few figures differ from each other: each is checked and cast once.
    texts = _raw_texts(values, optional).dictionary_encode()
    different = pc.utf8_trim(texts.dictionary, '"')
    grammar = rf"^-?[0-9]{{1,{WHOLE_DIGITS - places}}}" + (rf"(\.[0-9]{{1,{places}}}0*)?$" if places else "$")
    what = f"a number of at most {places} decimals"
    return _cast(different, grammar, pa.decimal128(WHOLE_DIGITS, places), field, what).take(texts.indices)


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


def _cast(array: pa.Array, grammar: str, kind: pa.DataType, field: str, what: str) -> pa.Array:
    """Texts that fit the grammar, as values. Raises FieldBroken with the first text that does not."""
    fits = pc.match_substring_regex(array, grammar)
    if pc.all(fits).as_py() is False:
        found = array.filter(pc.invert(fits))[0].as_py()
        raise FieldBroken(field, f"{found[:40]!r} is not {what}")
    try:
        return array.cast(kind)
    except pa.ArrowInvalid as e:
        shown = array[0].as_py() if len(array) == 1 else "a value"
        raise FieldBroken(field, f"{str(shown)[:40]!r} is not {what}") from e


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
