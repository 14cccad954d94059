"""Fault switches that change rows: what products look like while they are on. What is really there stays as it is.

Every such switch takes `keys` (`primaryId`) or `rows` (how many, in the order of the cursor), and `nights`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from khaos_assets.sandbox.changes import hash_of
from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.pimberly.hierarchy import ITEMS, PARENTS, values
from khaos_assets.sandbox.pimberly.rows import Record, Row

Parameters = dict[str, Any]
View = Callable[[Sequence[Row], Parameters], list[Row]]
Edit = Callable[[Record, Parameters], Record]

NOBODY = "NOBODY"
OWN = ("id", "primaryId", "dateUpdated", "dateCreated", "lifecycleStage")
"""Fields that are the system's and not the tenant's."""
AWKWARD: dict[str, Callable[[str], str]] = {
    "slash": lambda key: f"{key}/1",
    "blank": lambda key: f"{key} 1",
    "plus": lambda key: f"{key}+1",
    "percent": lambda key: f"{key}%1",
    "case": lambda key: key.swapcase(),
}


def chosen(rows: Iterable[Row], parameters: Parameters, default: int | None = 1) -> set[str]:
    """The internal ids of the products that a switch means; `default` None = all."""
    if (keys := parameters.get("keys")) is not None:
        return {r.id for r in rows if r.key in keys}
    number = parameters.get("rows", default)
    return {r.id for n, r in enumerate(rows) if number is None or n < number}


def _rewriting(edit: Edit, default: int | None = 1, among: bytes = b"") -> View:
    """A switch that shows each chosen product otherwise; `among`: what the line of one that it can choose holds."""

    def view(rows: Sequence[Row], parameters: Parameters) -> list[Row]:
        ids = chosen([r for r in rows if among in r.line], parameters, default)
        return [Row.of(edit(r.record(), parameters)) if r.id in ids else r for r in rows]

    return view


def _cleared(record: Record, parameters: Parameters) -> Record:
    gone = parameters.get("attribute", next((k for k in record if k not in OWN), ""))
    return {k: v for k, v in record.items() if k != gone}


def _shape(record: Record, parameters: Parameters) -> Record:
    """Lists with one value as bare scalars; with `mode` array the named attributes as lists."""
    if parameters.get("mode", "scalar") == "array":
        return record | {k: values(record[k]) for k in parameters.get("attributes", (PARENTS, ITEMS)) if k in record}
    return {k: v[0] if isinstance(v, list) and len(v) == 1 else v for k, v in record.items()}


def _as_text(record: Record, parameters: Parameters) -> Record:
    wanted = parameters.get("attributes")

    def spelled(name: str, value: Any) -> Any:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return str(value) if is_number and name not in OWN and (wanted is None or name in wanted) else value

    return {k: spelled(k, v) for k, v in record.items()}


def _numeric_key(record: Record, _: Parameters) -> Record:
    """Only where the number says the same: a key with leading zeros stays text."""
    key = str(record["primaryId"])
    return record | {"primaryId": int(key)} if key.isascii() and key.isdigit() and str(int(key)) == key else record


def _undated(record: Record, _: Parameters) -> Record:
    return {k: v for k, v in record.items() if k != "dateUpdated"}


def _one_date(record: Record, parameters: Parameters) -> Record:
    return record | {"dateUpdated": parameters.get("at", "2026-01-01T00:00:00.000Z")}


def _named(attribute: str, *, beside: bool) -> Edit:
    """The product names a relative that is nowhere: in place of those it has, or beside them."""

    def edit(record: Record, parameters: Parameters) -> Record:
        own = values(record.get(attribute)) if beside else []
        return record | {attribute: [*own, parameters.get("value", NOBODY)]}

    return edit


def _gone(rows: Sequence[Row], parameters: Parameters) -> list[Row]:
    ids = chosen(rows, parameters)
    return [r for r in rows if r.id not in ids]


def _awkward(rows: Sequence[Row], parameters: Parameters) -> list[Row]:
    """Beside each chosen product one like it per kind of awkward key."""
    ids = chosen(rows, parameters)
    return [*rows, *(new for r in rows if r.id in ids for new in _copies(r, parameters.get("kinds", [*AWKWARD])))]


def _copies(row: Row, kinds: Iterable[str]) -> Iterator[Row]:
    for kind in kinds:
        key = AWKWARD[kind](row.key)
        yield Row.of(row.record() | {"id": hash_of(key.encode()), "primaryId": key})


def _two_parents(rows: Sequence[Row], parameters: Parameters) -> list[Row]:
    """A child of one parent becomes the child of another one too, on both sides."""
    ids = chosen([r for r in rows if _names(r, PARENTS)], parameters)
    parents = [r for r in rows if _names(r, ITEMS)]
    records = {r.id: r.record() for r in rows if r.id in ids}
    for child in list(records.values()):
        own = values(child.get(PARENTS))
        other = next((p for p in parents if p.key not in map(str, own)), None)
        child[PARENTS] = [*own, other.key if other else NOBODY]
        if other:
            above = records.setdefault(other.id, other.record())
            above[ITEMS] = [*values(above.get(ITEMS)), child["primaryId"]]
    return _with(rows, records)


def _parent_loop(rows: Sequence[Row], parameters: Parameters) -> list[Row]:
    """A parent is also an item of its own first item."""
    ids = chosen([r for r in rows if _names(r, ITEMS)], parameters)
    by_key = {r.key: r for r in rows}
    records: dict[str, Record] = {}
    for row in rows:
        if row.id in ids:
            above = records[row.id] = row.record()
            first = values(above[ITEMS])[0]
            above[PARENTS] = [first]
            if (child := by_key.get(str(first))) is not None:
                records[child.id] = child.record() | {ITEMS: [above["primaryId"]]}
    return _with(rows, records)


def _names(row: Row, attribute: str) -> bool:
    return f'"{attribute}"'.encode() in row.line and bool(values(row.record().get(attribute)))


def _with(rows: Sequence[Row], records: dict[str, Record]) -> list[Row]:
    return [Row.of(records[r.id]) if r.id in records else r for r in rows]


ROW_SWITCHES: dict[str, View] = {
    "leaves_channel": _gone,
    "cleared_attribute": _rewriting(_cleared),
    "scalar_or_array": _rewriting(_shape, None),
    "number_as_text": _rewriting(_as_text, None),
    "numeric_primary_id": _rewriting(_numeric_key, None),
    "awkward_primary_id": _awkward,
    "no_date_updated": _rewriting(_undated),
    "one_date_updated": _rewriting(_one_date, None),
    "missing_parent": _rewriting(_named(PARENTS, beside=False), among=f'"{PARENTS}"'.encode()),
    "missing_child": _rewriting(_named(ITEMS, beside=True), among=f'"{ITEMS}"'.encode()),
    "two_parents": _two_parents,
    "parent_loop": _parent_loop,
}


def seen_through(faults: Faults) -> list[tuple[str, Parameters, View]]:
    """The row switches that are on, in the order in which they are applied."""
    return [(name, p, view) for name, view in ROW_SWITCHES.items() for p in faults.every("pimberly", name)]
