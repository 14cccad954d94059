"""Reads: one page of a list, one row, one relationship. Contract orocommerce, section 3."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from khaos_assets.sandbox.faults import Faults
from khaos_assets.sandbox.orocommerce import documents, queries
from khaos_assets.sandbox.orocommerce.lists import Lists
from khaos_assets.sandbox.orocommerce.problems import denied, not_found
from khaos_assets.sandbox.orocommerce.resources import RESOURCES, SYSTEM, Resource
from khaos_assets.sandbox.orocommerce.tables import row
from khaos_assets.sandbox.orocommerce.views import Views

SWITCHES = frozenset(
    {"max_page_size", "wrong_count", "no_count", "next_missing", "next_repeats", "assumed_filters_off", "unstable_ties"}
)
COUNT = "X-Include-Total-Count"


@dataclass(frozen=True)
class Asked:
    """A read as it came: the address without its query, the query, what X-Include names, and the shape wanted."""

    url: str = ""
    query: bytes = b""
    extras: frozenset[str] = frozenset()
    json_api: bool = True


@dataclass(frozen=True)
class Shown:
    """A body with the headers that belong to it."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Reads:
    """The reads of one shop."""

    def __init__(self, views: Views, faults: Faults) -> None:
        self.views = views
        self.shown = views.shown
        self.faults = faults
        self.lists = Lists(views.shown)

    def page(self, type_: str, asked: Asked) -> Shown:
        """One page of a list. Raises Problem."""
        resource = RESOURCES.get(type_) or Resource(type_)
        largest = self.faults.active(SYSTEM, "max_page_size", entity=type_)
        limit = int(largest.get("limit", 100)) if largest else None
        query = queries.parse(resource, asked.query, largest=limit, off=self._off(resource))
        table = self.shown(type_)
        unstable = self.faults.active(SYSTEM, "unstable_ties", entity=type_)
        places = self.lists.places(table, query, salt=query.number if unstable else 0)
        first = 0 if query.size is None else (query.number - 1) * query.size
        last = len(places) if query.size is None else first + query.size
        lines = documents.shown_lines(type_, (table.lines[at] for at in places[first:last]), query.fields)
        if lines and query.size != 1:
            self.views.answered(type_)
        headers = self._count(type_, len(places)) if "totalCount" in asked.extras and not resource.whole else {}
        if not asked.json_api:
            return Shown(documents.plain(lines, one=False), headers)
        links = {} if resource.whole else self._links(type_, query, asked, more=last < len(places))
        return Shown(documents.document(documents.many(lines), self._included(lines, query), links), headers)

    def row(self, type_: str, id_: str, asked: Asked) -> Shown:
        """One row. Raises Problem: 404 for one that is not there, 403 for one that this role may not see."""
        query = queries.parse(RESOURCES.get(type_) or Resource(type_), asked.query, one_row=True)
        lines = documents.shown_lines(type_, [self._line(type_, id_)], query.fields)
        if not asked.json_api:
            return Shown(documents.plain(lines, one=True), {})
        return Shown(documents.document(lines[0], self._included(lines, query), {}), {})

    def relationship(self, type_: str, id_: str, name: str) -> Shown:
        """What one relationship of a row leads to."""
        links = row(self._line(type_, id_)).get("relationships", {})
        if name not in links:
            raise not_found()
        return Shown(documents.line(links[name]), {})

    def _line(self, type_: str, id_: str) -> bytes:
        table = self.shown(type_)
        if id_ in table.withheld:
            raise denied("No access to the entity.")
        found = table.line(id_)
        if found is None:
            raise not_found()
        return found

    def _included(self, lines: Sequence[bytes], query: queries.Query) -> list[bytes]:
        return documents.included(lines, query.include, self.shown, query.fields)

    def _off(self, resource: Resource) -> Collection[str]:
        if not self.faults.active(SYSTEM, "assumed_filters_off", entity=resource.type):
            return ()
        return [name for name, field in resource.fields.items() if field.assumed]

    def _count(self, type_: str, rows: int) -> dict[str, str]:
        if self.faults.take(SYSTEM, "no_count", entity=type_):
            return {}
        wrong = self.faults.take(SYSTEM, "wrong_count", entity=type_)
        return {COUNT: str(rows + int(wrong.get("by", 1)) if wrong else rows)}

    def _links(self, type_: str, query: queries.Query, asked: Asked, *, more: bool) -> dict[str, str]:
        """`first` and `prev` from page 2 on, `next` while there is more; never `last`."""
        links = {"first": 1, "prev": query.number - 1} if query.number > 1 else {}
        if more and not self.faults.take(SYSTEM, "next_missing", entity=type_):
            repeats = self.faults.take(SYSTEM, "next_repeats", entity=type_)
            links["next"] = query.number if repeats else query.number + 1
        if "noHateoas" in asked.extras:
            return {}
        return {name: query.link(asked.url, number) for name, number in links.items()}
