"""A delta laid over the last complete snapshot: its records in place of those with the same key, the others as before.

A delta shows no absence, so nothing is taken away but records that it had to set aside: what they are now is not known.
Records set aside in the last complete snapshot stay so until a delta brings them whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from khaos_assets.config import Store
from khaos_assets.snapshots.content_hash import key_text, quoted
from khaos_assets.snapshots.stored import earlier_quarantine, earlier_table
from khaos_assets.systems.arrow import to_arrow
from khaos_assets.systems.aside import database_aside
from khaos_assets.systems.read import Decoded, Read
from khaos_assets.systems.wire import arrow_schema


def merged(store: Store, system: str, read: Read, delta: Decoded, before: date) -> Decoded:
    """The entity's table of the last complete snapshot before a date, with what a delta brought.

    Other tables of the read are the delta's own.
    """
    assert read.delta is not None
    earlier = earlier_table(store, system, read, read.entity, before)
    if earlier is None or not read.delta.merges:
        return delta
    record = read.tables[read.entity]
    came = to_arrow(delta.tables.get(read.entity, []), record)
    aside = {q.key for q in delta.quarantined if q.key_readable}
    with database_aside() as db:
        db.register("came", came)
        db.register("earlier", earlier)
        db.register("aside", pa.table({"k": pa.array(sorted(aside), pa.string())}))
        owner, key = _text(read.delta.replaces or read.key), key_text(read.key)
        stays = f"{owner} NOT IN (SELECT {owner} FROM came) AND {key} NOT IN (FROM aside)"
        kept = db.sql(f"SELECT {stays} AS stays FROM earlier").to_arrow_table()
        whole = {k for (k,) in db.execute(f"SELECT {key} FROM came").fetchall()}
    table = pa.concat_tables([earlier.filter(kept["stays"]).cast(arrow_schema(record)), came])
    still = [q for q in earlier_quarantine(store, system, read, before) if q.key not in whole | aside]
    return Decoded({**delta.tables, read.entity: table}, [*delta.quarantined, *still], delta.faults)


def _text(columns: Sequence[str]) -> str:
    """SQL of several columns as one text."""
    return f"concat_ws(chr(31), {', '.join(f'{quoted(c)}::VARCHAR' for c in columns)})"
