"""The figures of one night as reports show them: reads, codes, totals. All sums are made in DECIMAL by DuckDB.

Not here: the rows themselves (`rows.py`), any layout.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb

from khaos_assets.config import Night
from khaos_assets.rules.basis import Basis, basis_of, is_signed
from khaos_assets.rules.catalogue import FAMILIES, Code, load_catalogue

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class ReadLine:
    """One snapshot: extracted = loaded + quarantined, its verdict and its proof. `newest_change` is UTC."""

    system: str
    entity: str
    extracted: int
    loaded: int
    quarantined: int
    verdict: str
    proof: str
    snapshot: str
    reasons: tuple[str, ...]
    newest_change: datetime | None

    @property
    def complete(self) -> bool:
        return self.verdict != "INCOMPLETE"

    @property
    def ties(self) -> bool:
        return self.extracted == self.loaded + self.quarantined


@dataclass(frozen=True)
class Side:
    """Open rows on one side of the expected figure. GBP, positive; units as they stand (signed)."""

    rows: int = 0
    units: Decimal = Decimal(0)
    gbp: Decimal = ZERO


@dataclass(frozen=True)
class CodeLine:
    """One code and pair: compared = matched + expected + open + suppressed, or not tested and why. Pounds GBP."""

    code: str
    title: str
    family: str
    owner: str
    """Of its rows tonight, joined by + where routing gave them several; else the catalogue's."""
    severity: str
    systems: str
    basis: Basis
    signed: bool
    tested: bool
    not_tested_reason: str
    compared: int
    matched: int
    expected: int
    open: int
    suppressed: int
    open_gbp: Decimal
    suppressed_gbp: Decimal
    over: Side
    under: Side
    without_amount: int
    """Open rows whose amount could not be read; they are in no total."""

    @property
    def ties(self) -> bool:
        return self.compared == self.matched + self.expected + self.open + self.suppressed

    @property
    def key(self) -> str:
        """The pair's name inside a spreadsheet: `STK_01_wair_khaos`."""
        return f"{self.code}_{self.systems}".replace("-", "_").replace(">", "_").replace("/", "_")


@dataclass(frozen=True)
class Total:
    """Open rows on one basis. The only sums over several codes that mean anything."""

    basis: Basis
    rows: int
    gbp: Decimal


@dataclass(frozen=True)
class Figures:
    """Everything a report says apart from the single rows."""

    merchant: str
    night: Night
    reads: tuple[ReadLine, ...]
    codes: tuple[CodeLine, ...]

    @property
    def families(self) -> dict[str, str]:
        """Families that have rows this night, with their titles."""
        with_rows = {c.family for c in self.codes if c.expected + c.open + c.suppressed}
        return {f: FAMILIES.get(f, f) for f in sorted(with_rows)}

    @property
    def incomplete(self) -> tuple[ReadLine, ...]:
        return tuple(r for r in self.reads if not r.complete)

    @property
    def not_tested(self) -> tuple[CodeLine, ...]:
        return tuple(c for c in self.codes if not c.tested)

    @property
    def ties(self) -> bool:
        return all(r.ties for r in self.reads) and all(c.ties for c in self.codes)

    def totals(self) -> list[Total]:
        """Open rows and pounds by basis, in the order of Basis."""
        found: list[Total] = []
        for basis in Basis:
            lines = [c for c in self.codes if c.basis is basis and c.open]
            if lines:
                found.append(Total(basis, sum(c.open for c in lines), sum((c.open_gbp for c in lines), ZERO)))
        return found

    def by_owner(self) -> dict[str, list[CodeLine]]:
        """Lines with rows, by owner; owners and codes in the order of their names."""
        lines = [c for c in self.codes if c.open + c.expected + c.suppressed]
        return {o: [c for c in lines if c.owner == o] for o in sorted({c.owner for c in lines})}


def read_figures(con: duckdb.DuckDBPyConnection, merchant: str, night: Night) -> Figures:
    """The figures of a night from `control_read`, `control_code` and `exception`."""
    return Figures(merchant, night, _reads(con, night), _codes(con, night))


def _reads(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[ReadLine, ...]:
    rows = con.execute(
        """
        SELECT system, entity, extracted, loaded, quarantined, verdict, proof, snapshot, reasons,
               epoch_us(newest_change)
        FROM control_read WHERE night = $night ORDER BY system, entity
        """,
        {"night": night.date},
    ).fetchall()
    return tuple(
        ReadLine(
            system, entity, int(extracted), int(loaded), int(quarantined), verdict, proof or "", snapshot or "",
            _reasons(reasons), _instant(newest),
        )
        for system, entity, extracted, loaded, quarantined, verdict, proof, snapshot, reasons, newest in rows
    )  # fmt: skip


def _reasons(text: str | None) -> tuple[str, ...]:
    found: list[dict[str, str]] = json.loads(text) if text else []
    return tuple(f"{r['fault']}: {r['detail']}" for r in found)


def _instant(microseconds: int | None) -> datetime | None:
    if microseconds is None:
        return None
    whole, rest = divmod(int(microseconds), 1_000_000)
    return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest)


def _codes(con: duckdb.DuckDBPyConnection, night: Night) -> tuple[CodeLine, ...]:
    catalogue = load_catalogue()
    sums = _sums(con, night)
    rows = con.execute(
        """
        SELECT code, systems, tested, not_tested_reason, compared, matched, expected, open, suppressed, open_gbp
        FROM control_code WHERE night = $night ORDER BY code, systems
        """,
        {"night": night.date},
    ).fetchall()
    return tuple(_code_line(catalogue.get(row[0]), row, sums.get((row[0], row[1]), {})) for row in rows)


def _code_line(entry: Code | None, row: tuple[Any, ...], sums: dict[str, Any]) -> CodeLine:
    code, systems, tested, reason, compared, matched, expected, opened, suppressed, open_gbp = row
    amount = entry.amount if entry else ""
    return CodeLine(
        code=code,
        title=entry.title if entry else code,
        family=code.split("-")[0],
        owner=sums.get("owners") or (entry.owner if entry else ""),
        severity=entry.severity if entry else "",
        systems=systems,
        basis=basis_of(amount, systems),
        signed=is_signed(amount),
        tested=bool(tested),
        not_tested_reason=reason or "",
        compared=int(compared or 0),
        matched=int(matched or 0),
        expected=int(expected or 0),
        open=int(opened or 0),
        suppressed=int(suppressed or 0),
        open_gbp=open_gbp or ZERO,
        suppressed_gbp=sums.get("suppressed_gbp", ZERO),
        over=sums.get("over", Side()),
        under=sums.get("under", Side()),
        without_amount=sums.get("without_amount", 0),
    )


def _sums(con: duckdb.DuckDBPyConnection, night: Night) -> dict[tuple[str, str], dict[str, Any]]:
    # A signed amount says by itself on which side a row lies; an unsigned one leaves it to its units.
    rows = con.execute(
        """
        WITH sided AS (
            SELECT code, systems, owner, state, units, amount_gbp,
                   CASE WHEN amount_gbp < 0 THEN -1 ELSE coalesce(sign(units), sign(amount_gbp), 0) END AS side
            FROM exception WHERE night = $night
        )
        SELECT code, systems,
               count(*) FILTER (state = 'open' AND side > 0),
               coalesce(sum(units) FILTER (state = 'open' AND side > 0), 0),
               coalesce(sum(abs(amount_gbp)) FILTER (state = 'open' AND side > 0), 0),
               count(*) FILTER (state = 'open' AND side < 0),
               coalesce(sum(units) FILTER (state = 'open' AND side < 0), 0),
               coalesce(sum(abs(amount_gbp)) FILTER (state = 'open' AND side < 0), 0),
               coalesce(sum(amount_gbp) FILTER (state = 'suppressed'), 0),
               count(*) FILTER (state = 'open' AND amount_gbp IS NULL),
               string_agg(DISTINCT owner, ' + ' ORDER BY owner)
        FROM sided GROUP BY code, systems
        """,
        {"night": night.date},
    ).fetchall()
    return {
        (code, systems): {
            "over": Side(int(n_over), u_over, g_over),
            "under": Side(int(n_under), u_under, g_under),
            "suppressed_gbp": suppressed,
            "without_amount": int(none),
            "owners": owners,
        }
        for code, systems, n_over, u_over, g_over, n_under, u_under, g_under, suppressed, none, owners in rows
    }
