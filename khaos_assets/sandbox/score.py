"""The score of a run: what it reported against what the world planted, code by code, matched one to one.

A planted line is found when an open row has its code, systems, record_key and scope, and its units and amount_gbp where
the truth gives them. One that differs in these is both missed and false, and says what differs.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from khaos_assets.sandbox.world import WorldError, WorldState

Line = dict[str, Any]
Identity = tuple[str, str, str, str, str]

IDENTITY = ("night", "code", "systems", "record_key", "scope")
AMOUNTS = ("units", "amount_gbp")
NEEDED = (*IDENTITY, "state", *AMOUNTS)


def score(world_dir: Path, exceptions_file: Path) -> dict[str, Any]:
    """Recall, precision, decoys reported and the counts per code, over every night that the file has rows of.

    `exceptions_file` is an export (interface "Exceptions export") as .csv, .json or .parquet. A file without rows is
    scored against the world's first night. Raises WorldError for a file or world that is not as documented.
    """
    world = WorldState(world_dir)
    reported = _reported(exceptions_file)
    nights = sorted({row["night"] for row in reported}) or [world.nights[0].date.isoformat()]
    known = {n.date.isoformat() for n in world.nights}
    if unknown := [n for n in nights if n not in known]:
        raise WorldError(
            f"{exceptions_file}: night {unknown[0]!r} is not in this world (known: {', '.join(sorted(known))})"
        )
    truth = [line for night in nights for line in _truth(world_dir, night)]
    opened = [row for row in reported if row["state"] == "open"]
    return _scored([t for t in truth if t["kind"] == "exception"], [t for t in truth if t["kind"] == "decoy"], opened)


def _scored(planted: list[Line], decoys: list[Line], opened: list[Line]) -> dict[str, Any]:
    found, missed, false = _match(planted, opened)
    decoy_identities = {_identity(d) for d in decoys}
    per_code = {
        code: {"planted": 0, "found": 0, "false": 0} for code in sorted({x["code"] for x in planted + decoys + opened})
    }
    for name, lines in (("planted", planted), ("found", found), ("false", false)):
        for line in lines:
            per_code[line["code"]][name] += 1
    return {
        "recall": len(found) / len(planted) if planted else 1.0,
        "precision": len(found) / len(opened) if opened else 1.0,
        "decoys_reported": sum(_identity(row) in decoy_identities for row in opened),
        "per_code": per_code,
        "missed": missed,
        "false": [{**row, "decoy": True} if _identity(row) in decoy_identities else row for row in false],
    }


def _match(planted: Iterable[Line], opened: Iterable[Line]) -> tuple[list[Line], list[Line], list[Line]]:
    """Found, missed and false. Among rows of one identity, those with the planted amounts are taken first, and the
    lines that give most before those that any row would satisfy."""
    left: dict[Identity, list[Line]] = defaultdict(list)
    for row in opened:
        left[_identity(row)].append(row)
    found: list[Line] = []
    open_lines: list[Line] = []
    for line in sorted(planted, key=lambda t: -sum(t.get(a) is not None for a in AMOUNTS)):
        rows = left[_identity(line)]
        if (place := next((n for n, row in enumerate(rows) if not _differences(line, row)), None)) is None:
            open_lines.append(line)
        else:
            found.append(line)
            del rows[place]
    missed: list[Line] = []
    differing: dict[Identity, list[Line]] = {k: list(rows) for k, rows in left.items()}
    why_false: dict[int, str] = {}
    for line in open_lines:
        rows = differing.get(_identity(line), [])
        if not rows:
            missed.append(_told(line, "not reported"))
            continue
        row = rows.pop(0)
        why = _differences(line, row)
        missed.append(_told(line, why))
        why_false[id(row)] = why
    false = [_told(row, why_false.get(id(row), "not planted")) for rows in left.values() for row in rows]
    return found, sorted(missed, key=_identity), sorted(false, key=_identity)


def _differences(line: Line, row: Line) -> str:
    """What the row says otherwise, in words; empty where it agrees. A truth without a figure accepts any."""
    pairs = ((a, line.get(a), row.get(a)) for a in AMOUNTS)
    return "; ".join(
        f"{name} is {'empty' if is_ is None else is_}, planted was {planted}"
        for name, planted, is_ in pairs
        if planted is not None and (is_ is None or is_ != planted)
    )


def _identity(line: Line) -> Identity:
    night, code, systems, key, scope = (str(line[k]) for k in IDENTITY)
    return night, code, systems, key, scope


def _told(line: Line, why: str) -> Line:
    amounts = {a: None if line.get(a) is None else str(line[a]) for a in AMOUNTS}
    kept = {k: line[k] for k in ("field", "reason", "note") if line.get(k)}
    return {**{k: line[k] for k in IDENTITY}, **kept, **amounts, "why": why}


def _truth(world_dir: Path, night: str) -> list[Line]:
    file = world_dir / "nights" / night / "truth.ndjson"
    try:
        texts = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as e:
        raise WorldError(f"{file}: not readable: {e}") from e
    lines: list[Line] = []
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        where = f"{file}: line {number}"
        try:
            line = json.loads(text, parse_float=Decimal)
        except ValueError as e:
            raise WorldError(f"{where}: not JSON: {e}") from e
        if not isinstance(line, dict) or line.get("kind") not in ("exception", "decoy"):
            raise WorldError(f"{where}: kind must be exception or decoy")
        lines.append(_line({"night": night, "scope": "", **line}, where))
    return lines


def _line(raw: Mapping[str, Any], where: str) -> Line:
    """With identity as text and amounts as Decimal or None. Absent and empty amounts are the same thing here."""
    if missing := [k for k in IDENTITY if raw.get(k) is None]:
        raise WorldError(f"{where}: {', '.join(missing)} missing")
    line = dict(raw) | {k: str(raw[k]) for k in IDENTITY}
    for name in AMOUNTS:
        value = raw.get(name)
        try:
            line[name] = None if value in (None, "") else Decimal(str(value))
        except InvalidOperation as e:
            raise WorldError(f"{where}: {name} = {value!r} is not a decimal number") from e
    return line


def _reported(file: Path) -> list[Line]:
    readers: dict[str, Callable[[Path], Iterable[Mapping[str, Any]]]] = {
        ".csv": _csv,
        ".json": _json,
        ".parquet": _parquet,
    }
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise WorldError(f"{file}: the suffix says how it is read: {', '.join(readers)} are allowed")
    try:
        rows = list(reader(file))
    except FileNotFoundError as e:
        raise WorldError(f"{file}: there is no such file; `khaos-assets exceptions --out` writes one") from e
    except (OSError, ValueError, csv.Error) as e:
        raise WorldError(f"{file}: not readable: {e}") from e
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        where = f"{file}: row {number}"
        if missing := [k for k in NEEDED if k not in row]:
            raise WorldError(f"{where}: column {', '.join(missing)} missing")
        lines.append(_line({**row, "scope": row["scope"] or "", "record_key": row["record_key"] or ""}, where))
    return lines


def _csv(file: Path) -> Iterable[Mapping[str, Any]]:
    csv.field_size_limit(2**31 - 1)
    text = file.read_bytes().decode("utf-8-sig")  # line ends inside cells stay as they are
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [k for k in NEEDED if k not in (reader.fieldnames or ())]:
        raise WorldError(f"{file}: column {', '.join(missing)} missing in the first line")
    return reader


def _json(file: Path) -> Iterable[Mapping[str, Any]]:
    """One array of objects, or an object that holds one under `exceptions`."""
    found = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    rows = found.get("exceptions") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise ValueError("an array of objects is expected")
    return rows


def _parquet(file: Path) -> Iterable[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except pa.ArrowException as e:
        raise ValueError(str(e)) from e
    if missing := [k for k in NEEDED if k not in table.column_names]:
        raise WorldError(f"{file}: column {', '.join(missing)} missing")
    return table.to_pylist()
