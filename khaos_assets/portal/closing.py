"""What takes too long for a request: making a month's pack, sealing a month, verifying a seal. In a process of its own.

One at a time. What was asked for, by whom, and how it ended stands in `close/<month>/work.json`, so a portal that is
started again knows as much as before, and what it had begun goes on.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
from filelock import FileLock

from khaos_assets.cases.ledger import LedgerError
from khaos_assets.close.ground import CloseError
from khaos_assets.close.periods import Period, named
from khaos_assets.close.preparing import prepare
from khaos_assets.close.sheets import SheetError
from khaos_assets.close.steps import seal, verify
from khaos_assets.config import Settings, Store
from khaos_assets.config.processes import is_gone, this_process
from khaos_assets.config.store import write_bytes
from khaos_assets.portal.wording import in_page_words

log = logging.getLogger(__name__)
GENTLER = 5
"""How far it steps back behind a nightly run and those who look at pages."""
BROKEN_OFF = "It was broken off. It may be begun again."
FAULT = (
    "A fault ended it; the portal's log says which. It may be begun again: if it fails once more, tell whoever runs "
    "the product."
)


class What(StrEnum):
    PREPARE = "prepare"
    SEAL = "seal"
    VERIFY = "verify"


class How(StrEnum):
    UNDER_WAY = "under way"
    DONE = "done"
    REFUSED = "refused"
    """The close does not allow it; `told` says why."""
    FAILED = "failed"
    """It ended by a fault, or was broken off."""


class Work(msgspec.Struct, frozen=True):
    """One thing that was asked for. Instants aware UTC."""

    what: What
    by: str
    begun_at: datetime
    process: str
    how: How = How.UNDER_WAY
    ended_at: datetime | None = None
    told: tuple[str, ...] = ()
    """Of a seal that was verified: what is not as it was sealed; else why it did not come about."""


class Told(msgspec.Struct, frozen=True):
    """What the process is told: the settings as they were understood, and what to do."""

    settings: dict[str, Any]
    root: str
    period: str
    what: What
    by: str
    at: datetime


class Busy(Exception):
    """Another one is under way."""


def last_work(store: Store, period: str) -> Work | None:
    """What was last asked for a period; None where nothing was. One whose process was killed has failed."""
    work = _kept(store, period)
    if work is not None and work.how is How.UNDER_WAY and is_gone(work.process):
        now = _kept(store, period)  # it may have ended, and said so, between two looks
        if now != work:
            return now
        return msgspec.structs.replace(work, how=How.FAILED, told=(BROKEN_OFF,))
    return work


def _kept(store: Store, period: str) -> Work | None:
    try:
        return msgspec.json.decode(store.month(period).work.read_bytes(), type=Work)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def begin(settings: Settings, store: Store, period: Period, what: What, *, by: str, at: datetime) -> None:
    """Begin it in a process of its own. Raises Busy."""
    folder = store.month(period.key).root
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / "work.lock", timeout=10):
        for known in sorted(p.name for p in folder.parent.iterdir() if p.is_dir()):
            other = last_work(store, known)
            if other is not None and other.how is How.UNDER_WAY:
                raise Busy(f"{other.by} began to {other.what.value} {known} a moment ago: one at a time")
        _keep(store, period.key, Work(what, by, at, this_process()))
        child = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        begun = Work(what, by, at, f"{this_process().rpartition(':')[0]}:{child.pid}")
        _keep(store, period.key, begun)
    assert child.stdin is not None
    with child.stdin:
        told = Told(settings.model_dump(mode="json"), str(store.root), period.key, what, by, at)
        child.stdin.write(msgspec.json.encode(told))
    Thread(target=_wait, args=(child, store, period.key, begun), daemon=True).start()


def work(settings: Settings, store: Store, period: Period, what: What, *, by: str, at: datetime) -> Work:
    """Do it here and now; what came of it."""
    mine = Work(what, by, at, this_process())

    def ended(how: How, *told: str) -> Work:
        return msgspec.structs.replace(mine, how=how, told=told, ended_at=datetime.now(UTC))

    try:
        match what:
            case What.PREPARE:
                prepare(settings, store, period, by=by, at=at)
            case What.SEAL:
                seal(settings, store, period, by=by, at=at)
            case What.VERIFY:
                return ended(How.DONE, *(in_page_words(line, store) for line in verify(settings, store, period)))
    except (CloseError, LedgerError, SheetError) as refusal:
        return ended(How.REFUSED, in_page_words(refusal, store))
    except Exception:
        log.exception("%s %s", what.value, period)
        return ended(How.FAILED, FAULT)
    return ended(How.DONE)


def main() -> None:
    """The process: it is told on standard input what to do, by the portal that began it."""
    os.nice(GENTLER)
    told = msgspec.json.decode(sys.stdin.buffer.read(), type=Told)
    settings, store = Settings.of_merchant(told.settings), Store(Path(told.root))
    period = named(settings.close.calendar, told.period)
    _keep(store, told.period, work(settings, store, period, told.what, by=told.by, at=told.at))


def _keep(store: Store, period: str, work: Work) -> None:
    write_bytes(store.month(period).work, msgspec.json.encode(work))


def _wait(child: subprocess.Popen[bytes], store: Store, period: str, begun: Work) -> None:
    """A child that nobody waits for seems to live on. What was begun since is another's, though this one ends late."""
    child.wait()
    if _kept(store, period) == begun:
        ended = msgspec.structs.replace(begun, how=How.FAILED, told=(BROKEN_OFF,), ended_at=datetime.now(UTC))
        _keep(store, period, ended)


if __name__ == "__main__":
    main()
