"""`cases list --incidents`: cases that have one cause, as one incident each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from khaos_assets.cli.session import Session, emit

if TYPE_CHECKING:
    from khaos_assets.cases.incidents import Incident

SHOWN = 200


def list_incidents(session: Session, *, code: str | None, owner: str | None, late: bool, json: bool) -> None:
    """The incidents of what stands now; `code`, `owner` and `late` keep those with such a case that stands."""
    found = [i for i in _now(session) if (not late or i.late) and _has(i, code, owner)]
    if json:
        emit([document(i) for i in found])
        return
    from khaos_assets.cases.incidents import cause_in_words
    from khaos_assets.cli.tables import print_table

    rows = [
        (i.severity, cause_in_words(i), ", ".join(i.codes), ", ".join(i.owners), f"{len(i.standing):,}",
         f"{i.explained:,}", _carried(i), _pounds(i), str(i.since), "late" if i.late else "")
        for i in found[:SHOWN]
    ]  # fmt: skip
    headings = ("Severity", "Cause", "Codes", "Owners", ">Stand", ">Explained", ">Orders", "Pounds", "Since", "")
    print_table(headings, rows)
    more = f", the first {SHOWN} shown; --json gives all" if len(found) > SHOWN else ""
    cases = sum(len(i.standing) for i in found)
    print(f"{len(found):,} incidents of {cases:,} cases{more}")


def document(incident: Incident) -> dict[str, Any]:
    """An incident for machines: pounds as decimal text, by basis and side."""
    return {
        "kind": incident.kind,
        "name": incident.name,
        "severity": incident.severity,
        "late": incident.late,
        "since": incident.since.isoformat(),
        "codes": incident.codes,
        "owners": incident.owners,
        "open_orders": incident.orders,
        "pounds": [{"basis": b.value, "side": s, "gbp": str(gbp)} for (b, s), gbp in incident.pounds().items()],
        "members": [
            asdict(m) | {"basis": m.basis.value, "amount_gbp": None if m.amount_gbp is None else str(m.amount_gbp)}
            for m in incident.members
        ],
    }


def _now(session: Session) -> list[Incident]:
    from khaos_assets.cases.incidents import incidents, read_causes
    from khaos_assets.cases.worklist import work_list
    from khaos_assets.cli.cases import ledger_of
    from khaos_assets.warehouse import open_warehouse

    with ledger_of(session) as ledger:
        nights = ledger.nights()
        if not nights:
            return []
        night = nights[-1].night
        items = work_list(ledger, night, later=True).items
    with session.store.writing(), open_warehouse(session.store, read_only=True) as con:
        return incidents(items, read_causes(con, night))


def _has(incident: Incident, code: str | None, owner: str | None) -> bool:
    return any(code in (None, m.code) and owner in (None, m.owner) for m in incident.standing)


def _carried(incident: Incident) -> str:
    return f"{incident.orders:,}" if incident.orders else ""


def _pounds(incident: Incident) -> str:
    return "; ".join(f"{b.value}{f', {s}' if s else ''} {gbp:,.2f}" for (b, s), gbp in incident.pounds().items())
