"""`cases show`: one case with its history and its corrections."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from khaos_assets.cli.cases import Key, document, due_text, ledger_of, plain, pounds
from khaos_assets.cli.session import JsonFlag, Session, emit

if TYPE_CHECKING:
    from khaos_assets.cases.events import Event
    from khaos_assets.corrections.listing import OfCase


def show(session: Session, key: Key, json: JsonFlag = False) -> None:
    """One case: what differs, where its life stands, everything that happened to it, and how it was corrected."""
    from khaos_assets.cli.plans import planned
    from khaos_assets.corrections.listing import of_case

    with ledger_of(session) as ledger:
        case = ledger.case(key)
        events, corrections = ledger.events(case.case_key), of_case(ledger, case.case_key)
    if json:
        emit(document(case) | {"events": [_event(e) for e in events], "corrections": [*map(planned, corrections)]})
        return
    from khaos_assets.cli.tables import print_table
    from khaos_assets.rules.catalogue import load_catalogue

    code = load_catalogue().get(case.code)
    print(f"{case.code} {code.title if code else ''}: {case.record_key} {case.scope} {case.field}".rstrip())
    print(f"{case.state.value}, {case.severity}, {case.owner}; {case.systems}; case {case.case_key}")
    waits = case.proposed
    facts = {
        "Expected": case.expected_value, "Actual": case.actual_value, "Why": case.reason,
        "GBP": pounds(case.amount_gbp),
        "Units": None if case.units is None else f"{case.units.normalize():f}", "Correction": case.correction,
        "Seen": f"on {case.occurrences} nights, last on {case.last_seen}", "Due (UTC)": due_text(case),
        "Closed": case.closing_kind and f"{case.closing_kind}: {case.closing_reason} ({case.closed_night})",
        "Accepted until": case.accepted_until and str(case.accepted_until),
        "Waits for a second person": waits and f"{waits['by']} accepts it until {waits['until']}: {waits['note']}",
    }  # fmt: skip
    print_table(("", ""), [(name, str(value)) for name, value in facts.items() if value])
    rows = [(f"{e.at:%Y-%m-%d %H:%M}", e.kind.value, e.actor, _told(e)) for e in events]
    print_table(("When (UTC)", "What", "Who", "Words"), rows)
    if corrections:
        _print_corrections(corrections)


def _print_corrections(corrections: list[OfCase]) -> None:
    from khaos_assets.cli.plans import planned
    from khaos_assets.cli.tables import print_table

    rows = [
        (f"{c.changed_at:%Y-%m-%d %H:%M}", p["plan_id"][:12], p["write"], p["field"], p["before"] or "", p["after"],
         f"{p['state']} (plan {p['plan_state']})", p["approved_by"] or "", p["why"] or "")
        for c, p in zip(corrections, map(planned, corrections), strict=True)
    ]  # fmt: skip
    print_table(("Changed (UTC)", "Plan", "Write", "Field", "From", "To", "State", "Approved by", "Why"), rows)


def _event(event: Event) -> dict[str, Any]:
    return {name: plain(value) for name, value in asdict(event).items()} | {"body": event.content}


def _told(event: Event) -> str:
    """What an event says beyond its kind."""
    said = event.content
    words = [str(said[name]) for name in ("why", "reason", "note", "owner") if said.get(name)]
    if said.get("until"):
        words.append(f"until {said['until']}")
    if said.get("amount_gbp") is not None:
        words.append(pounds(Decimal(said["amount_gbp"])))
    return ", ".join(words)
