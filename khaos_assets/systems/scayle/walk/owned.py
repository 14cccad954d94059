"""Lists that hang under one record: the stock and the prices of a variant, the variants of a product.

There is no list over all owners: each is asked, many at a time. These lists may lawfully come without a cursor, and are
whole then; a cursor that does come is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from khaos_assets.systems.json_columns import NOT_JSON
from khaos_assets.systems.read import ReadContext, ReadFailed
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.bundles import Bundles
from khaos_assets.systems.scayle.client import SYSTEM, CursorRefused, ScayleClient
from khaos_assets.systems.scayle.walk.lists import Envelope, read_envelope
from khaos_assets.systems.scayle.walk.side_by_side import side_by_side
from khaos_assets.systems.transport import Answer, BodyBroken


@dataclass(frozen=True)
class OwnedList:
    """`path` has the owner's id as `{}`; `fields` are the names that the contract gives to a row's fields.

    `part`: what the same rows are called inside an owner's record.
    """

    path: str
    operation: str
    scope: str
    fields: frozenset[str]
    part: str


@dataclass(frozen=True)
class Answered:
    """Owners that are answered 404, twice, sorted; fields of rows that the contract does not name."""

    unknown: list[int]
    unknown_fields: set[str]


Seen = Callable[[int, Sequence[msgspec.Raw]], None]
"""Called with an owner and rows of its list."""


async def walk_owned(
    context: ReadContext,
    listed: OwnedList,
    owners: Iterable[int],
    seen: Seen = lambda owner, rows: None,  # noqa: ARG005
) -> Answered:
    """Ask for the list of every owner and land it, bundled.

    Raises ReadFailed and TransportError.
    """
    reader = _Reader(context, listed, Bundles(context.landing, listed.operation, context.progress), seen)
    unknown: list[int] = []

    async def one(owner: int) -> None:
        if not await reader.read(owner) and not await reader.read(owner):
            reader.bundles.add(owner, None)
            unknown.append(owner)

    await side_by_side(owners, one)
    reader.bundles.close()
    return Answered(sorted(unknown), reader.unknown_fields)


@dataclass(frozen=True)
class _Reader:
    context: ReadContext
    listed: OwnedList
    bundles: Bundles
    seen: Seen
    unknown_fields: set[str] = field(default_factory=set)

    async def read(self, owner: int) -> bool:
        """All pages of one owner's list; False where it is not known."""
        operation = self.listed.operation
        cursor: str | None = None
        met: set[str] = set()
        pages: list[bytes] = []
        try:
            while (answer := await self._page(owner, cursor)) is not None:
                body, cursor = answer
                pages.append(body)
                if cursor is None:
                    for page in pages:
                        self.bundles.add(owner, page)
                    return True
                if cursor in met:
                    raise ReadFailed("cursor_loop", f"{operation} of {owner} gives a cursor again that it gave before")
                met.add(cursor)
        except CursorRefused as e:
            raise ReadFailed("cursor_refused", f"{operation} of {owner} answered 400") from e
        return False

    async def _page(self, owner: int, after: str | None) -> tuple[bytes, str | None] | None:
        listed = self.listed
        client: ScayleClient = self.context.client
        read: list[Envelope] = []

        def check(answer: Answer) -> None:
            try:
                read[:] = [read_envelope(answer.body)]
            except NOT_JSON as e:
                self.context.landing.land_unreadable(
                    answer.body, operation=listed.operation, selector=f"of {owner}", why=str(e)
                )
                raise BodyBroken(SYSTEM, listed.operation, "not the JSON of a list", status=200) from e

        answer = await client.get(
            listed.path.format(owner),
            None if after is None else {"cursor": after},
            operation=listed.operation,
            scope=listed.scope,
            check=check,
        )
        if answer is None:
            return None
        self.unknown_fields.update(fields.unknown(read[0].entities, listed.fields))
        self.seen(owner, read[0].entities)
        cursor = read[0].next_cursor
        return answer.body, cursor if isinstance(cursor, str) else None
