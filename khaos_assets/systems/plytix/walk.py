"""The walk that all lists of Plytix share: search, windows, single reads, counts (contract plytix, section 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

from khaos_assets.systems.concurrency import side_by_side
from khaos_assets.systems.plytix.asking import Searcher
from khaos_assets.systems.plytix.client import PlytixClient
from khaos_assets.systems.plytix.decode import SINGLE
from khaos_assets.systems.plytix.listing import Listed, Listing
from khaos_assets.systems.plytix.search import Search, TooManyMatches
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.plytix.windows import DAY, Window
from khaos_assets.systems.read import Proof, ReadContext, ReadFailed, Reason, WalkNotes

ROUNDS = 3
"""Walks of the whole list, until nothing speaks against one."""
SAMPLE = 5
DEFAULT_STATUSES = ("Draft", "Completed", "Archived")


@dataclass(frozen=True)
class Kind:
    """A kind of record that a search lists. `path` of a single one stands below /api/v1, with `{id}` in it."""

    search: Search
    path: str
    thin: tuple[str, ...] | None = ("modified",)
    """What the confirming walk asks for; None = another read confirms."""
    in_windows: bool = False
    """Whether it can be cut by the day of creation."""


@dataclass
class ListWalk:
    """One walk of one list. `notes` is what it comes to."""

    context: ReadContext
    entity: str
    kind: Kind
    notes: WalkNotes = field(default_factory=WalkNotes)
    ids: set[str] = field(default_factory=set)
    """What the list shows, and single reads confirm."""

    def __post_init__(self) -> None:
        self.section = self.context.settings.of(Plytix)
        self.client: PlytixClient = self.context.client
        self.searcher = Searcher(self.client, self.context.landing, self.context.progress)

    async def run(self) -> None:
        """Walk until two walks agree and nothing is missing from the count. Raises ReadFailed and TransportError."""
        against: list[Reason] = []
        for round_ in range(ROUNDS):
            self.notes.rereads += bool(round_)
            listed, totals = await self._listed()
            if not any(part.pages for part in listed) and self.entity not in self.section.allow_empty:
                detail = f'Plytix shows no {self.entity}; if that is right, add "{self.entity}" to plytix.allow_empty'
                raise ReadFailed("empty_first_page", detail)
            against = await self._settle(listed, {key for part in listed for key in part.unsettled})
            against += self._count(listed, totals)
            if not any(r.fault in FAULTS for r in against):
                break
        self._believe(listed, against)  # pyright: ignore[reportPossiblyUnboundVariable]
        self.notes.end_recognised_by = "a page without records behind the last one, in two walks by pages of two sizes"

    async def run_against(self, others: set[str]) -> None:
        """Walk once, and hold it against the ids that another read has. Raises ReadFailed and TransportError."""
        listed, _ = await self._listed()
        shown_here = {key for part in listed for key in part.ids}
        self._believe(listed, await self._settle(listed, shown_here ^ others))
        self.notes.end_recognised_by = "a page without records behind the last one; the read of products agrees"

    def _believe(self, listed: list[Listed], against: list[Reason]) -> None:
        self.notes.facts["pages"] = [n for part in listed for n in part.pages]
        self.notes.rereads += sum(part.rereads for part in listed)
        self.notes.faults += [r for r in against if r.fault in FAULTS]
        self.notes.remarks += [r for r in against if r.fault not in FAULTS]
        proven = not against and not self.section.search_hides
        self.notes.proof = Proof.TWO_PASS if proven else Proof.OVERLAP_ONLY

    async def _listed(self) -> tuple[list[Listed], tuple[int, int]]:
        """The whole list, in as few windows as Plytix allows, and `total_count` before and after."""
        search, night = self.kind.search, self.context.night.date
        try:
            whole = await self._listing(search)
        except TooManyMatches:
            if not self.kind.in_windows:
                raise ReadFailed("window_too_full", f"Plytix does not order so many {self.entity}") from None
            before = await self._total()
            parts = await self._in_windows(Window(search, night + 2 * DAY, self._statuses()).split())
            return parts, (before, await self._total())
        return [whole], whole.totals

    async def _in_windows(self, windows: Iterable[Window]) -> list[Listed]:
        found: list[Listed] = []
        for window in windows:
            try:
                found.append(await self._listing(window.narrowed))
            except TooManyMatches:
                smaller = window.split()
                if not smaller:
                    told = f"Plytix orders fewer products than there are where {window.narrowed.words}"
                    raise ReadFailed("window_too_full", told) from None
                found += await self._in_windows(smaller)
        return found

    async def _listing(self, search: Search) -> Listed:
        size, workers = self.section.page_size, self.section.transport.concurrency
        return await Listing(self.searcher, search, thin=self.kind.thin, size=size, concurrency=workers).run()

    async def _total(self) -> int:
        """`total_count` of all records: without an order nothing is refused (contract, 4)."""
        unordered = Search(self.kind.search.path, order="")
        return (await self.searcher.page(unordered, "total", 1, 1)).total

    def _statuses(self) -> tuple[str, ...]:
        known = (*DEFAULT_STATUSES, *self.section.ready_statuses, *self.section.archived_statuses)
        return tuple(dict.fromkeys(known))

    async def _settle(self, listed: list[Listed], unsettled: set[str]) -> list[Reason]:
        """Ask for what two walks show differently, by id: it is there, with its newest content, or it is gone."""
        self.ids = unsettled.union(*(part.ids for part in listed))
        if len(unsettled) > self.section.single_reads:
            detail = f"two walks differ in {len(unsettled)} records: {shown(unsettled)}"
            return [Reason(fault="passes_disagree", detail=detail)]
        gone = await self.ask_singly(unsettled, SINGLE)
        self.ids -= gone
        self.notes.facts["gone"] = sorted({*self.notes.facts.get("gone", []), *gone} - self.ids)
        if gone:
            self.note("deleted_meanwhile", f"{len(gone)} record(s) went away during the read: {shown(gone)}")
        return []

    async def ask_singly(self, keys: Collection[str], part: str) -> set[str]:
        """Ask for records by id, side by side, landing them as `part`. Returns those that Plytix does not know."""
        ordered = sorted(keys)
        operation = f"GET {self.kind.path}"
        answers = await side_by_side(
            self.searcher.single(operation, self.kind.path.format(id=quote(key, safe="")), part, key) for key in ordered
        )
        self.notes.rereads += len(ordered)
        return {key for key, found in zip(ordered, answers, strict=True) if found is None}

    def _count(self, listed: list[Listed], totals: tuple[int, int]) -> list[Reason]:
        """Distinct records against `total_count` before and after (the account's, whatever the conditions)."""
        distinct = len(self.ids) + sum(part.unreadable for part in listed)
        if self.section.search_hides or min(totals) <= distinct <= max(totals):
            return []
        told = f"{distinct} distinct records are listed, and Plytix counts {totals[0]} before and {totals[1]} after"
        return [Reason(fault="records_missing" if distinct < min(totals) else "count_disagrees", detail=told)]

    def note(self, fault: str, detail: str) -> None:
        """A remark; one of the same kind is replaced."""
        kept = [r for r in self.notes.remarks if r.fault != fault]
        self.notes.remarks = [*kept, Reason(fault=fault, detail=detail)]

    def finish(self) -> WalkNotes:
        """The notes, with what the client learned."""
        self.notes.clock_offset_ms = self.client.transport.clock_offset_ms
        if self.client.deprecated:
            retiring = ", ".join(sorted(self.client.deprecated))
            self.note("deprecated", f"Plytix is going to retire {retiring}")
        return self.notes


FAULTS = frozenset({"passes_disagree", "records_missing"})
"""What makes a walk incomplete where it stays; anything else only weakens its proof."""


def shown(keys: Collection[str]) -> str:
    """A few of them, sorted."""
    listed = sorted(keys)
    return ", ".join(listed[:SAMPLE]) + (" …" if len(listed) > SAMPLE else "")
