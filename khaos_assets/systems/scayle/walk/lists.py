"""One pass over one cursor list, and what makes a page of it acceptable (contract scayle, 3 and 4).

A cursor is opaque and only ever the one that the last page gave. A list ends with a page whose next cursor is null;
one without `cursor` is no page of a list. A pass that meets a cursor twice, or is refused one, begins anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import ReadContext, ReadFailed
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.client import SYSTEM, CursorRefused, ScayleClient
from khaos_assets.systems.transport import Answer, BodyBroken, TransientError

UNREADABLE = "\0unreadable"
RESTARTS = 3
"""How often one pass is begun."""
FRUITLESS = 5
"""Pages in a row that bring no new record and promise more, after which the list counts as endless."""


class PageWrong(TransientError):
    """A page that breaks a rule of its list. Asked again; `fault` says which rule."""

    def __init__(self, operation: str, fault: str, detail: str) -> None:
        super().__init__(SYSTEM, operation, detail, status=200)
        self.fault = fault


class NextCursor(msgspec.Struct):
    next: str | msgspec.UnsetType | None = msgspec.UNSET


class Envelope(msgspec.Struct):
    entities: list[msgspec.Raw]
    cursor: NextCursor | None = None

    @property
    def next_cursor(self) -> str | msgspec.UnsetType | None:
        """None: the list ends here. UNSET: nothing is said of it (an empty text would ask for the first page again)."""
        return msgspec.UNSET if self.cursor is None or self.cursor.next == "" else self.cursor.next


_ENVELOPE = msgspec.json.Decoder(Envelope)


@dataclass(frozen=True)
class CursorList:
    """A list: `key` is the wire name of its rows' key, `scope` its rate limit.

    `glance`: what is looked at of a row while walking, a struct with the key among its fields; `remember` what of it
    is kept. `keep` takes personal data out of a page before it is landed. `about` stands beside each landed page.
    `fields`: the names that the contract gives to a row's fields, where rows are looked at for others.
    """

    path: str
    operation: str
    key: str
    scope: str
    params: Mapping[str, str] = field(default_factory=dict)
    glance: type[msgspec.Struct] | None = None
    remember: Callable[[Any], Any] = lambda row: None  # noqa: ARG005
    keep: Callable[[bytes], bytes] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()

    @cached_property
    def _glance(self) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.glance or msgspec.defstruct("Glance", [(self.key, int | str)]))

    def look(self, raw: bytes | msgspec.Raw) -> tuple[int | str, Any]:
        """Key of a row and what is remembered of it; without a readable key a mark that tells the row from others."""
        try:
            row = self._glance.decode(raw)
        except NOT_JSON:
            return UNREADABLE + hashlib.sha256(bytes(raw)).hexdigest(), None
        return getattr(row, self.key), self.remember(row)


@dataclass
class Pass:
    """One walk from the first row to the end: keys in their order, and the landed pages that show them."""

    number: int
    rows: dict[int | str, Any] = field(default_factory=dict)
    """Key → what is remembered of the row, the later one where it is shown twice."""
    pages: list[int] = field(default_factory=list)
    repeated: int = 0
    """Rows shown again."""


class ListReader:
    """Passes over one list."""

    def __init__(self, context: ReadContext, listed: CursorList) -> None:
        self._client: ScayleClient = context.client
        self._context = context
        self._list = listed
        self.restarts = 0
        self.unknown_fields: set[str] = set()

    async def run(self, number: int, limit: int) -> Pass:
        """One pass with pages of `limit` rows. Raises ReadFailed and TransportError."""
        fault = detail = ""
        for _ in range(RESTARTS):
            try:
                return await self._follow(number, limit)
            except CursorRefused:
                fault, detail = "cursor_refused", "a cursor that the list itself gave is answered 400"
            except _CursorRepeated:
                fault, detail = "cursor_loop", "the list gives a cursor again that it gave before"
            self.restarts += 1
        raise ReadFailed(fault, f"{self._list.operation}: {detail}; begun {RESTARTS} times")

    async def _follow(self, number: int, limit: int) -> Pass:
        walked = Pass(number)
        cursor: str | msgspec.UnsetType | None = None
        met: set[str] = set()
        fruitless = 0
        while True:
            page = await self._page(walked, limit, cursor or None)
            before = len(walked.rows)
            self._note(walked, page)
            cursor = page.next_cursor
            if not isinstance(cursor, str):
                return walked
            if cursor in met:
                raise _CursorRepeated
            met.add(cursor)
            fruitless = fruitless + 1 if len(walked.rows) == before else 0
            if fruitless >= FRUITLESS:
                raise ReadFailed("endless", f"{self._list.operation}: {FRUITLESS} pages in a row bring nothing new")

    async def _page(self, walked: Pass, limit: int, cursor: str | None) -> Envelope:
        listed = self._list
        params: dict[str, str | int] = {**listed.params, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        selector = f"page {len(walked.pages) + 1} of pass {walked.number}, limit={limit}"
        read: list[Envelope] = []

        def check(answer: Answer) -> None:
            try:
                read[:] = [read_envelope(answer.body)]
            except NOT_JSON as e:
                self._context.landing.land_unreadable(
                    answer.body, operation=listed.operation, selector=selector, why=str(e)
                )
                raise BodyBroken(SYSTEM, listed.operation, "not the JSON of a list", status=200) from e
            if read[0].next_cursor is msgspec.UNSET:
                raise PageWrong(listed.operation, "cursor_missing", "a page without a cursor: the list may go on")

        answer = await self._client.get(
            listed.path, params, operation=listed.operation, scope=listed.scope, check=check
        )
        if answer is None:
            detail = f"{listed.operation} answered 404: this installation has no such list (not: no records)"
            raise ReadFailed("list_not_available", detail)
        landed = self._land(answer, selector, {"list": listed.path, "pass": walked.number, **listed.about}, read[0])
        walked.pages.append(landed)
        return read[0]

    def _land(self, answer: Answer, selector: str, asked: Mapping[str, Any], page: Envelope) -> int:
        keep = self._list.keep
        kept = answer.body if keep is None else keep(answer.body)
        keys = [str(self._list.look(raw)[0]) for raw in page.entities[:1] + page.entities[-1:]]
        landed = self._context.landing.land(
            kept,
            packed=answer.packed if keep is None else None,
            received=None if keep is None else answer.body,
            operation=self._list.operation,
            selector=selector,
            asked=asked,
            suffix="json",
            rows=len(page.entities),
            first_key=keys[0] if keys else None,
            last_key=keys[-1] if keys else None,
        )
        return landed.number

    def _note(self, walked: Pass, page: Envelope) -> None:
        for entity in page.entities:
            key, row = self._list.look(entity)
            walked.repeated += key in walked.rows
            walked.rows[key] = row
        if walked.number == 1:
            self._context.progress(len(page.entities))
            if self._list.fields:
                self.unknown_fields |= fields.unknown(page.entities, self._list.fields)


class _CursorRepeated(Exception):
    pass


def read_envelope(body: bytes) -> Envelope:
    """Rows and cursor of an answer. Raises one of NOT_JSON."""
    return _ENVELOPE.decode(body)
