"""What a night would be with a mutant: the same, other words, other exceptions, or a rule that contradicts itself.

A rule's changed statement is first looked at by itself. Where it says something else, the night is evaluated again in a
copy of this process, from what the mutant's file makes on: only codes that read something else than before run again.
"""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from khaos_assets.config import Night, Settings, Store
from khaos_assets.rules import catalogue, evaluation
from khaos_assets.rules.catalogue import Code, load_catalogue
from khaos_assets_tests import planted_night
from khaos_assets_tests.mutate_rules.mutants import Mutant
from khaos_assets_tests.planted_night import Results, tie_out
from khaos_assets_tests.standing_connection import parsed

TABLE = re.compile(r"(?:\s*--[^\n]*\n)*\s*CREATE OR REPLACE (?:TEMP )?TABLE (\w+) AS\b")
AFTER = re.compile(r";\s*(?:--[^\n]*\s*)*$")
"""The end of a statement, and the comment of the next."""
NO_SQL = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
EVALUATE_IN, RUN = planted_night.evaluate_in, evaluation._run  # pyright: ignore[reportPrivateUsage]
_same: set[tuple[str, bytes]] = set()
"""Changed statements that gave on what they read what the true one gives."""


@dataclass
class Judge:
    """A night that has just been evaluated, and may be again with a mutant."""

    db: Any
    settings: Settings
    store: Store
    night: Night
    ran: dict[str, bytes] = field(default_factory=dict)
    """Code → what its statements read."""
    _was: Results | None = None

    def evaluate(self) -> Any:
        with running(self.run):
            return EVALUATE_IN(self.db, self.settings, self.store, self.night)

    def run(self, db: Any, code: Code, pairs: list[Any]) -> None:
        RUN(db, code, pairs)
        self.ran[code.code] = self.reads(code, pairs)

    def run_again(self, db: Any, code: Code, pairs: list[Any]) -> None:
        """Where it reads something else than it did."""
        if code.rests_on or self.reads(code, pairs) != self.ran.get(code.code):
            for table in ("found", "population"):
                db.execute(f"DELETE FROM {table} WHERE code = ?", [code.code])
            RUN(db, code, pairs)

    def reads(self, code: Code, pairs: list[Any]) -> bytes:
        said = code.statements
        tested = [p.systems for p in pairs if p.why is None]
        return self.db.key(f"{said['population']} {said['exceptions']}", tested)

    @property
    def was(self) -> Results:
        self._was = self._was or planted_night.results_of(self.db)
        return self._was

    def otherwise(self, mutant: Mutant) -> Results | str:
        """What the night would be with a mutant: its results, "same", "wording" where only that is otherwise, "broken"
        where it could not be, or did not tie, or "no SQL"."""
        try:
            if mutant.file.name == "suppression.sql":
                return with_edges(self.db, mutant)
            alone = on_its_own(self.db, mutant)
            if alone != "different":
                return alone
            assert self.was
            return in_a_fork(lambda: self.with_mutant(mutant))
        except NO_SQL:
            return "no SQL"
        except duckdb.Error:
            return "broken"

    def with_mutant(self, mutant: Mutant) -> Results | str:
        """The night evaluated again, from what the mutant's file makes on."""
        resting = [name for name, code in load_catalogue().items() if code.rests_on]
        try:
            if mutant.file.parent.name in ("comparisons", "warehouse"):
                self.db.execute(mutant.text)
            with reading(mutant), running(self.run_again):
                evaluation.write_history = lambda *_: None  # type: ignore[assignment]
                evaluation.WORKING_TABLES = "DELETE FROM code_need"
                for table in ("found", "population"):
                    self.db.execute(f"DELETE FROM {table} WHERE list_contains(?::VARCHAR[], code)", [resting])
                EVALUATE_IN(self.db, self.settings, self.store, self.night)
            now = planted_night.results_of(self.db)
            tie_out(now)
        except NO_SQL:
            return "no SQL"
        except (duckdb.Error, evaluation.RuleError, AssertionError) as e:
            return "no SQL" if isinstance(e.__cause__, NO_SQL) else "broken"
        if facts(now) != facts(self.was):
            return now
        return "same" if now.rows == self.was.rows else "wording"


def with_edges(db: Any, mutant: Mutant) -> Results | str:
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


def facts(found: Results) -> list[Any]:
    """Results without their wording."""
    wording = {"reason", "expected_value", "actual_value", "evidence", "counterpart_key"}
    return [[{k: v for k, v in r.items() if k not in wording} for r in found.rows], found.control, found.population]


@contextmanager
def running(run: Callable[..., None]) -> Generator[None]:
    """Codes are run by `run`."""
    evaluation._run = run  # pyright: ignore[reportPrivateUsage]
    try:
        yield
    finally:
        evaluation._run = RUN  # pyright: ignore[reportPrivateUsage]


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
