"""Hashes of what a snapshot holds, independent of the order of its rows, computed set-wise in DuckDB.

Each row becomes a canonical text in which every value carries its length (so that no two rows share one), the text a
128-bit MD5, and the hash of the set is the sum of these mod 2**128 together with the count. MD5 serves as a spreading
function here, not as a defence: what was received is held by the SHA-256 of each page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

MODULUS = 1 << 128
WORD = 1 << 64
"""Halves are summed apart: the sum of 128-bit numbers would not fit."""


def key_text(columns: Sequence[str]) -> str:
    """SQL of a source key: the key's columns as text, joined by "/"."""
    return "concat_ws('/', " + ", ".join(f"coalesce({quoted(c)}::VARCHAR, '')" for c in columns) + ")"


def set_hash(connection: duckdb.DuckDBPyConnection, table: str, expression: str) -> str:
    """32 hex digits, a colon and the count: the order-independent hash of `expression` over the rows of `table`."""
    # expression and table come from record types and this module, never from a system
    ((lower, upper, count),) = connection.execute(
        f"SELECT coalesce(sum((h & {WORD - 1}::UHUGEINT)::HUGEINT), 0), coalesce(sum((h >> 64)::HUGEINT), 0), "
        f"count(*) FROM (SELECT md5_number({expression}) AS h FROM {table})"
    ).fetchall()
    return f"{((upper << 64) + lower) % MODULUS:032x}:{count}"


def row_text(schema: pa.Schema) -> str:
    """SQL of the canonical text of a row."""
    parts = [part for f in schema for part in _parts(quoted(f.name), f.type, 0)]
    return f"concat({', '.join(parts)})" if parts else "''"


def snapshot_id(system: str, entity: str, table_hashes: Mapping[str, str]) -> str:
    """The content hash of a snapshot: system, entity and the set of records of each of its tables."""
    text = "\n".join([system, entity, *(f"{name} {value}" for name, value in sorted(table_hashes.items()))])
    return hashlib.sha256(text.encode()).hexdigest()


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _parts(value: str, kind: pa.DataType, depth: int) -> list[str]:
    """Texts that, one after the other, are a value's: `-` for null, `n:text` for a scalar, `{…}` for a struct, `[…]`
    for a list. A part that is null is none (as `concat` has it); no nested cast is relied on.
    """
    if pa.types.is_struct(kind):
        parts = [p for f in kind for p in _parts(f"struct_extract({value}, '{f.name}')", f.type, depth)]
        return [f"CASE WHEN {value} IS NULL THEN '-' ELSE concat('{{', {', '.join(parts)}, '}}') END"]
    if pa.types.is_list(kind):
        item = f"x{depth}"
        inner = f"concat({', '.join(_parts(item, kind.value_type, depth + 1))})"
        texts = f"list_transform({value}, lambda {item}: {inner})"
        return [f"CASE WHEN {value} IS NULL THEN '-' ELSE concat('[', array_to_string({texts}, ''), ']') END"]
    text = f"epoch_us({value})::VARCHAR" if pa.types.is_timestamp(kind) else f"{value}::VARCHAR"
    return [f"coalesce(strlen({text})::VARCHAR || ':', '-')", text]
