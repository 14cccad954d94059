"""A night on one screen: each owner's worst codes, one line per code, its pairs of systems folded.

With six systems a night has a hundred lines by code and pair; those stand in the files. Not here: how it is printed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from khaos_assets.config.settings import SEVERITIES
from khaos_assets.reports.figures import CodeLine
from khaos_assets.rules.basis import Basis

LINES = 28
"""Of owners and codes together: with headings, totals and files a night then fits a screen of 45 lines."""
NAMED = 3
"""Systems that are named in a line; more are counted."""


@dataclass(frozen=True)
class Finding:
    """The open rows of one code over its pairs. `open_gbp` is on one basis; a code with two has a finding for each."""

    code: str
    title: str
    severity: str
    where: str
    open: int
    open_gbp: Decimal
    basis: Basis


@dataclass(frozen=True)
class OwnersPart:
    """What an owner has open: all of it counted, and the worst of it named."""

    owner: str
    codes: int
    open: int
    worst: tuple[Finding, ...]


def overview(by_owner: Mapping[str, Sequence[CodeLine]], lines: int = LINES) -> list[OwnersPart]:
    """Owners with open rows and as many findings of each as fit on `lines`, at least one; an owner is a line too.

    The worst first: by severity, then pounds whichever sign, then rows.
    """
    findings = {owner: found for owner, mine in by_owner.items() if (found := folded(mine))}
    most = max((len(f) for f in findings.values()), default=0)
    while most > 1 and sum(1 + min(most, len(f)) for f in findings.values()) > lines:
        most -= 1
    return [
        OwnersPart(owner, len({f.code for f in found}), sum(f.open for f in found), tuple(found[:most]))
        for owner, found in findings.items()
    ]


def folded(lines: Sequence[CodeLine]) -> list[Finding]:
    """One finding per code and basis of those with open rows, the worst first."""
    by_code: dict[tuple[str, Basis], list[CodeLine]] = {}
    for line in lines:
        if line.open:
            by_code.setdefault((line.code, line.basis), []).append(line)
    findings = [
        Finding(
            code=code,
            title=pairs[0].title,
            severity=pairs[0].severity,
            where=where([p.systems for p in pairs]),
            open=sum(p.open for p in pairs),
            open_gbp=sum((p.open_gbp for p in pairs), Decimal(0)),
            basis=basis,
        )
        for (code, basis), pairs in by_code.items()
    ]
    return sorted(findings, key=lambda f: (_rank(f.severity), -abs(f.open_gbp), -f.open, f.code))


def where(pairs: Sequence[str]) -> str:
    """Pairs of systems in few words: one as it stands, of several the systems beside Khaos.

    >>> where(["khaos>wair"]), where(["scayle>khaos", "khaos>wair"]), where(["khaos", "wair", "scayle", "plytix"])
    ('khaos>wair', 'scayle, wair', '4 systems')
    """
    if len(pairs) == 1:
        return pairs[0]
    systems = {s for pair in pairs for s in pair.split(">")}
    named = sorted(systems - {"khaos"} if any(">" in pair for pair in pairs) else systems)
    return ", ".join(named) if len(named) <= NAMED else f"{len(named)} systems"


def not_tested(lines: Sequence[CodeLine]) -> dict[str, list[str]]:
    """Why codes could not be tested → those codes, each once."""
    found: dict[str, list[str]] = {}
    for line in lines:
        codes = found.setdefault(line.not_tested_reason, [])
        if line.code not in codes:
            codes.append(line.code)
    return found


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
