"""Records to Arrow and back, by the schema of their type (`wire.arrow_schema`). Nothing is rounded or guessed."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow makes its compute functions when imported, out of sight of a type checker)

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from khaos_assets.systems.wire import Record, arrow_schema


def to_arrow(records: Sequence[Record] | pa.Table, record: type[Record]) -> pa.Table:
    """A table with exactly the columns of `record`. Raises pa.ArrowInvalid where a value does not fit its type."""
    schema = arrow_schema(record)
    if not isinstance(records, Sequence):
        if records.schema != schema:
            raise pa.ArrowInvalid(f"{record.__name__}: columns {records.schema} are not {schema}")
        return records
    columns = [
        pa.array([_plain(getattr(r, f.name)) for r in records], f.type)
        if pa.types.is_nested(f.type)
        else pa.array([getattr(r, f.name) for r in records], f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def from_arrow(table: pa.Table, record: type[Record]) -> list[Record]:
    """The records of a table written by `to_arrow`."""
    hints = get_type_hints(record, include_extras=True)
    nested = [f.name for f in table.schema if pa.types.is_nested(f.type)]
    rows = table.to_pylist()
    for row in rows:
        for name in nested:
            row[name] = _typed(row[name], hints[name])
    return [record(**row) for row in rows]


def next_greater(table: pa.Table, key: Sequence[str]) -> tuple[pa.Array, pa.Array]:
    """For each row but the last: whether the next row's key is greater, and whether it is equal. Keys have no nulls."""
    size = max(0, table.num_rows - 1)
    greater, equal = pa.repeat(False, size), pa.repeat(True, size)
    for name in reversed(key):
        column = table[name].combine_chunks()
        here, following = column.slice(0, size), column.slice(1)
        same = pc.equal(following, here)
        greater = pc.or_(pc.greater(following, here), pc.and_(same, greater))
        equal = pc.and_(same, equal)
    return greater, equal


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


def _typed(value: Any, annotation: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(annotation)
    if origin is Annotated:
        return _typed(value, get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        (inner,) = [a for a in get_args(annotation) if a is not type(None)]
        return _typed(value, inner)
    if origin is list:
        (inner,) = get_args(annotation)
        return [_typed(v, inner) for v in value]
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        hints = get_type_hints(annotation, include_extras=True)
        return annotation(**{name: _typed(v, hints[name]) for name, v in value.items()})
    return value
