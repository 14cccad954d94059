"""One check per catalogue code and pair: the tie-out first, then the expectations, then the figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import duckdb

from khaos_assets.config import Night
from khaos_assets.config.settings import SEVERITIES
from khaos_assets.expectations.catalogue import Pair, validate_catalogue
from khaos_assets.expectations.evidence import Evidence
from khaos_assets.expectations.result import SAMPLE, CheckKind, CheckResult, share
from khaos_assets.expectations.tie_out import Tally, count
from khaos_assets.rules.catalogue import Code

NEVER_EVALUATED = "the code was not evaluated this night"
NOTHING = Tally(compared=0, flagged=0, open=0, expected=0, suppressed=0, open_gbp=None)


@dataclass
class OpenRows:
    """The open rows of one pair: their worst severity and the keys of the largest."""

    severities: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)


def check_codes(
    db: duckdb.DuckDBPyConnection, night: Night, evidence: Evidence, codes: Mapping[str, Code], systems: list[str]
) -> list[CheckResult]:
    """Results by code and pair. Raises TieOutError; a code that no rule evaluated is NOT TESTED."""
    tallies = count(db, night)
    reasons: dict[Pair, str | None] = {
        (code, pair): None if tested else reason or "its needs cannot be read"
        for code, pair, tested, reason in db.execute(
            "SELECT code, systems, tested, not_tested_reason FROM control_code WHERE night = ?", [night.date]
        ).fetchall()
    }
    for pair in pairs_of(codes.values(), systems):
        reasons.setdefault(pair, None if pair in tallies else NEVER_EVALUATED)
    not_tested = {pair: reason for pair, reason in reasons.items() if reason is not None}
    tested = sorted({*reasons, *tallies} - set(not_tested))
    validate_catalogue(db, evidence, night, codes=codes, tested=tested, not_tested=not_tested, tallies=tallies)
    rows = open_rows(db, night)
    return [
        code_result(night, pair, codes.get(pair[0]), not_tested.get(pair), tallies.get(pair, NOTHING), rows=rows)
        for pair in sorted({*tested, *not_tested})
    ]


def pairs_of(codes: Iterable[Code], systems: list[str]) -> list[Pair]:
    """Every (code, systems) that these systems should have; `<system>` stands for each of them."""
    found: list[Pair] = []
    for code in codes:
        for pair in code.pairs:
            if pair == "<system>":
                found += [(code.code, s) for s in systems]
            elif set(pair.split(">")) <= set(systems):
                found.append((code.code, pair))
    return found


def open_rows(db: duckdb.DuckDBPyConnection, night: Night) -> dict[Pair, OpenRows]:
    """Severities and the keys of the ten largest amounts, per pair; keys alone decide where amounts are equal."""
    found: dict[Pair, OpenRows] = {}
    for code, systems, severity in db.execute(
        "SELECT DISTINCT code, systems, severity FROM exception WHERE night = ? AND state = 'open'", [night.date]
    ).fetchall():
        found.setdefault((code, systems), OpenRows()).severities.add(severity)
    for code, systems, key in db.execute(
        """
        WITH ranked AS (
            SELECT code, systems, record_key,
                   row_number() OVER (
                       PARTITION BY code, systems
                       ORDER BY abs(amount_gbp) DESC NULLS LAST, record_key, scope, field
                   ) AS place
            FROM exception
            WHERE night = $night AND state = 'open'
        )
        SELECT code, systems, record_key FROM ranked WHERE place <= $sample ORDER BY code, systems, place
        """,
        {"night": night.date, "sample": SAMPLE},
    ).fetchall():
        found[code, systems].keys.append(key)
    return found


def code_result(
    night: Night, pair: Pair, code: Code | None, not_tested: str | None, tally: Tally, *, rows: Mapping[Pair, OpenRows]
) -> CheckResult:
    """A difference in its grace or explained by another code is no failure; an open one is."""
    mine = rows.get(pair, OpenRows())
    declared = code.severity if code and code.severity in SEVERITIES else "medium"
    return CheckResult(
        kind=CheckKind.CODE,
        subject=pair[0],
        systems=pair[1],
        title=code.title if code else pair[0],
        passed=None if not_tested is not None else tally.open == 0,
        owner=code.owner if code else "integration",
        severity=next((s for s in SEVERITIES if s in mine.severities), declared),
        count=tally.open,
        expected=tally.expected,
        suppressed=tally.suppressed,
        compared=None if not_tested is not None and not tally.compared else tally.compared,
        percentage=share(tally.open, tally.compared),
        open_gbp=tally.open_gbp,
        reason=not_tested or "",
        night=str(night),
        link=f"reports/{night}/exceptions.xlsx",
        sample=tuple(mine.keys),
    )
