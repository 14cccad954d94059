"""The query string of a read: page, order, filters, what to include and which fields. Contract orocommerce, 3.1."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from khaos_assets.sandbox.orocommerce.conditions import Condition
from khaos_assets.sandbox.orocommerce.problems import ErrorObject, Problem, bad_filter, bad_sort
from khaos_assets.sandbox.orocommerce.resources import Resource

DEFAULT_SIZE = 10
EVERYTHING = -1
DEEPEST_INCLUDE = 3
_FILTER = re.compile(r"filter\[([^\]]+)\](?:\[([^\]]+)\])?")
_FIELDS = re.compile(r"fields\[([^\]]*)\]")
_WHOLE = re.compile(r"-?\d{1,18}")


@dataclass(frozen=True)
class Query:
    """What is asked of a list or row. `size` None: all rows. `order`: field name and whether it falls."""

    number: int = 1
    size: int | None = DEFAULT_SIZE
    order: tuple[tuple[str, bool], ...] = (("id", False),)
    conditions: tuple[Condition, ...] = ()
    include: tuple[tuple[str, ...], ...] = ()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    asked: tuple[tuple[str, str], ...] = ()

    def link(self, url: str, number: int) -> str:
        """The address of another page: everything else as it was asked; the first page goes without its number."""
        kept = [(n, v) for n, v in self.asked if n != "page[number]"]
        if number > 1:
            kept.append(("page[number]", str(number)))
        return f"{url}?{urlencode(sorted(kept), quote_via=quote)}" if kept else url


def parse(
    resource: Resource, query: bytes, *, one_row: bool = False, largest: int | None = None, off: Collection[str] = ()
) -> Query:
    """Read a query string; brackets may be encoded or not. `largest`: the configured maximum page size, if any.
    `off`: names of filters this installation does not have. Raises Problem 400."""
    asked = tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace"))
    number, size, order = 1, EVERYTHING if resource.whole else DEFAULT_SIZE, Query.order
    conditions: list[Condition] = []
    include: tuple[tuple[str, ...], ...] = ()
    fields: dict[str, frozenset[str]] = {}
    for name, text in asked:
        if name == "include":
            include = tuple(tuple(path.split(".")[:DEEPEST_INCLUDE]) for path in _names(name, text))
        elif found := _FIELDS.fullmatch(name):
            if not found[1]:
                raise bad_filter(name, "An entity type is not specified.")
            fields[found[1]] = frozenset(_names(name, text) if text else ())
        elif one_row:
            raise bad_filter(name)
        elif name == "page[number]" and not resource.whole:
            number = _whole(name, text, least=1)
        elif name == "page[size]" and not resource.whole:
            size = _whole(name, text, least=EVERYTHING)
        elif name == "sort" and not resource.whole:
            order = _order(resource, text)
        elif found := _FILTER.fullmatch(name):
            known = resource.filters().get(found[1])
            if known is None or found[1] in off:
                raise bad_filter(name)
            conditions.append(Condition.of(name, found[1], known, found[2] or "eq", text))
        else:
            raise bad_filter(name)
    if not one_row and resource.required not in {None, *(c.name for c in conditions if c.operator == "eq")}:
        raise Problem(400, ErrorObject("filter constraint", f'The "{resource.required}" filter is required.'))
    return Query(number, _size(size, largest), order, tuple(conditions), include, fields, asked)


def _size(size: int, largest: int | None) -> int | None:
    """`-1` is quietly cut to the configured maximum; a larger size is refused."""
    if size == EVERYTHING:
        return largest
    if largest is not None and size > largest:
        raise bad_filter("page[size]", f"The value should be less than or equals to {largest}.")
    return size


def _order(resource: Resource, text: str) -> tuple[tuple[str, bool], ...]:
    known = {n for n, f in resource.filters().items() if f.sortable}
    wanted = [(part.removeprefix("-"), part.startswith("-")) for part in text.split(",") if part]
    for name, _ in wanted:
        if name not in known:
            raise bad_sort(f'Sorting by "{name}" field is not supported.')
    return tuple(wanted) or Query.order


def _whole(name: str, text: str, *, least: int) -> int:
    if not _WHOLE.fullmatch(text):
        raise bad_filter(name, f'Expected integer value. Given "{text}".')
    if int(text) < least:
        raise bad_filter(name, f"The value should be greater than or equals to {least}.")
    return int(text)


def _names(parameter: str, text: str) -> Sequence[str]:
    names = [n.strip() for n in text.split(",")]
    if not text:
        raise bad_filter(parameter, f'Expected string value. Given "{text}".')
    if "" in names:
        raise bad_filter(parameter, f'Expected an array of strings. Given "{text}".')
    return names
