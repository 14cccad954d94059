"""Which mutants a night shows, and which of those a test sees.

A mutant that makes the two statements of a rule disagree on a night is seen by every test of that night (`tie_out`).
One that changes both alike is seen where a test says so: those tests run once more on the changed results.
"""

from __future__ import annotations

import os
import pickle
import re
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from khaos_assets.config import Night, Settings, Store
from khaos_assets.rules import catalogue, evaluation
from khaos_assets.rules.catalogue import load_catalogue
from khaos_assets_tests import planted_night
from khaos_assets_tests.mutate_rules.mutants import Mutant
from khaos_assets_tests.planted_night import PlantedNight, Results, tie_out
from khaos_assets_tests.standing_connection import parsed

TABLE = re.compile(r"(?:\s*--[^\n]*\n)*\s*CREATE OR REPLACE (?:TEMP )?TABLE (\w+) AS\b")
ENOUGH = 4
"""Nights on which a mutant is kept for the tests to see."""

AFTER = re.compile(r";\s*(?:--[^\n]*\s*)*$")
"""The end of a statement, and the comment of the next."""
NO_SQL = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
Key = tuple[str, int | None]
_same: set[tuple[str, bytes]] = set()
"""Changed statements that gave on what they read what the true one gives."""


@dataclass
class Trace:
    """What is known of one mutant so far."""

    mutant: Mutant
    dead: str | None = None
    """The test whose night it spoiled, or "no SQL"."""
    changed: dict[Key, Results] = field(default_factory=dict)
    tests: list[str] = field(default_factory=list)
    wording: bool = False
    """It changed what no test is asked to see: reason, shown values, evidence."""


@dataclass
class Sieve:
    """Stands in for `planted_night.evaluate`: evaluates once, and again with each mutant that is still alive."""

    traces: Sequence[Trace]
    evaluated: dict[Key, Results] = field(default_factory=dict)
    key: Key = ("", None)
    left: int = 0
    """Nights still to be evaluated for it."""

    def evaluate(self, folder: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
        key = (repr(nights), seed)
        if key not in self.evaluated:
            self.key, self.left = key, len(nights)
            self.evaluated[key] = ORIGINAL(folder, *nights, seed=seed)
        return self.evaluated[key]

    def evaluate_in(self, db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night) -> Any:
        """The night as it is; on the last of several, the mutants too."""
        result = EVALUATE_IN(db, settings, store, night)
        self.left -= 1
        if self.left == 0 and self.key[1] is None:
            test, _, phase = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")
            test = test if phase == "(call)" else test.split("::")[0]
            for trace in self.traces:
                if trace.dead is None and len(trace.changed) < ENOUGH:
                    found = otherwise(db, settings, store, night, trace.mutant)
                    if found in ("broken", "no SQL"):
                        trace.dead = test if found == "broken" else found
                    elif found == "wording":
                        trace.wording = True
                    elif isinstance(found, Results):
                        trace.changed[self.key] = found
                        trace.tests = list(dict.fromkeys([*trace.tests, test]))
        return result


ORIGINAL, EVALUATE_IN = planted_night.evaluate, planted_night.evaluate_in


def otherwise(
    db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night, mutant: Mutant
) -> Results | str:
    """What the night would be with a mutant: its results, "same", "wording" where only that is otherwise, "broken"
    where it could not be, or did not tie, or "no SQL"."""
    try:
        return judged(db, settings, store, night, mutant)
    except NO_SQL:
        return "no SQL"
    except duckdb.Error:
        return "broken"


def judged(
    db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night, mutant: Mutant
) -> Results | str:
    if mutant.file.name == "suppression.sql":
        return with_edges(db, mutant)
    alone = on_its_own(db, mutant)
    if alone != "different":
        return alone
    found = in_a_fork(lambda: with_mutant(db, settings, store, night, mutant))
    return "wording" if found == "same" and mutant.file.stem in load_catalogue() else found


def with_edges(db: duckdb.DuckDBPyConnection, mutant: Mutant) -> Results | str:
    """Other edges over the same candidates. The backlogs that rest on them stay as they are."""
    explained = "FROM explained ORDER BY ALL"
    was = db.sql(explained).fetchall()
    try:
        db.execute(mutant.text)
        if db.sql(explained).fetchall() == was:
            return "same"
        db.execute((catalogue.HERE / "results.sql").read_text(encoding="utf-8"))
        return planted_night.results_of(db)
    finally:
        db.execute(mutant.file.read_text(encoding="utf-8"))
        db.execute((catalogue.HERE / "results.sql").read_text(encoding="utf-8"))


def on_its_own(db: Any, mutant: Mutant) -> str:
    """What the changed statement says by itself, without a fork: "same", "different", or "broken" where a rule's two
    statements then disagree."""
    code = load_catalogue().get(mutant.file.stem)
    tested: list[str] = []
    if code:
        told = "SELECT systems FROM control_code WHERE night = getvariable('night') AND tested AND code = ?"
        tested = [systems for (systems,) in db.execute(told, [code.code]).fetchall()]
        if not tested:
            return "same"
        if code.rests_on:
            return "different"
    changed = statements(mutant) if code else tables(mutant)
    if changed is None:
        return "different"
    name, was, now = changed
    only = "WHERE list_contains(?::VARCHAR[], systems)" if code else ""
    was, now = (f"SELECT * FROM ({sql}) {only}" for sql in (was, now))
    parameters = [tested] if code else []
    # Of what either reads: a mutant may have lost what makes the true one different tonight
    key = (now, db.key(f"{was} {now}", parameters))
    if key in _same:
        return "same"
    before, after = (rows(db, sql, parameters) for sql in (was, now))
    if before == after:
        _same.add(key)
        return "same"
    if code is None:
        return "different"
    if name == "population":
        theirs, mine = "found", f"SELECT systems, record_key FROM ({now}) WHERE holds IS DISTINCT FROM TRUE"
    else:
        theirs, mine = "(FROM population WHERE NOT holds)", f"SELECT systems, record_key FROM ({now})"
    theirs = f"SELECT systems, record_key FROM {theirs} WHERE code = ?"
    return "different" if rows(db, theirs, [code.code]) == rows(db, mine, parameters) else "broken"


def statements(mutant: Mutant) -> tuple[str, str, str]:
    """(name, as it was, as it is) of the changed statement of a rule."""
    was, now = (catalogue.named_statements(path) for path in (mutant.file, _AsFile(mutant)))  # type: ignore[arg-type]
    return next((n, was[n], now[n]) for n in was if was[n] != now[n])


def tables(mutant: Mutant) -> tuple[str, str, str] | None:
    """(name, as it was, as it is) of the changed table of a comparison; None where it is a view or a macro."""
    texts = (mutant.file.read_text(encoding="utf-8"), mutant.text)
    was, now = ([s.query for s in parsed(text)] for text in texts)
    (changed,) = ((a, b) for a, b in zip(was, now, strict=True) if a != b)
    made = TABLE.match(changed[0])
    return (made[1], f"FROM {made[1]}", AFTER.sub("", changed[1][made.end() :])) if made else None


def rows(db: Any, sql: str, parameters: list[Any]) -> list[str]:
    """Content, whatever its order."""
    return sorted(map(repr, db.execute(sql, parameters).fetchall()))


class _AsFile:
    """A mutant where a path is read."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.text = mutant.file.name, mutant.text

    def read_text(self, **_: str) -> str:
        return self.text


def with_mutant(
    db: duckdb.DuckDBPyConnection, settings: Settings, store: Store, night: Night, mutant: Mutant
) -> Results | str:
    """The night evaluated again, from what the mutant's file makes on."""
    try:
        was = planted_night.results_of(db)
        if mutant.file.parent.name in ("comparisons", "warehouse"):
            db.execute(mutant.text)
        with reading(mutant):
            evaluation.write_history = lambda *_: None  # type: ignore[assignment]
            EVALUATE_IN(db, settings, store, night)
        now = planted_night.results_of(db)
        tie_out(now)
    except NO_SQL:
        return "no SQL"
    except (duckdb.Error, evaluation.RuleError, AssertionError) as e:
        return "no SQL" if isinstance(e.__cause__, NO_SQL) else "broken"
    return "same" if facts(now) == facts(was) else now


def facts(found: Results) -> list[Any]:
    """Results without their wording."""
    wording = {"reason", "expected_value", "actual_value", "evidence", "counterpart_key"}
    return [[{k: v for k, v in r.items() if k not in wording} for r in found.rows], found.control, found.population]


@contextmanager
def reading(mutant: Mutant) -> Generator[None]:
    """Whoever reads the mutant's file reads its text."""
    original = Path.read_text

    def read_text(self: Path, *args: Any, **options: Any) -> str:
        return (
            mutant.text if self.name == mutant.file.name and self == mutant.file else original(self, *args, **options)
        )

    Path.read_text = read_text  # type: ignore[method-assign]
    try:
        yield
    finally:
        Path.read_text = original  # type: ignore[method-assign]


def in_a_fork(work: Callable[[], Any]) -> Any:
    """What `work` returns, from a copy of this process that is then gone; "broken" where it died."""
    out, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            with os.fdopen(inlet, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(inlet)
    with os.fdopen(out, "rb") as pipe:
        sent = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(sent) if sent else "broken"


def results_of(folder: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
    """What tests import as `evaluate`."""
    return _instead[-1](folder, *nights, seed=seed)


_instead: list[Callable[..., Results]] = [ORIGINAL]


def run_tests(tests: Sequence[str], evaluate: Callable[..., Results]) -> str:
    """What pytest says of tests whose nights come from `evaluate`; nothing where all pass."""
    _instead.append(evaluate)
    planted_night.evaluate = results_of
    with tempfile.TemporaryFile("w+") as out:
        with redirect_stdout(out), redirect_stderr(out):
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:timeout", "-W", "ignore", *tests])
        out.seek(0)
        return "" if status == 0 else out.read()


def sieve(traces: Sequence[Trace], tests: Sequence[str]) -> None:
    """Run the tests once with all mutants, then those that saw something once per mutant that changed a night."""
    seen = Sieve(traces)
    planted_night.evaluate_in = seen.evaluate_in
    if red := run_tests(tests, seen.evaluate):
        raise SystemExit(f"{red}\nThe tests are red without any mutant")
    for trace in traces:
        if trace.dead is None and trace.changed:
            found = seen.evaluated | trace.changed

            if in_a_fork(partial(run_tests, trace.tests, partial(looked_up, found))):
                trace.dead = trace.tests[0]


def looked_up(found: dict[Key, Results], _: Path, *nights: PlantedNight, seed: int | None = None) -> Results:
    """What is known of nights already."""
    return found[repr(nights), seed]
