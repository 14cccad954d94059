"""How a flat record stands in a JSON:API row, and rows back to columns of that record (contract orocommerce, 3.1).

{"type", "id", "attributes": {...}, "relationships": {name: {"data": {"type", "id"} | null | [...]}}}. A row that
breaks a rule of its record is set aside with field and reason; the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pyarrow as pa

from khaos_assets.systems.json_columns import NOT_JSON, Broken, record_table, wire_struct
from khaos_assets.systems.json_values import FieldBroken
from khaos_assets.systems.wire import Record, arrow_schema

EMPTY_OBJECT = re.compile(rb'("(?:data|priceListCurrencies)"\s*:\s*)\{\s*\}')
"""PHP writes an empty list as `{}` where it takes it for a map (contract, section 7); null stands for no row."""


class Ref(msgspec.Struct, frozen=True, gc=False):
    id: str


@dataclass(frozen=True)
class Relation:
    """A relationship of which the record keeps the id, or the ids, at its other end."""

    field: str
    name: str
    many: bool
    annotation: Any
    required: bool


@dataclass(frozen=True)
class Shape:
    """Rows of one `type` as records. `fields` are the names to ask for: attributes, then relationships."""

    type: str
    record: type[Record]

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        hints = get_type_hints(self.record, include_extras=True)
        found: list[Relation] = []
        for f in msgspec.structs.fields(self.record):
            for kind in ("to_one", "to_many"):
                name = _marked(hints[f.name], kind)
                if name:
                    required = f.default is msgspec.NODEFAULT
                    found.append(Relation(f.name, name, kind == "to_many", get_args(hints[f.name])[0], required))
        return tuple(found)

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Field → name on the wire."""
        related = {r.field for r in self.relations}
        fields = msgspec.structs.fields(self.record)
        return {f.name: f.encode_name for f in fields if f.name not in related and f.name != "id"}

    @property
    def fields(self) -> str:
        return ",".join([*self.attributes.values(), *(r.name for r in self.relations)])

    @cached_property
    def _row(self) -> Any:
        hints = get_type_hints(self.record, include_extras=True)
        defaults = {f.name: f.default for f in msgspec.structs.fields(self.record)}
        attributes = msgspec.defstruct(
            f"{self.record.__name__}Attributes",
            [
                (n, hints[n]) if defaults[n] is msgspec.NODEFAULT else (n, hints[n], defaults[n])
                for n in self.attributes
            ],
            rename=self.attributes,
            kw_only=True,
        )
        relationships = msgspec.defstruct(
            f"{self.record.__name__}Relationships",
            [(r.field, _end(r)) if r.required else (r.field, _end(r) | None, None) for r in self.relations],
            rename={r.field: r.name for r in self.relations},
            kw_only=True,
            frozen=True,
            gc=False,
        )
        parts: list[Any] = [("type", Literal[self.type]), ("id", str)]  # pyright: ignore[reportInvalidTypeForm]
        if self.attributes:
            parts.append(("attributes", wire_struct(attributes)))
        if self.relations:
            absent = () if any(r.required for r in self.relations) else (relationships(),)
            parts.append(("relationships", relationships, *absent))
        return msgspec.defstruct(f"{self.record.__name__}Row", parts, gc=False)

    @cached_property
    def _values(self) -> Mapping[str, Callable[[Any], Any]]:
        """How each field of the record is found in a row."""
        found: dict[str, Callable[[Any], Any]] = {"id": attrgetter("id")}
        found |= {name: attrgetter(f"attributes.{name}") for name in self.attributes}
        found |= {r.field: (_ids(r.field) if r.many else _id(r.field)) for r in self.relations}
        return found

    @cached_property
    def _rows(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(list[self._row])  # pyright: ignore[reportInvalidTypeForm]

    def decode(self, raws: Sequence[bytes]) -> tuple[pa.Table, list[Broken]]:
        """The good rows in their order, and those set aside (`row` counts from 0)."""
        raws = [EMPTY_OBJECT.sub(rb"\1[]", raw) if b"{}" in raw.replace(b" ", b"") else raw for raw in raws]
        tables: list[pa.Table] = [arrow_schema(self.record).empty_table()]
        broken: list[Broken] = []
        self._halve(raws, 0, tables, broken)
        return pa.concat_tables(tables), broken

    def _halve(self, raws: Sequence[bytes], at: int, tables: list[pa.Table], broken: list[Broken]) -> None:
        """Decode as many as possible at once: a page with few bad rows costs little more than a good one."""
        if not raws:
            return
        try:
            rows = self._rows.decode(b"[" + b",".join(raws) + b"]")
            values = {name: list(map(find, rows)) for name, find in self._values.items()}
            tables.append(record_table(values, self.record))
        except (*NOT_JSON, FieldBroken) as e:
            if len(raws) == 1:
                broken.append(Broken(at, *_where(e), raws[0]))
                return
            middle = len(raws) // 2
            self._halve(raws[:middle], at, tables, broken)
            self._halve(raws[middle:], at + middle, tables, broken)


def _marked(annotation: Any, kind: str) -> str | None:
    if get_origin(annotation) is not Annotated:
        return None
    extras = [m.extra for m in annotation.__metadata__ if isinstance(m, msgspec.Meta) and m.extra]
    return next((e[kind] for e in extras if kind in e), None)


def _end(relation: Relation) -> Any:
    """{"data": …} of one relationship, as strictly as the field's type."""
    if relation.many:
        data: Any = list[Ref]
    else:
        key = msgspec.defstruct("Ref", [("id", _without_none(relation.annotation))], gc=False)
        data = key | None if _without_none(relation.annotation) is not relation.annotation else key
    return msgspec.defstruct(f"To_{relation.name}", [("data", data)], gc=False)


def _without_none(annotation: Any) -> Any:
    kinds = [a for a in get_args(annotation) if a is not type(None)]
    return kinds[0] if type(None) in get_args(annotation) else annotation


def _id(field: str) -> Callable[[Any], str | None]:
    def find(row: Any) -> str | None:
        end = getattr(row.relationships, field)
        return None if end is None or end.data is None else end.data.id

    return find


def _ids(field: str) -> Callable[[Any], list[str] | None]:
    def find(row: Any) -> list[str] | None:
        end = getattr(row.relationships, field)
        return None if end is None else [ref.id for ref in end.data]

    return find


def _where(error: Exception) -> tuple[str, str]:
    """Field and reason. msgspec says "Expected `str`, got `null` - at `$[0].attributes.sku`"."""
    if isinstance(error, FieldBroken):
        return error.field, str(error).partition(": ")[2]
    if isinstance(error, UnicodeDecodeError):
        return "(record)", "text that is not UTF-8"
    reason, _, path = str(error).partition(" - at ")
    missing = re.search(r"missing required field `([^`]+)`", reason)
    steps = re.findall(r"[A-Za-z_]\w*", path.replace("[...]", "")) + ([missing.group(1)] if missing else [])
    named = [s for s in steps if s not in {"attributes", "relationships", "data"}] or steps
    field = named[0] if named else "(record)"
    return field, reason.replace("`", "")
