"""The life of a period's close, folded from the events of the ledger: prepared → signed → reviewed → sealed.

Each new version of the pack, that is one whose figures differ, is unsigned. A sealed period stays sealed until somebody
reopens it with a reason; that marks the sealed periods after it, for they rest on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from khaos_assets.cases.events import Event, Kind
from khaos_assets.cases.ledger import Ledger

PERIOD_KINDS = frozenset(
    {Kind.PERIOD_PREPARED, Kind.PERIOD_SIGNED, Kind.PERIOD_REVIEWED, Kind.PERIOD_SEALED, Kind.PERIOD_REOPENED}
)


@dataclass(frozen=True)
class Version:
    """One pack that was made. `figures`: the hash of all that it says."""

    number: int
    figures: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Deed:
    """Who did what with which version. `at` aware UTC."""

    by: str
    at: datetime
    version: int
    note: str = ""


@dataclass
class Close:
    """Where the close of one period stands."""

    key: str
    versions: list[Version] = field(default_factory=list)
    signed: Deed | None = None
    reviewed: Deed | None = None
    sealed: Deed | None = None
    manifest: str = ""
    """Of the seal: the hash of the manifest, and where there is a key, its signature."""
    signature: str = ""
    reopened: Deed | None = None
    marked_by: str = ""
    """An earlier period was reopened after this one was sealed."""

    @property
    def newest(self) -> Version | None:
        return self.versions[-1] if self.versions else None

    @property
    def status(self) -> str:
        """none, prepared, signed, reviewed, sealed; or sealed and what has changed since."""
        if self.sealed is not None:
            return "sealed, an earlier month was reopened" if self.marked_by else "sealed"
        if self.reviewed is not None:
            return "reviewed"
        return "signed" if self.signed is not None else "prepared" if self.versions else "none"


def closes_in(ledger: Ledger) -> dict[str, Close]:
    """Every period that a ledger knows, by its key, in order."""
    return closes(ledger.events_of_no_case(PERIOD_KINDS))


def closes(events: Iterable[Event]) -> dict[str, Close]:
    """Every period of which these events tell."""
    found: dict[str, Close] = {}
    for event in events:
        if event.kind in PERIOD_KINDS:
            body = event.content
            _happened(found, found.setdefault(body["period"], Close(body["period"])), event, body)
    return dict(sorted(found.items()))


def _happened(found: dict[str, Close], close: Close, event: Event, body: dict[str, Any]) -> None:
    deed = Deed(event.actor, event.at, body.get("version", 0), body.get("note") or "")
    match event.kind:
        case Kind.PERIOD_PREPARED:
            close.versions.append(Version(body["version"], body["figures"], event.at, event.actor))
            if close.sealed is None:
                close.signed = close.reviewed = None
        case Kind.PERIOD_SIGNED:
            close.signed, close.reviewed = deed, None
        case Kind.PERIOD_REVIEWED:
            close.reviewed = deed
        case Kind.PERIOD_SEALED:
            close.sealed, close.manifest, close.signature = deed, body["manifest"], body["signature"]
            close.reopened, close.marked_by = None, ""
        case Kind.PERIOD_REOPENED:
            close.signed = close.reviewed = close.sealed = None
            close.manifest = close.signature = ""
            close.reopened = deed
            for later in found.values():
                if later.key > close.key and later.sealed is not None:
                    later.marked_by = close.key
        case _:
            raise ValueError(f"{event.kind} is no step of a close")
