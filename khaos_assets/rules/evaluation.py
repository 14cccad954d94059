"""Evaluating the catalogue for one night: comparisons, candidates, suppression, results, control totals, history."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

import duckdb

from khaos_assets.config import Night, Settings, Store
from khaos_assets.rules.catalogue import HERE, Code, Need, load_catalogue
from khaos_assets.rules.earlier import load_cases_before, load_reads_before
from khaos_assets.rules.history import load_history, write_history
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
        code VARCHAR, systems VARCHAR, record_key VARCHAR, scope VARCHAR, field VARCHAR DEFAULT '', holds BOOLEAN);
    CREATE OR REPLACE TEMP TABLE code_need (
        code VARCHAR, systems VARCHAR, read VARCHAR, absence BOOLEAN, total BOOLEAN);
"""


class RuleError(Exception):
    """A rule's SQL failed: names the file, the statement and DuckDB's words."""


@dataclass(frozen=True)
class RulesResult:
    """Rows of the night by code and state, and what could not be tested."""

    states: dict[str, dict[str, int]]
    not_tested: dict[str, str] = field(default_factory=dict)
    """"CODE systems" → why."""


def evaluate(settings: Settings, store: Store, night: Night, codes: Collection[str] | None = None) -> RulesResult:
    """Run every rule over the night's warehouse, built before. Replaces the night's rows; same input, same rows.

    `codes` limits it to some, which then hand on nothing to later nights.
    """
    with open_warehouse(store) as db:
        return evaluate_in(db, settings, store, night, codes)


def evaluate_in(
    db: duckdb.DuckDBPyConnection,
    settings: Settings,
    store: Store,
    night: Night,
    codes: Collection[str] | None = None,
) -> RulesResult:
    """As `evaluate`, on an open connection."""
    catalogue = {name: code for name, code in load_catalogue().items() if codes is None or name in codes}
    known = compare_in(db, settings, store, night)
    db.execute(WORKING_TABLES)
    pairs = _pairs(db, settings, known, catalogue)
    load_cases_before(db)
    first, later = in_order(catalogue)
    for code in first:
        _run(db, code, [p for p in pairs if p.code == code.code])
    _explain(db)
    for code in later:
        _execute(db, "still_open.sql", "comparison", (HERE / "still_open.sql").read_text(encoding="utf-8"))
        _run(db, code, [p for p in pairs if p.code == code.code])
        if db.execute("SELECT EXISTS (FROM found WHERE code = ?)", [code.code]).fetchone() == (True,):
            _explain(db)
    _execute(db, "results.sql", "results", (HERE / "results.sql").read_text(encoding="utf-8"))
    _write_control(db, pairs, _closing(db, catalogue, pairs))
    if codes is None:
        _execute(db, "latency.sql", "latency", (HERE / "latency.sql").read_text(encoding="utf-8"))
        write_history(db, store, night.date)
    rows = db.execute(
        "SELECT code, state, count(*) FROM exception WHERE night = getvariable('night') GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    states: dict[str, dict[str, int]] = {}
    for code_name, state, n in rows:
        states.setdefault(code_name, {})[state] = n
    return RulesResult(states, {f"{p.code} {p.systems}": p.why for p in pairs if p.why})


def compare_in(
    db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night, names: Collection[str] | None = None
) -> set[str]:
    """Lay the systems of a night side by side: every file of `comparisons/`, or those with these names, in their order.

    Returns what earlier nights handed on, by name.
    """
    load_configuration(db, settings, night)
    load_reads_before(db)
    known = load_history(db, store, night.date)
    for comparison in sorted((HERE / "comparisons").glob("*.sql")):
        if names is None or comparison.stem in names:
            _execute(db, comparison.name, "comparison", comparison.read_text(encoding="utf-8"))
    return known


def pairs_of(code: Code, settings: Settings) -> Iterator[tuple[str, list[Need]]]:
    """The code's pairs among the systems that are switched on; a pair with another one does not exist at all."""
    enabled = [s for s in settings.enabled_systems() if s in installed_systems()]
    for systems, needs in code.pairs.items():
        if systems == "<system>":
            yield from ((s, needs) for s in enabled)
        elif set(systems.split(">")) <= set(enabled):
            yield systems, needs


def in_order(catalogue: Mapping[str, Code]) -> tuple[list[Code], list[Code]]:
    """The codes that look at records, and those that look at the exceptions of others, each after what it rests on."""
    order = TopologicalSorter({name: code.rests_on for name, code in catalogue.items()}).static_order()
    codes = [catalogue[name] for name in sorted(catalogue)]
    later = [catalogue[name] for name in order if name in catalogue and catalogue[name].rests_on]
    return [c for c in codes if not c.rests_on], later


@dataclass(frozen=True)
class _Pair:
    code: str
    systems: str
    needs: list[Need]
    why: str | None
    """Why it cannot be tested tonight."""


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


def _pairs(
    db: duckdb.DuckDBPyConnection, settings: Settings, known: set[str], catalogue: Mapping[str, Code]
) -> list[_Pair]:
    """Every code and pair of the systems that are on, and whether it can be tested. A code that rests on others can
    where one of those can. Fills `code_need`."""
    reads = _reads(db)
    found: dict[tuple[str, str], _Pair] = {}
    for code in (c for group in in_order(catalogue) for c in group):
        for systems, needs in pairs_of(code, settings):
            why = untestable(reads, needs, known)
            rests = [found[name, systems] for name in code.rests_on if (name, systems) in found]
            if rests and all(r.why for r in rests):
                why = f"{', '.join(r.code for r in rests)}: {rests[0].why}"
            found[code.code, systems] = _Pair(code.code, systems, needs, why)
    needed = [[p.code, p.systems, n.read, n.absence, n.total] for p in found.values() if p.why is None for n in p.needs]
    if needed:
        kinds = ("VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN", "BOOLEAN")
        columns = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
        db.execute(f"INSERT INTO code_need SELECT {columns}", [list(column) for column in zip(*needed, strict=True)])
    return [found[key] for key in sorted(found)]


def _run(db: duckdb.DuckDBPyConnection, code: Code, pairs: list[_Pair]) -> None:
    """Both statements of a code for the pairs that can be tested."""
    tested = [p.systems for p in pairs if p.why is None]
    if not tested:
        return
    statements = code.statements
    only = "WHERE list_contains(?::VARCHAR[], systems)"
    _execute(
        db,
        f"{code.code}.sql",
        "population",
        f"INSERT INTO population BY NAME SELECT ? AS code, p.* FROM ({statements['population']}) AS p {only}",
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


def _explain(db: duckdb.DuckDBPyConnection) -> None:
    """`candidate`: what was found, with ids from content, never from the order of rows; `explained`: by what."""
    db.execute(
        "CREATE OR REPLACE TEMP TABLE candidate AS"
        " SELECT row_number() OVER (ORDER BY code, systems, record_key, scope, field) AS id, * FROM found"
    )
    _execute(db, "suppression.sql", "edges", (HERE / "suppression.sql").read_text(encoding="utf-8"))


def _execute(
    db: duckdb.DuckDBPyConnection, file: str, statement: str, sql: str, parameters: list[object] | None = None
) -> None:
    try:
        db.execute(sql, parameters) if parameters else db.execute(sql)
    except duckdb.Error as e:
        raise RuleError(f"rules/{file} ({statement}): {e}") from e


def _closing(db: duckdb.DuckDBPyConnection, catalogue: Mapping[str, Code], pairs: list[_Pair]) -> set[tuple[str, str]]:
    """Codes and pairs of which a case that is not seen tonight is gone: tested, and not half blind.

    Half blind is a code for a pair where a read that it needs is INCOMPLETE, or fell sharply (FEED-02) and an absence
    or a sum is concluded from it, or where what it rests on is half blind.
    """
    reads = _reads(db)
    incomplete = {name for name, read in reads.items() if read.verdict == "INCOMPLETE"}
    rows = db.execute("SELECT record_key FROM exception WHERE night = getvariable('night') AND code = 'FEED-02'")
    dropped = {key.replace("/", ".", 1) for (key,) in rows.fetchall()}
    by_code: dict[str, list[_Pair]] = {}
    for pair in pairs:
        by_code.setdefault(pair.code, []).append(pair)
    blind: set[tuple[str, str]] = set()
    for code in (c for group in in_order(catalogue) for c in group):
        for pair in by_code.get(code.code, []):
            # What a code says of a read itself needs that read; an INCOMPLETE one is FEED-01 whatever else it is.
            of_reads = {r for r in reads if r.split(".")[0] == pair.systems} if code.code != "FEED-01" else set[str]()
            needed = {n.read for n in pair.needs} | of_reads
            concluded = {n.read for n in pair.needs if n.concludes}
            rests = {(name, pair.systems) for name in code.rests_on}
            if needed & incomplete or concluded & dropped or rests & blind:
                blind.add((code.code, pair.systems))
    return {(p.code, p.systems) for p in pairs if p.why is None} - blind


def _write_control(db: duckdb.DuckDBPyConnection, pairs: list[_Pair], closing: set[tuple[str, str]]) -> None:
    """`control_code`: one row per code and pair, tested or not."""
    db.execute("DELETE FROM control_code WHERE night = getvariable('night')")
    db.execute("CREATE OR REPLACE TEMP TABLE pair (code VARCHAR, systems VARCHAR, why VARCHAR, closes BOOLEAN)")
    columns = [
        [p.code for p in pairs],
        [p.systems for p in pairs],
        [p.why for p in pairs],
        [(p.code, p.systems) in closing for p in pairs],
    ]
    kinds = ("VARCHAR", "VARCHAR", "VARCHAR", "BOOLEAN")
    db.execute(f"INSERT INTO pair SELECT {', '.join(f'unnest(?::{kind}[])' for kind in kinds)}", columns)
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
            coalesce(f.suppressed, 0), coalesce(f.open_gbp, 0), p.closes
        FROM pair AS p LEFT JOIN compared AS c USING (code, systems) LEFT JOIN found AS f USING (code, systems)
        ORDER BY p.code, p.systems
        """
    )
