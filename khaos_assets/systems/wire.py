"""Types that wire records share: exact decimals with a number of places, and the Arrow schema of a record type.

Not here: the records themselves (each system's `records.py`).
"""

from __future__ import annotations

import types
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa

# More decimals than a field allows quarantines the record; nothing is ever rounded on the way in.
Units = Annotated[Decimal, msgspec.Meta(extra={"places": 5})]
Money = Annotated[Decimal, msgspec.Meta(extra={"places": 4})]
Percent = Annotated[Decimal, msgspec.Meta(extra={"places": 4})]
Measure = Annotated[Decimal, msgspec.Meta(extra={"places": 6})]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A wire record. Attribute names are the Parquet columns; absent and empty stay apart from zero."""


def unwrapped(annotation: Any) -> tuple[Any, bool]:
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


def places_of(annotation: Any) -> int:
    """The decimals a Decimal annotation allows, also one that may be null (0 where it says nothing)."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = [a for a in get_args(annotation) if a is not type(None)]
    for meta in getattr(annotation, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and meta.extra and "places" in meta.extra:
            return int(meta.extra["places"])
    return 0


def arrow_type(annotation: Any) -> pa.DataType:
    """The Arrow type of one field: DECIMAL(28, places), UTC microseconds, lists and structs nested."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner = get_args(annotation)[0]
        if inner is Decimal:
            return pa.decimal128(28, places_of(annotation))
        return arrow_type(inner)
    if origin in (Union, types.UnionType):
        (inner,) = [a for a in get_args(annotation) if a is not type(None)]
        return arrow_type(inner)
    if origin is list:
        return pa.list_(arrow_type(get_args(annotation)[0]))
    if origin is Literal:
        return pa.string()
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return pa.struct(list(arrow_schema(annotation)))
    simple: dict[Any, pa.DataType] = {
        str: pa.string(),
        int: pa.int64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
        date: pa.date32(),
    }
    return simple[annotation]


@cache
def arrow_schema(record: type[msgspec.Struct]) -> pa.Schema:
    """The Parquet schema of a record type, columns in the order of its fields."""
    hints = get_type_hints(record, include_extras=True)
    return pa.schema([pa.field(name, arrow_type(hints[name])) for name in record.__struct_fields__])
