"""Evaluating the catalogue for one night: comparisons, candidates, suppression, results, control totals, history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from khaos_assets.config import Night, Settings, Store
from khaos_assets.config.store import replacing
from khaos_assets.rules.catalogue import HERE, Code, Need, load_catalogue
from khaos_assets.systems.read import installed_systems
from khaos_assets.warehouse.configuration import load_configuration
from khaos_assets.warehouse.database import open_warehouse

# What an exceptions statement may give; what it leaves out is empty. The columns after evidence only serve suppression.
CANDIDATE = """
    systems VARCHAR NOT NULL, entity VARCHAR NOT NULL, record_key VARCHAR NOT NULL, scope VARCHAR DEFAULT '',
    field VARCHAR DEFAULT '', counterpart_key VARCHAR, expected_value VARCHAR, actual_value VARCHAR, reason VARCHAR,
    units DECIMAL(28, 5), amount_gbp DECIMAL(18, 2), observed_at TIMESTAMPTZ, expected_snapshot VARCHAR,
    actual_snapshot VARCHAR, state VARCHAR DEFAULT 'open', evidence JSON DEFAULT '{}',
    other VARCHAR, read VARCHAR, sku VARCHAR, other_sku VARCHAR, site VARCHAR, reference VARCHAR,
    difference DECIMAL(28, 5), in_transit DECIMAL(28, 5)
"""

WORKING_TABLES = f"""
    CREATE OR REPLACE TEMP TABLE found (code VARCHAR, owner VARCHAR, severity VARCHAR, correction VARCHAR, {CANDIDATE});
    CREATE OR REPLACE TABLE population (
        code VARCHAR, systems VARCHAR, record_key VARCHAR, scope VARCHAR, holds BOOLEAN);
    CREATE OR REPLACE TEMP TABLE code_need (
        code VARCHAR, systems VARCHAR, read VARCHAR, absence BOOLEAN, total BOOLEAN);
"""

HISTORY = {
    "stock_codes": "stock_id VARCHAR, stock_code VARCHAR, first_seen TIMESTAMPTZ",
    "invoice_stages": "order_key VARCHAR, invoice VARCHAR, stage BIGINT, nights BIGINT",
    "stock_agreed": "sku VARCHAR, site VARCHAR, figure DECIMAL(28, 5), agreed_on DATE, agreed_as_of TIMESTAMPTZ",
}


class RuleError(Exception):
    """A rule's SQL failed: names the file, the statement and DuckDB's words."""


@dataclass(frozen=True)
class RulesResult:
    """Rows of the night by code and state, and what could not be tested."""

    states: dict[str, dict[str, int]]
    not_tested: dict[str, str] = field(default_factory=dict)
    """"CODE systems" → why."""


def evaluate(settings: Settings, store: Store, night: Night) -> RulesResult:
    """Run every rule over the night's warehouse, built before. Replaces the night's rows; same input, same rows."""
    with open_warehouse(store) as db:
        return evaluate_in(db, settings, store, night)


def evaluate_in(db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night) -> RulesResult:
    """As `evaluate`, on an open connection."""
    load_configuration(db, settings, night)
    _load_reads_before(db)
    known = _load_history(db, store, night.date)
    reads = _reads(db)
    needed: list[list[object]] = []
    for comparison in sorted((HERE / "comparisons").glob("*.sql")):
        _execute(db, comparison.name, "comparison", comparison.read_text(encoding="utf-8"))
    db.execute(WORKING_TABLES)
    not_tested: dict[tuple[str, str], str] = {}
    pairs: list[tuple[str, str]] = []
    for code in load_catalogue().values():
        tested: list[str] = []
        for systems, needs in pairs_of(code, settings):
            pairs.append((code.code, systems))
            why = untestable(reads, needs, known)
            if why:
                not_tested[code.code, systems] = why
                continue
            tested.append(systems)
            needed.extend([code.code, systems, n.read, n.absence, n.total] for n in needs)
        if tested:
            _run(db, code, tested)
    if needed:
        rows_of = ", ".join(["(?, ?, ?, ?, ?)"] * len(needed))
        db.execute(f"INSERT INTO code_need VALUES {rows_of}", [value for row in needed for value in row])
    # Ids from content, never from the order of rows
    db.execute(
        "CREATE OR REPLACE TEMP TABLE candidate AS"
        " SELECT row_number() OVER (ORDER BY code, systems, record_key, scope, field) AS id, * FROM found"
    )
    _execute(db, "suppression.sql", "edges", (HERE / "suppression.sql").read_text(encoding="utf-8"))
    _execute(db, "results.sql", "results", (HERE / "results.sql").read_text(encoding="utf-8"))
    _write_control(db, pairs, not_tested)
    _write_history(db, store, night.date)
    rows = db.execute(
        "SELECT code, state, count(*) FROM exception WHERE night = getvariable('night') GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    states: dict[str, dict[str, int]] = {}
    for code_name, state, n in rows:
        states.setdefault(code_name, {})[state] = n
    return RulesResult(states, {f"{c} {s}": why for (c, s), why in not_tested.items()})


def pairs_of(code: Code, settings: Settings) -> Iterator[tuple[str, list[Need]]]:
    """The code's pairs among the systems that are switched on; a pair with another one does not exist at all."""
    enabled = [s for s in settings.enabled_systems() if s in installed_systems()]
    for systems, needs in code.pairs.items():
        if systems == "<system>":
            yield from ((s, needs) for s in enabled)
        elif set(systems.split(">")) <= set(enabled):
            yield systems, needs


@dataclass(frozen=True)
class _ReadTonight:
    verdict: str
    proof: str
    faults: list[str]
    complete_before: bool
    """An earlier night has a complete snapshot of it."""


def _reads(db: duckdb.DuckDBPyConnection) -> dict[str, _ReadTonight]:
    """The night's certificates by "system.entity"."""
    rows = db.execute(
        """
        SELECT r.system || '.' || r.entity, r.verdict, r.proof, r.reasons, b.system IS NOT NULL
        FROM control_read AS r LEFT JOIN read_before AS b USING (system, entity)
        WHERE r.night = getvariable('night')
        """
    ).fetchall()
    return {
        name: _ReadTonight(verdict, proof, [r["fault"] for r in json.loads(reasons)], before)
        for name, verdict, proof, reasons, before in rows
    }


def untestable(reads: dict[str, _ReadTonight], needs: list[Need], known: set[str]) -> str | None:
    """Why a code cannot be tested for a pair tonight, or None."""
    for need in needs:
        system, entity = need.read.split(".")
        read = reads.get(need.read)
        if read is None:
            if need.if_read:
                continue
            return f"{system}/{entity} is not read"
        if read.verdict == "INCOMPLETE" and (need.absence or need.total or "not_taken" in read.faults):
            return f"{system}/{entity} is INCOMPLETE (FEED-01: {', '.join(read.faults)})"
        if need.absence and read.proof == "overlap_only" and not need.by_reference:
            return f"{system}/{entity} is complete by overlap only, and no single record can be asked for"
        if need.earlier and not (known and read.complete_before):
            return f"{system}/{entity} has no complete snapshot of an earlier night"
    return None


def _run(db: duckdb.DuckDBPyConnection, code: Code, tested: list[str]) -> None:
    statements = code.statements
    only = "WHERE list_contains(?::VARCHAR[], systems)"
    _execute(
        db,
        f"{code.code}.sql",
        "population",
        f"INSERT INTO population SELECT ?, systems, record_key, scope, holds FROM ({statements['population']}) {only}",
        [code.code, tested],
    )
    _execute(
        db,
        f"{code.code}.sql",
        "exceptions",
        "INSERT INTO found BY NAME SELECT ? AS code, ? AS owner, ? AS severity, ? AS correction, f.*"
        f" FROM ({statements['exceptions']}) AS f {only}",
        [code.code, code.owner, code.severity, code.correction, tested],
    )


def _execute(
    db: duckdb.DuckDBPyConnection, file: str, statement: str, sql: str, parameters: list[object] | None = None
) -> None:
    try:
        db.execute(sql, parameters) if parameters else db.execute(sql)
    except duckdb.Error as e:
        raise RuleError(f"rules/{file} ({statement}): {e}") from e


def _write_control(
    db: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]], not_tested: dict[tuple[str, str], str]
) -> None:
    """`control_code`: one row per code and pair, tested or not."""
    db.execute("DELETE FROM control_code WHERE night = getvariable('night')")
    db.execute("CREATE OR REPLACE TEMP TABLE pair (code VARCHAR, systems VARCHAR, why VARCHAR)")
    if pairs:
        rows_of = ", ".join(["(?, ?, ?)"] * len(pairs))
        db.execute(f"INSERT INTO pair VALUES {rows_of}", [v for c, s in pairs for v in (c, s, not_tested.get((c, s)))])
    db.execute(
        """
        INSERT INTO control_code
        WITH compared AS (
            SELECT code, systems, count(*) AS compared, count(*) FILTER (holds) AS matched FROM population GROUP BY ALL
        ),
        found AS (
            SELECT code, systems, count(*) FILTER (state = 'expected') AS expected,
                count(*) FILTER (state = 'open') AS open, count(*) FILTER (state = 'suppressed') AS suppressed,
                sum(amount_gbp) FILTER (state = 'open') AS open_gbp
            FROM exception WHERE night = getvariable('night') GROUP BY ALL
        )
        SELECT getvariable('night'), p.code, p.systems, p.why IS NULL, p.why,
            coalesce(c.compared, 0), coalesce(c.matched, 0), coalesce(f.expected, 0), coalesce(f.open, 0),
            coalesce(f.suppressed, 0), coalesce(f.open_gbp, 0)
        FROM pair AS p LEFT JOIN compared AS c USING (code, systems) LEFT JOIN found AS f USING (code, systems)
        ORDER BY p.code, p.systems
        """
    )


def _load_reads_before(db: duckdb.DuckDBPyConnection) -> None:
    """`read_before`: the last complete figures of each read on an earlier night."""
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE read_before AS
        SELECT * FROM control_read
        WHERE night < getvariable('night') AND verdict <> 'INCOMPLETE'
        QUALIFY row_number() OVER (PARTITION BY system, entity ORDER BY night DESC) = 1
        """
    )


def _load_history(db: duckdb.DuckDBPyConnection, store: Store, night: date) -> set[str]:
    """What earlier nights handed on, as tables `history_<name>`; returns the names that exist."""
    known: set[str] = set()
    for name, columns in HISTORY.items():
        db.execute(f"CREATE OR REPLACE TEMP TABLE history_{name} ({columns})")
        path = _newest_before(store, name, night)
        if path is not None:
            rows = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
            db.execute(f"INSERT INTO history_{name} BY NAME {rows}", [str(path)])
            known.add(name)
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE stock_codes_now AS
        SELECT stock_id, stock_code, min(first_seen) AS first_seen
        FROM (
            SELECT * FROM history_stock_codes
            UNION ALL
            SELECT item_id, sku,
                CASE WHEN (SELECT count(*) FROM history_stock_codes) > 0
                          AND EXISTS (FROM read_before AS b WHERE b.system = 'khaos' AND b.entity = 'stock_items')
                     THEN getvariable('as_of') ELSE 'epoch'::TIMESTAMPTZ END
            FROM item WHERE system = 'khaos'
        )
        GROUP BY stock_id, stock_code
        """
    )
    # How many nights running an invoice of which nothing is sent has stood at its stage, tonight included
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE invoice_stage_now AS
        SELECT i.order_key, i.invoice, i.stage, any_value(i.stage_name) AS stage_name, 1 + coalesce(max(h.nights), 0) AS nights
        FROM invoice AS i
        LEFT JOIN history_invoice_stages AS h USING (order_key, invoice, stage)
        WHERE i.system = 'khaos' AND i.units_sent = 0 AND i.stage IS NOT NULL
        GROUP BY ALL
        """
    )
    return known


def _newest_before(store: Store, name: str, night: date) -> Path | None:
    folder = store.history(name, night).parent.parent
    nights = sorted(p.name.removeprefix("date=") for p in folder.glob("date=*") if (p / f"{name}.parquet").exists())
    earlier = [n for n in nights if n < night.isoformat()]
    return store.history(name, date.fromisoformat(earlier[-1])) if earlier else None


def _write_history(db: duckdb.DuckDBPyConnection, store: Store, night: date) -> None:
    """Hand on: every stock code ever seen, and the figure on which each SKU and site last agreed."""
    statements = {
        "stock_codes": "SELECT * FROM stock_codes_now ORDER BY ALL",
        "invoice_stages": "SELECT order_key, invoice, stage, nights FROM invoice_stage_now ORDER BY ALL",
        "stock_agreed": """
            SELECT coalesce(s.wair_sku, h.sku) AS sku, coalesce(s.site, h.site) AS site,
                coalesce(s.on_hand, h.figure) AS figure,
                CASE WHEN s.site IS NOT NULL THEN getvariable('night') ELSE h.agreed_on END AS agreed_on,
                CASE WHEN s.site IS NOT NULL THEN getvariable('as_of') ELSE h.agreed_as_of END AS agreed_as_of
            FROM (SELECT wair_sku, site, on_hand FROM stock_comparison WHERE untested IS NULL AND difference = 0) AS s
            FULL JOIN history_stock_agreed AS h ON h.sku = s.wair_sku AND h.site = s.site
            ORDER BY ALL
            """,
    }
    for name, sql in statements.items():
        with replacing(store.history(name, night)) as temporary:
            path = str(temporary).replace("'", "''")
            db.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
