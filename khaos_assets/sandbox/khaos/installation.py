"""One simulated installation: its records with their indexes, its fault switches, its journal and its memory.

Worlds have up to 100,000 items and 200,000 orders: records are indexed once, and what one looks like as XML is kept
until it changes. Not here: what any method answers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from khaos_assets.sandbox.khaos.markup import at
from khaos_assets.sandbox.khaos.switches import Switches
from khaos_assets.sandbox.state import Faults, Journal, WorldState

Record = dict[str, Any]
SYSTEM = "khaos"
_LONDON = ZoneInfo("Europe/London")


class Installation:
    """What the methods work on. Times are London local without zone, as everywhere in Khaos."""

    def __init__(self, world: WorldState, faults: Faults, journal: Journal, *, extension: bool = True) -> None:
        self.world = world
        self.switches = Switches(faults)
        self.journal = journal
        self.extension = extension
        self.client_refs: dict[str, tuple[Any, Any]] = {}
        """ClientRef → (what was asked, what was answered)."""
        self._writes = 0
        self._by: dict[tuple[str, str, bool], dict[str, list[Record]]] = {}
        self._times: dict[tuple[str, str], tuple[list[datetime], list[Record]]] = {}
        self._fragments: dict[str, dict[tuple[int, str], str]] = {}
        world.on_advance(self.forget)

    @property
    def now(self) -> datetime:
        """The world's as-of in London, plus one second per write: later writes are later, on any day."""
        return self.world.as_of.astimezone(_LONDON).replace(tzinfo=None) + timedelta(seconds=self._writes)

    def offers_extension(self) -> bool:
        """Whether the assumed write extension exists here and now (switch `extension_off`)."""
        return self.extension and self.switches.on("extension_off") is None

    @contextmanager
    def behaving(self) -> Generator[None]:
        """Every switch off for a while."""
        mine, self.switches = self.switches, Switches(Faults())
        try:
            yield
        finally:
            self.switches = mine

    def records(self, entity: str) -> list[Record]:
        """All records of an entity, in the order of its file."""
        return self.world.records(SYSTEM, entity)

    def by(self, entity: str, path: str, *, fold: bool = True) -> dict[str, list[Record]]:
        """Records by the text at `path`; without regard to case unless `fold` is off."""
        key = (entity, path, fold)
        if key not in self._by:
            index: dict[str, list[Record]] = {}
            for record in self.records(entity):
                text = at(record, path)
                index.setdefault(text.casefold() if fold else text, []).append(record)
            self._by[key] = index
        return self._by[key]

    def find(self, entity: str, path: str, code: str) -> Record | None:
        """The record of a code, without regard to case."""
        return next(iter(self.by(entity, path).get(code.casefold(), ())), None)

    def between(self, entity: str, path: str, since: datetime | None, until: datetime | None) -> list[Record]:
        """Records whose local time at `path` lies in the window, both ends included, oldest first."""
        key = (entity, path)
        if key not in self._times:
            timed = [(t, n, r) for n, r in enumerate(self.records(entity)) if (t := local_time(at(r, path)))]
            timed.sort(key=lambda x: x[:2])
            self._times[key] = ([t for t, _, _ in timed], [r for _, _, r in timed])
        times, found = self._times[key]
        first = bisect_left(times, since) if since else 0
        return found[first : bisect_right(times, until) if until else len(times)]

    def fragment(self, entity: str, record: Record, variant: str, render: Callable[[Record], str]) -> str:
        """What `render` makes of the record, kept until the entity changes."""
        kept = self._fragments.setdefault(entity, {})
        key = (id(record), variant)
        if key not in kept:
            kept[key] = render(record)
        return kept[key]

    def changed(self, *entities: str) -> None:
        """Records of these entities were added, removed or altered: drop what was derived from them."""
        for entity in entities:
            self._fragments.pop(entity, None)
            for index in [k for k in self._by if k[0] == entity]:
                del self._by[index]
            for times in [k for k in self._times if k[0] == entity]:
                del self._times[times]

    def forget(self) -> None:
        """Another night: every record is a new one."""
        self._by.clear()
        self._times.clear()
        self._fragments.clear()

    def write(self, operation: str, what: dict[str, Any], change: Callable[[], None]) -> None:
        """Make a change that outlives the night, and note it in the journal. `change` looks its records up itself."""
        self._writes += 1
        self.world.write(change)
        self.journal.write(SYSTEM, operation, what)


def local_time(text: str) -> datetime | None:
    """London local time from wire text; None where it is empty or not a time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None


def codes(csv: str) -> list[str]:
    """The codes of a comma-separated list, each once (without regard to case), in the order asked."""
    return list({c.casefold(): c for c in (p.strip() for p in csv.split(",")) if c}.values())


def number(text: Any) -> Decimal:
    """A plain decimal of the world; empty, absent or unreadable counts as 0."""
    try:
        return Decimal(str(text if text is not None else 0) or "0")
    except ArithmeticError:
        return Decimal(0)


def chosen(index: dict[str, list[Record]], asked: Iterable[str], *, fold: bool = True) -> list[Record]:
    """The records of the codes asked, in that order, each once; unknown codes are left out silently."""
    found: dict[int, Record] = {}
    for code in asked:
        for record in index.get(code.casefold() if fold else code, ()):
            found[id(record)] = record
    return list(found.values())
