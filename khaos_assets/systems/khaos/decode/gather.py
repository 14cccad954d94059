"""Collecting the records of many pages: the newest answer counts, equal repeats are dropped, the rest is set aside.

A page says in `asked["round"]` how late it was asked; what was asked again in a later round replaces what came before.
Not here: what an element means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lxml import etree

from khaos_assets.systems.khaos import soap
from khaos_assets.systems.khaos.documents import parse
from khaos_assets.systems.khaos.fields import Element, FieldError, local_name
from khaos_assets.systems.read import LandedPage, Pages, Quarantined, ReadFailed, Reason, WalkNotes
from khaos_assets.systems.wire import Record

R = TypeVar("R", bound=Record)
RAW_LIMIT = 2000


def document(pages: Pages, page: LandedPage, root: str | None) -> Element:
    """The document of a landed page: inside its envelope, or bare where personal data was removed on landing.

    `root` is the name it must have (None: a typed result, named as the server likes). Raises ReadFailed otherwise.
    """
    found = parse(pages.body(page))
    if local_name(found) == "Envelope":
        found = soap.document_of(soap.result_of(found))
    if root is not None and found.tag != root:
        raise ReadFailed("raw_page_damaged", f"{page.file} holds <{found.tag}> where <{root}> was landed")
    return found


def answered(pages: Pages, operation: str) -> Iterator[LandedPage]:
    """The pages of one method that count. A second look only confirmed the first, so it brings nothing new."""
    return (p for p in pages.pages if p.operation == operation and not p.asked.get("confirms"))


def round_of(page: LandedPage) -> int:
    return int(page.asked.get("round", 0))


def latest(pages: Pages, operation: str, **asked: object) -> LandedPage | None:
    """The page of `operation` asked last with these arguments; None where there is none."""
    found = [p for p in answered(pages, operation) if all(p.asked.get(k) == v for k, v in asked.items())]
    return max(found, key=round_of, default=None)


@dataclass(frozen=True)
class _Place:
    """Where a record stands, for its quarantine."""

    page: LandedPage
    number: int
    element: Element
    private: frozenset[str]

    def quarantined(self, key: str | None, error: FieldError) -> Quarantined:
        """`key` None: not readable, then the place stands for it. Personal elements leave the text that is kept."""
        for child in [e for e in self.element if e.tag in self.private]:
            self.element.remove(child)
        return Quarantined(
            key=f"{self.page.number}:{self.number}" if key is None else key,
            key_readable=key is not None,
            page=self.page.number,
            row=self.number,
            field=error.field,
            reason=error.reason,
            raw=etree.tostring(self.element, encoding="unicode", with_tail=False)[:RAW_LIMIT],
        )


@dataclass
class _Entry(Generic[R]):
    round: int
    record: R | None
    quarantined: Quarantined | None


@dataclass
class Gathered(Generic[R]):
    """Records by key, from pages in any order."""

    private: frozenset[str] = frozenset()
    """Elements that must not stand in the text of a quarantined record."""
    entries: dict[str, _Entry[R]] = field(default_factory=dict)
    unreadable: list[Quarantined] = field(default_factory=list)

    def add(
        self, page: LandedPage, number: int, element: Element, key: Callable[[], str], record: Callable[[], R]
    ) -> None:
        """Decode one element. A key that cannot be read quarantines it as "page:row", another field by its key."""
        place = _Place(page, number, element, self.private)
        try:
            name = key()
        except FieldError as e:
            self.unreadable.append(place.quarantined(None, e))
            return
        entry = _Entry[R](round_of(page), None, None)
        try:
            entry.record = record()
        except FieldError as e:
            entry.quarantined = place.quarantined(name, e)
        before = self.entries.get(name)
        if before is None or before.round < entry.round:
            self.entries[name] = entry
        elif before.round == entry.round:
            self._repeat(name, before, entry, place)

    def _repeat(self, key: str, before: _Entry[R], entry: _Entry[R], place: _Place) -> None:
        if before.record == entry.record or before.quarantined is not None:
            return
        if entry.quarantined is None:
            entry.quarantined = place.quarantined(key, FieldError("key", "one identity with two contents"))
        entry.record = None
        self.entries[key] = entry

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Forget keys that the final key list no longer names: they left while the read went on."""
        self.entries = {k: e for k, e in self.entries.items() if wanted(k)}

    def uncovered(self, listed: Iterable[str], notes: WalkNotes) -> list[Reason]:
        """A fault where a listed key has neither a record nor a place in quarantine, unless the walk said so."""
        if notes.faults:
            return []
        folded = {k.casefold() for k in self.entries}
        if not (lacking := sorted(k for k in listed if k.casefold() not in folded)):
            return []
        detail = f"{len(lacking)} listed keys have no record: {', '.join(lacking[:5])}"
        return [Reason(fault="listed_without_record", detail=detail)]

    def records(self) -> list[R]:
        """Sorted by key, so that the order of pages leaves no trace."""
        return [e.record for _, e in sorted(self.entries.items()) if e.record is not None]

    def quarantined(self) -> list[Quarantined]:
        found = [e.quarantined for _, e in sorted(self.entries.items()) if e.quarantined is not None]
        return [*found, *sorted(self.unreadable, key=lambda q: (q.page, q.row))]


def unaskable_codes(page: LandedPage | None, codes: Iterable[str], field: str) -> list[Quarantined]:
    """Rows of a key list whose code holds a comma: the interface cannot be asked for them."""
    if page is None:
        return []
    reason = "a code with a comma cannot be asked for"
    return [
        Quarantined(key=c, key_readable=True, page=page.number, row=row, field=field, reason=reason, raw=c[:RAW_LIMIT])
        for row, c in enumerate(sorted(codes))
    ]
