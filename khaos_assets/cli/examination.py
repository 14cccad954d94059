"""What `doctor` looks at. Each finding says what was found and, where it is not well, what to do about it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from khaos_assets.cli.session import Session
from khaos_assets.config import ConfigurationError

if TYPE_CHECKING:
    from khaos_assets.systems.read import System

LOW_DISK_BYTES = 2 * 1024**3
CLOCK_TOLERANCE_MS = 30_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    verdict: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str = ""

    def document(self) -> dict[str, str]:
        """For --json."""
        return asdict(self)


def examine(session: Session) -> list[Finding]:
    """All findings, in the order in which to put them right. Without a configuration there is nothing else to see."""
    try:
        settings = session.settings
    except ConfigurationError as e:
        return [Finding("configuration", "failed", str(e), f"correct {session.config}")]
    findings = [Finding("configuration", "ok", f"{session.config}: {settings.merchant.name}")]
    for look in (_systems, _mappings, _store, _lock, _warehouse, _snapshots, _ledger, _portal):
        findings += look(session)
    return findings


def _systems(session: Session) -> Iterator[Finding]:
    from khaos_assets.systems.read import installed_systems

    installed = installed_systems()
    enabled = session.settings.enabled_systems()
    for name in enabled:
        if name not in installed:
            yield Finding(
                name, "warning", "enabled, but this version has no such system", f"set {name}.enabled = false"
            )
            continue
        yield from asyncio.run(_reach(session, installed[name]))
    for name in sorted(installed.keys() - set(enabled)):
        off = "switched off" if name in session.settings.sections() else f"no [{name}] in {session.config.name}"
        yield Finding(name, "ok", f"{off}: not in jobs, reports or checks")


async def _reach(session: Session, system: System) -> list[Finding]:
    """Whether the system is known by address, lets us in and answers one cheap read; and what its clock says."""
    what = f"{system.name}: address and credentials"
    try:
        async with system.open_client(session.settings, session.credentials) as client:
            answered = "present" if system.probe is None else await system.probe(client)
            offset = getattr(getattr(client, "transport", None), "clock_offset_ms", None) or 0
    except ConfigurationError as e:
        return [Finding(what, "failed", str(e), "docs/connect.md, step 2, says where it goes")]
    except Exception as e:
        return [Finding(what, "failed", _told(e), _remedy(e))]
    found = [Finding(what, "ok", answered)]
    if abs(offset) > CLOCK_TOLERANCE_MS:
        detail = f"{system.name} is {offset / 1000:.0f} s away from this machine"
        found.append(Finding("clock", "warning", detail, "set the clocks right: changes are read by their times"))
    return found


def _told(error: Exception) -> str:
    return str(error) if type(error).__module__.startswith("khaos_assets.") else f"{type(error).__name__}: {error}"


def _remedy(error: Exception) -> str:
    """By the stable word that errors of systems carry."""
    reason = getattr(error, "reason", None)
    fault = getattr(reason, "fault", None) or getattr(error, "fault", "")
    known = {
        "not_configured": "put them into the environment: docs/connect.md, step 2",
        "sign_in_failed": "is the account enabled, and are name and secret those of this tenant?",
        "key_refused": "ask for a new key with read rights",
        "forbidden": "the account lacks the right to read this: ask for it",
        "not_permitted": "the account lacks the right to read this: ask for it",
        "feed_extension_not_available": "ask the vendor for the feed, then set wair.feed_extension = true",
    }
    return known.get(fault, "is the address right, is it running, and may this machine reach it?")


def _mappings(session: Session) -> Iterator[Finding]:
    """Names in merchant.toml must be names that the systems use, as far as the last complete snapshots tell."""
    from khaos_assets.cli.mapped import misnamed

    settings = session.settings
    if {"khaos", "wair"} <= set(settings.enabled_systems()) and not settings.mapping.locations:
        yield Finding("mapping.locations", "warning", "empty: no WAIR location belongs to a Khaos site",
                      "add each WAIR location id with its Khaos site name")  # fmt: skip
    wrong = list(misnamed(settings, session.store))
    for one in wrong:
        yield Finding(one.key, "failed" if one.closed else "warning", one.detail, one.remedy)
    if not wrong:
        judged = "agree with the last snapshots" if session.store.nights() else "not judged: no snapshot yet"
        yield Finding("mappings", "ok", judged)


def _store(session: Session) -> Iterator[Finding]:
    root = session.store.root
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as e:
        yield Finding("data folder", "failed", f"{root}: {e}", "make it writable, or give another data_dir")
        return
    free = shutil.disk_usage(root).free
    low = free < LOW_DISK_BYTES
    yield Finding("data folder", "warning" if low else "ok", f"{root}, {free / 1024**3:.1f} GiB free",
                  "make room: a night needs space for its raw pages" if low else "")  # fmt: skip


def _lock(session: Session) -> Iterator[Finding]:
    from filelock import Timeout

    try:
        with session.store.writing(timeout=0):
            yield Finding("writer's lock", "ok", "free")
    except Timeout:
        yield Finding("writer's lock", "warning", "held", "a run is writing; if none is, end the process that holds it")


def _warehouse(session: Session) -> Iterator[Finding]:
    from khaos_assets.warehouse import open_warehouse

    if not session.store.warehouse.exists():
        yield Finding("warehouse", "ok", "none yet: the first night makes it")
        return
    try:
        with open_warehouse(session.store, read_only=True) as con:
            ((nights,),) = con.execute("SELECT count(DISTINCT night) FROM control_read").fetchall()
        yield Finding("warehouse", "ok", f"opens, {nights} nights")
    except Exception as e:
        yield Finding("warehouse", "failed", f"{type(e).__name__}: {e}",
                      f"delete {session.store.warehouse.name} and run `khaos-assets rebuild`")  # fmt: skip


def _snapshots(session: Session) -> Iterator[Finding]:
    from khaos_assets.snapshots import read_certificates

    nights = session.store.nights()
    if not nights:
        yield Finding("snapshots", "ok", "none yet")
        return
    found = read_certificates(session.store, session.stored_night(None))
    incomplete = sorted(name for name, c in found.items() if not c.complete)
    if incomplete:
        yield Finding(f"snapshots of {nights[-1]}", "warning", f"INCOMPLETE: {', '.join(incomplete)}",
                      "`khaos-assets certificates` says why")  # fmt: skip
    else:
        yield Finding(f"snapshots of {nights[-1]}", "ok", f"all {len(found)} complete")
    late = {c.system: c.clock_offset_ms for c in found.values() if abs(c.clock_offset_ms or 0) > CLOCK_TOLERANCE_MS}
    for system, offset in sorted(late.items()):
        yield Finding("clock", "warning", f"{system}: {(offset or 0) / 1000:.0f} s apart", "set the clocks right")


def _ledger(session: Session) -> Iterator[Finding]:
    import os

    from khaos_assets.cases.ledger import URL, BrokenChain, LedgerError, open_ledger
    from khaos_assets.corrections import CorrectionError
    from khaos_assets.corrections.journal import prove

    if not os.environ.get(URL) and not session.store.ledger.exists():
        yield Finding("ledger", "ok", "none yet: the first night makes it")
        return
    try:
        with open_ledger(session.store) as ledger:
            events, nights = ledger.verify(), ledger.nights()
            prove(ledger)
    except (BrokenChain, CorrectionError) as e:
        yield Finding(
            "ledger", "failed", str(e), "find out who wrote to it; put back the newest backup that proves whole"
        )
    except LedgerError as e:
        yield Finding(
            "ledger", "failed", str(e), f"see that the database runs and {URL} is right, or put back a backup"
        )
    else:
        last = f", the last night {nights[-1].night}" if nights else ""
        yield Finding("ledger", "ok", f"the chain of {events:,} events is whole{last}")


def _portal(session: Session) -> Iterator[Finding]:
    import os

    from khaos_assets.cases.ledger import URL

    if not os.environ.get(URL) and not session.store.portal.exists():
        yield Finding("portal", "ok", "nobody may sign in yet")
        return
    from khaos_assets.portal.access import AccessError, audit, open_access, people

    try:
        with open_access(session.settings, session.store) as access:
            entries, known = audit.verify(access.engine), people.listed(access)
    except audit.BrokenAudit as e:
        yield Finding("portal", "failed", str(e), "find out who wrote to it; put back the newest backup that is whole")
    except AccessError as e:
        yield Finding(
            "portal", "failed", str(e), f"see that the database runs and {URL} is right, or put back a backup"
        )
    else:
        yield Finding("portal", "ok", f"{len(known)} people, the chain of {entries:,} audit entries is whole")
