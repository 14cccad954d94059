"""What a person decides about a case: to look at it, to give it to somebody, to close it, to accept it for a while.

Each takes the ledger, the key of a case (its beginning is enough), who acts and when, and returns the case as it is
then. What the case's state does not allow raises RefusedDecision. Deciding the same twice is one event.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from khaos_assets.cases.events import Happening, Kind, same_person
from khaos_assets.cases.ledger import Ledger, LedgerError, find_case, recorded
from khaos_assets.cases.service import due
from khaos_assets.cases.states import Case, Closing, State
from khaos_assets.config import Settings

FALSE_POSITIVE = "false positive"
"""The reason that says there is no difference: the case stays closed while its values are the same."""


Evidence = Callable[[str], str | None]
"""What the newest night recorded of a case, by its key, as JSON text."""


class RefusedDecision(LedgerError):
    """The case, or a rule of the house, does not allow it; the text says why and what is possible."""


def acknowledge(ledger: Ledger, key: str, *, by: str, at: datetime) -> Case:
    """Somebody has it in hand. It stands as before."""

    def decide(case: Case, _: date | None) -> Happening | None:
        if case.state is State.ACKNOWLEDGED:
            return None
        _wants(case, State.OPEN, to="be acknowledged")
        return Happening(Kind.ACKNOWLEDGED, case.case_key, by)

    return _decided(ledger, key, at, decide)


def assign(ledger: Ledger, key: str, owner: str, *, by: str, at: datetime) -> Case:
    """Give it to another owner, whom routing then leaves alone."""

    def decide(case: Case, _: date | None) -> Happening | None:
        if not owner.strip():
            raise RefusedDecision("an owner has a name")
        if case.owner == owner and case.assigned:
            return None
        _wants(case, State.OPEN, State.ACKNOWLEDGED, State.EXPECTED, to="be assigned")
        return Happening(Kind.ASSIGNED, case.case_key, by, {"owner": owner, "from": case.owner})

    return _decided(ledger, key, at, decide)


def resolve(
    ledger: Ledger, settings: Settings, key: str, *, reason: str, note: str, by: str, at: datetime,
    evidence: Evidence | None = None,
) -> Case:  # fmt: skip
    """Close it: it was put right, or it is no difference. A later night that shows it all the same opens it again.

    What it said is kept with the decision, `evidence` included.
    """

    def decide(case: Case, _: date | None) -> Happening | None:
        _explained(settings, reason, note)
        kind = Kind.FALSE_POSITIVE if reason == FALSE_POSITIVE else Kind.RESOLVED
        if case.state.value == kind.value and case.closing_reason == reason:
            return None
        _wants(case, State.OPEN, State.ACKNOWLEDGED, to="be resolved")
        body = {"closing": Closing.PERSON.value, "reason": reason, "note": note} | _frozen(case, evidence)
        return Happening(kind, case.case_key, by, body)

    return _decided(ledger, key, at, decide)


def accept(
    ledger: Ledger, settings: Settings, key: str, *, reason: str, note: str, until: date, by: str, at: datetime,
    evidence: Evidence | None = None,
) -> Case:  # fmt: skip
    """Live with it up to and including the night `until`, at the value it has now; a greater one opens it again.

    From `second_person_from_gbp` on, or where the amount is unknown, one person proposes it, and it is accepted when
    another accepts the same until the same night.
    """

    def decide(case: Case, last_night: date | None) -> Happening | None:
        _explained(settings, reason, note)
        if until < (last_night or at.date()):
            raise RefusedDecision(f"{until} is past: accept it until a night to come")
        if case.state is State.ACCEPTED and case.accepted_until == until:
            return None
        _wants(case, State.OPEN, State.ACKNOWLEDGED, to="be accepted")
        said = {"reason": reason, "note": note, "until": until} | _frozen(case, evidence)
        alone = case.amount_gbp is not None and abs(case.amount_gbp) < settings.cases.second_person_from_gbp
        proposed = case.proposed
        if not alone and (proposed is None or proposed["until"] != until.isoformat()):
            return Happening(Kind.ACCEPTANCE_PROPOSED, case.case_key, by, said | {"by": by})
        if not alone and proposed is not None:
            if same_person(proposed["by"], by):
                return None
            said = said | {"proposed_by": proposed["by"]}
        return Happening(Kind.ACCEPTED, case.case_key, by, said | {"closing": Closing.PERSON.value})

    return _decided(ledger, key, at, decide)


def reopen(ledger: Ledger, settings: Settings, key: str, *, note: str, by: str, at: datetime) -> Case:
    """Undo a decision by which somebody closed it."""

    def decide(case: Case, _: date | None) -> Happening | None:
        if case.stands:
            return None
        if case.closing_kind != Closing.PERSON:
            raise RefusedDecision(f"no person closed it ({case.closing_reason}): a night opens it where it shows again")
        if not note.strip():
            raise RefusedDecision("a note says why")
        due_at = due(settings, case.code, case.severity, case.amount_gbp, at)
        return Happening(Kind.REOPENED, case.case_key, by, {"why": note, "due_at": due_at})

    return _decided(ledger, key, at, decide)


def _decided(ledger: Ledger, key: str, at: datetime, decide: Callable[[Case, date | None], Happening | None]) -> Case:
    with ledger.deed(at) as deed:
        case = find_case(deed.connection, key)
        deed.cases[case.case_key] = case
        nights = recorded(deed.connection)
        last_night = nights[-1].night if nights else None
        happening = decide(case, last_night)
        if happening is None:
            return case
        if not happening.actor.strip():
            raise RefusedDecision("who acts? Give a name with --as, or in KHAOS_USER")
        deed.append([happening], last_night)
        return deed.cases[case.case_key]


def _wants(case: Case, *states: State, to: str) -> None:
    if case.state not in states:
        raise RefusedDecision(f"case {case.case_key} is {case.state}: only one that is {' or '.join(states)} can {to}")


def _explained(settings: Settings, reason: str, note: str) -> None:
    if reason not in settings.cases.reasons:
        raise RefusedDecision(f'no such reason: "{reason}" (there are: {", ".join(settings.cases.reasons)})')
    if not note.strip():
        raise RefusedDecision("a note says what was found or done")


def _frozen(case: Case, evidence: Evidence | None) -> dict[str, object]:
    """What the case said when it was decided."""
    return {
        "expected_value": case.expected_value, "actual_value": case.actual_value, "units": case.units,
        "amount_gbp": case.amount_gbp, "evidence": evidence(case.case_key) if evidence else None,
    }  # fmt: skip
