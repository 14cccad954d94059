"""One search and its pages: what is asked, and what the walk looks at in an answer (contract plytix, 3.1 and 3.4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.plytix.client import SYSTEM
from khaos_assets.systems.transport import BodyBroken, TransientError

UNREADABLE = "\0unreadable"
"""Begins the id of a row whose id cannot be read; the hash of its text follows."""

Condition = Mapping[str, Any]
"""`field`, `operator` and, but for `exists` and `!exists`, `value`."""


class PageWrong(TransientError):
    """A whole page that breaks the rules of paging. Asked again; `fault` says which rule."""

    def __init__(self, operation: str, fault: str, detail: str) -> None:
        super().__init__(SYSTEM, operation, detail, status=200)
        self.fault = fault


class TooManyMatches(Exception):
    """428: the matches of an ordered search exceed what Plytix orders (contract, 3.1)."""


@dataclass(frozen=True)
class Search:
    """What is looked for. `conditions` all hold; `order` is a unique field."""

    path: str
    attributes: tuple[str, ...] = ()
    order: str = "sku"
    conditions: tuple[Condition, ...] = ()
    relationship: str | None = None
    """Only products that have a relationship of this id."""

    def where(self, *conditions: Condition) -> Search:
        return replace(self, conditions=(*self.conditions, *conditions))

    def asking(self, *attributes: str) -> Search:
        return replace(self, attributes=attributes)

    def body(self, page: int, size: int) -> bytes:
        """The request. AND belongs in one inner array (contract, 7)."""
        asked: dict[str, Any] = {
            "attributes": self.attributes,
            "pagination": {"page": page, "page_size": size, "order": self.order},
        }
        if self.conditions:
            asked["filters"] = [self.conditions]
        if self.relationship is not None:
            found = {"relationship_id": self.relationship, "operator": "exists", "product_ids": []}
            asked["relationship_filters"] = [[found]]
        return msgspec.json.encode(asked)

    @property
    def words(self) -> str:
        """The conditions, for a person."""
        return " and ".join(
            " ".join(str(v) for v in (c["field"], c["operator"], c.get("value", "")) if v != "")
            for c in self.conditions
        )


@dataclass(frozen=True)
class SearchPage:
    """What the walk looks at: ids in the order of the page, change times as text (None where there is none)."""

    number: int
    size: int
    ids: tuple[str, ...]
    modified: tuple[str | None, ...]
    total: int
    """`total_count`; of the whole account, in the reading of contract plytix, section 4."""
    count: int = 0
    """Matches, or rows of this page: Plytix is not clear about it."""
    landed: int = 0
    """Its number in the landing."""

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    @property
    def foretold(self) -> int:
        """The number of the empty page behind the last, by what the page says: a hint, never the end."""
        rows = self.count if self.count > len(self.ids) else self.total
        return -(-rows // self.size) + 1


class _Row(msgspec.Struct, gc=False):
    id: str
    modified: str | None = None


class _Pagination(msgspec.Struct):
    count: int
    page: int
    page_size: int
    total_count: int


class _Answer(msgspec.Struct):
    data: list[_Row]
    pagination: _Pagination


class _RawAnswer(msgspec.Struct):
    data: list[msgspec.Raw]
    pagination: _Pagination


_ROWS = msgspec.json.Decoder(_Answer)
_RAWS = msgspec.json.Decoder(_RawAnswer)
_ROW = msgspec.json.Decoder(_Row)


def read_page(body: bytes, *, operation: str, page: int, size: int) -> SearchPage:
    """The page, checked against what was asked.

    Raises BodyBroken where it is not the whole JSON of a search, PageWrong where it breaks a rule of paging.
    """
    try:
        answer: _Answer | _RawAnswer = _ROWS.decode(body)
        rows = answer.data
    except NOT_JSON:
        try:
            answer = _RAWS.decode(body)
        except NOT_JSON as e:
            raise BodyBroken(SYSTEM, operation, f"not the whole JSON of a search: {e}", status=200) from e
        rows = [_singly(bytes(raw)) for raw in answer.data]
    shown = answer.pagination
    if (shown.page, shown.page_size) != (page, size):
        told = f"page {page} of {size} was asked, page {shown.page} of {shown.page_size} answered"
        raise PageWrong(operation, "wrong_page", told)
    if len(rows) > size:
        raise PageWrong(operation, "too_many_rows", f"{len(rows)} rows on a page of {size}")
    ids = tuple(row.id for row in rows)
    if len(set(ids)) < len(ids):
        raise PageWrong(operation, "row_repeated", f"page {page} of {size} shows a record twice")
    return SearchPage(page, size, ids, tuple(row.modified for row in rows), shown.total_count, shown.count)


def _singly(raw: bytes) -> _Row:
    """One row; where its id cannot be read, it goes by the hash of its text."""
    try:
        return _ROW.decode(raw)
    except NOT_JSON:
        pass
    try:
        row = msgspec.json.decode(raw)
    except NOT_JSON:
        row = None
    key = row.get("id") if isinstance(row, dict) else None
    return _Row(key if isinstance(key, str) else UNREADABLE + hashlib.sha256(raw).hexdigest())
