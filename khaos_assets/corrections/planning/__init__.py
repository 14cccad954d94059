"""What could be put right tonight: one SQL file per kind of correction, found in this folder.

A file is one SELECT over the night's warehouse and `open_case` (the exceptions of the night whose cases stand, named by
`case_key`). Its columns: case_key, write, rank, target (a struct: the fields of the write), record, field, before,
after, units, floor, rests_on (reads), evidence (JSON), left_out (why it is not proposed; NULL where it is); and where a
value was made of figures that may move, made_of (JSON: source, target, value of each; `sellable_level` has those of a
channel's stock); where persons and addresses are needed, details (JSON: source, target: where they are asked for).
Parents come before children, cancellations first, stock and prices before descriptions: that is `rank`.

Not here: what may never be written (`plan.py`), limits (`caps.py`), what no write puts right (`worklists.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.events import Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.states import STANDING
from khaos_assets.config import Night, Settings, Store
from khaos_assets.corrections import CorrectionError
from khaos_assets.corrections.journal import ItemState
from khaos_assets.corrections.plan import Asked, Figure, Ground, LeftOut, Plan, PlanItem, Unwritable
from khaos_assets.systems.write import installed_sources, installed_writes
from khaos_assets.warehouse import open_warehouse
from khaos_assets.warehouse.configuration import load_configuration

HERE = Path(__file__).parent
NOTHING = """
    SELECT ''::VARCHAR AS case_key, ''::VARCHAR AS write, 0 AS rank, ''::VARCHAR AS target, ''::VARCHAR AS record,
        ''::VARCHAR AS field, NULL::VARCHAR AS before, NULL::VARCHAR AS after, NULL::DECIMAL(28, 5) AS units,
        NULL::DECIMAL(28, 4) AS floor, NULL::JSON AS made_of, NULL::JSON AS details, []::VARCHAR[] AS rests_on,
        NULL::VARCHAR AS evidence, NULL::VARCHAR AS left_out
    WHERE FALSE
"""
"""Every column that a file may give, for those that none of the files in use gives."""
SHARED = ("sellable_level.sql", "missing_order.sql", "pim_price.sql")
"""Tables that several files read."""
WIRE = re.compile(r"\bwire\.([a-z]+)_")
FIGHTS = 2
"""So often a case may come back after a correction before it is left to people: somebody else writes there, too."""
FROZEN = f"frozen: it came back {FIGHTS} times after a correction, so somebody else writes there, too"
UNTOUCHED = (ItemState.CONFLICT, ItemState.GONE, ItemState.REFUSED, ItemState.PLANNED)
"""Of these nothing was changed: the same night may propose them again."""


class Proposal(msgspec.Struct, frozen=True):
    """One row of a planning file."""

    case_key: str
    code: str
    amount_gbp: Decimal | None
    write: str
    target: str
    record: str
    field: str
    before: str | None
    after: str | None
    units: Decimal | None
    floor: Decimal | None
    made_of: str
    details: str | None
    rests_on: list[str]
    evidence: str
    left_out: str | None


def make_plan(
    settings: Settings, store: Store, ledger: Ledger, night: Night, *, planner: str, at: datetime,
    codes: Collection[str] | None = None, systems: Collection[str] | None = None,
) -> Plan:  # fmt: skip
    """What is proposed for the cases that stand after a night; `codes` and `systems` (written to) narrow it.

    The night must be the newest one, in the warehouse and in the ledger: what rests on older figures is not proposed.
    Raises CorrectionError.
    """
    nights = ledger.nights()
    if not nights or nights[-1].night != night.date:
        newest = nights[-1].night if nights else "none"
        raise CorrectionError(
            f"the newest night in the ledger is {newest}, not {night}: corrections rest on the newest"
        )
    standing = {c.case_key for c in ledger.cases(states=STANDING)}
    held = held_back(ledger, night)
    with store.writing(), open_warehouse(store, read_only=True) as db:
        if _one(db, "SELECT max(night) FROM control_read") != night.date:
            raise CorrectionError(f"the warehouse does not hold the night {night}: run it again")
        load_configuration(db, settings, night)
        ground = _ground(db)
        skus = _one(db, "SELECT count(*) FROM item WHERE system = 'khaos'")
        sealed = {name: pa.array(days, pa.date32()) for name, days in _sealed(ledger).items()}
        db.register("sealed_period", pa.table(sealed))
        proposals = _proposals(db, standing, codes, set(settings.enabled_systems()))
    items: list[PlanItem] = []
    left_out: list[LeftOut] = []
    moved: set[tuple[str, ...]] = set()
    for proposal in proposals:
        if systems is not None and proposal.write.split(".")[0] not in systems:
            continue
        why = proposal.left_out or held.get(proposal.case_key) or _not_allowed(settings, proposal, ground)
        try:
            item = None if why else _item(proposal)
        except (Unwritable, msgspec.ValidationError) as e:
            item, why = None, str(e)
        if item is not None and not moved.isdisjoint(_figure(f.source, f.target) for f in item.made_of):
            item, why = None, "what it is made of is corrected in this plan: the next night plans it anew"
        if item is not None:
            items.append(item)
            if (source := item.open().moves) is not None:
                moved.add(_figure(source, item.target))
        else:
            left_out.append(
                LeftOut(case_key=proposal.case_key, code=proposal.code, record=proposal.record, why=why or "",
                        amount_gbp=proposal.amount_gbp)
            )  # fmt: skip
    needed = {read for item in items for read in item.rests_on}
    return Plan(
        merchant=settings.merchant.name, night=str(night), made_at=at, planner=planner, skus=skus,
        ground=tuple(ground[read] for read in sorted(needed)), items=tuple(items), left_out=tuple(left_out),
    )  # fmt: skip


def _proposals(
    db: duckdb.DuckDBPyConnection, standing: set[str], codes: Collection[str] | None, enabled: set[str]
) -> list[Proposal]:
    """The rows of the files of systems that are switched on, in the order in which they are to be applied."""
    db.register("standing_case", pa.table({"case_key": pa.array(sorted(standing), pa.string())}))
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE open_case AS
        SELECT e.* FROM exception AS e SEMI JOIN standing_case USING (case_key)
        WHERE e.night = getvariable('night') AND e.state = 'open' AND (?::VARCHAR[] IS NULL OR list_contains(?, e.code))
        """,
        [None if codes is None else sorted(codes)] * 2,
    )
    for shared in SHARED:
        db.execute((HERE.parent / shared).read_text(encoding="utf-8"))
    files = [f for f in sorted(HERE.glob("*.sql")) if _asks_of(f) <= enabled]
    as_text = "SELECT * REPLACE (to_json(target)::VARCHAR AS target, evidence::VARCHAR AS evidence) FROM"
    parts = [NOTHING, *(f"{as_text} ({f.read_text(encoding='utf-8').rstrip().rstrip(';')}\n)" for f in files)]
    columns = """
        p.case_key, c.code, c.amount_gbp, p.write, p.target, p.record, p.field, p.before, p.after,
        p.units, p.floor, coalesce(p.made_of, '[]'), p.details, p.rests_on, coalesce(p.evidence, '{}'), p.left_out
    """
    rows = db.execute(
        f"""
        SELECT {columns} FROM ({" UNION ALL BY NAME ".join(parts)}) AS p JOIN open_case AS c USING (case_key)
        ORDER BY p.rank, p.write, p.record, p.field, p.case_key, p.after
        """
    ).fetchall()
    return [Proposal(*row) for row in rows]


def _ground(db: duckdb.DuckDBPyConnection) -> dict[str, Ground]:
    """Every read of the night with its verdict, and the FEED codes that stand on it."""
    rows = db.execute(
        """
        SELECT r.system || '/' || r.entity, r.snapshot, r.verdict,
            coalesce(list(DISTINCT e.code ORDER BY e.code) FILTER (e.code IS NOT NULL), [])
        FROM control_read AS r
        LEFT JOIN exception AS e ON e.night = r.night AND e.code IN ('FEED-01', 'FEED-02', 'FEED-03')
            AND e.state IN ('open', 'expected', 'suppressed') AND e.systems = r.system AND e.entity = r.entity
        WHERE r.night = getvariable('night')
        GROUP BY ALL
        """
    ).fetchall()
    return {read: Ground(read=read, snapshot=s, verdict=v, feed=tuple(feed)) for read, s, v, feed in rows}


def _asks_of(file: Path) -> set[str]:
    """The systems that a file writes to or looks at: without one of them it has nothing to say."""
    return {file.stem.split("_")[0], *WIRE.findall(file.read_text(encoding="utf-8"))}


def _item(p: Proposal) -> PlanItem:
    return PlanItem(
        case_key=p.case_key, code=p.code, write=p.write, target=msgspec.json.decode(p.target), record=p.record,
        field=p.field, before=p.before, after=p.after or "", units=p.units, amount_gbp=p.amount_gbp, floor=p.floor,
        made_of=msgspec.json.decode(p.made_of, type=tuple[Figure, ...]),
        details=msgspec.json.decode(p.details, type=Asked) if p.details else None, rests_on=tuple(sorted(p.rests_on)),
        evidence=msgspec.json.decode(p.evidence),
    )  # fmt: skip


def _figure(source: str, target: Mapping[str, str | None]) -> tuple[str, ...]:
    """What names a figure of a source, in whichever target its fields stand."""
    return (source, *(target[name] or "" for name in installed_sources()[source].__struct_fields__))


def _not_allowed(settings: Settings, p: Proposal, ground: Mapping[str, Ground]) -> str | None:
    """Why a proposal is not taken up, beside what its own file says."""
    write = installed_writes()[p.write]
    shaky = [r for r in sorted(p.rests_on) if r not in ground or not ground[r].firm]
    if shaky:
        return f"nothing is corrected from {', '.join(shaky)}: not complete, dropped or stale"
    if not settings.corrections.allows(p.write, assumed=write.assumed):
        return f"switched off: corrections.{'assumed_writes' if write.assumed else 'writes'} does not name {p.write}"
    return None


def held_back(ledger: Ledger, night: Night) -> dict[str, str]:
    """Cases that were corrected since the night, and those that came back too often."""
    item = tables.correction_item
    applied = sa.and_(item.c.state == ItemState.VERIFIED.value, item.c.night < night.date)
    since = sa.and_(item.c.night == night.date, item.c.state.not_in([s.value for s in UNTOUCHED]))
    with ledger.engine.connect() as connection:
        fights = connection.execute(
            sa.select(item.c.case_key).where(applied).group_by(item.c.case_key).having(sa.func.count() >= FIGHTS)
        )
        frozen = dict.fromkeys(fights.scalars(), FROZEN)
        recent = connection.execute(sa.select(item.c.case_key).where(since))
        return frozen | dict.fromkeys(recent.scalars(), "corrected since this night: the next one tells what is left")


def _sealed(ledger: Ledger) -> dict[str, list[date]]:
    """First and last day (London) of periods that are sealed and not reopened: nothing is dated back into them."""
    table, sealed = tables.event, dict[str, tuple[date, date]]()
    kinds = [Kind.PERIOD_SEALED.value, Kind.PERIOD_REOPENED.value]
    query = sa.select(table.c.kind, table.c.body).where(table.c.kind.in_(kinds)).order_by(table.c.seq)
    with ledger.engine.connect() as connection:
        for kind, body in connection.execute(query):
            told = msgspec.json.decode(body)
            sealed.pop(told["period"], None)
            if kind == Kind.PERIOD_SEALED.value:
                sealed[told["period"]] = date.fromisoformat(told["first"]), date.fromisoformat(told["last"])
    return {"first": [first for first, _ in sealed.values()], "last": [last for _, last in sealed.values()]}


def _one(db: duckdb.DuckDBPyConnection, query: str) -> Any:
    return db.execute(query).fetchall()[0][0]
