"""A DuckDB connection that leaves standing what a statement would only make again.

Hundreds of small nights run the same five hundred statements, most of them over tables that are empty or were the same
the night before; to plan one takes longer than to run it. So each statement has a key: its text, its parameters, the
bytes of the Parquet files and the content of all tables, views, macros and variables that its words can mean. A table
whose key is the one it was made with stands; an INSERT whose key once gave no row gives none. Words that only look like
a name make a key too narrow, never too wide. A SELECT is always run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from os.path import exists
from pathlib import Path

import duckdb

COMMENT = re.compile(r"--[^\n]*|'[^']*'")
WORD = re.compile(r"[a-z_]\w*")
PARQUET = re.compile(r"'([^']+\.parquet)'")
MADE = re.compile(
    r"\s*CREATE (?P<replace>OR REPLACE )?(?:TEMP )?(?P<kind>TABLE|VIEW|MACRO) (?P<exists>IF NOT EXISTS )?"
    r"(?P<name>[\w.]+)(?P<query>\s+AS\b)?"
)
VARIABLE = re.compile(r"\s*SET VARIABLE (\w+)")
ROWS = re.compile(r"\s*(?:INSERT INTO|DELETE FROM) ([\w.]+)(?: BY NAME)?")
SCHEMA = re.compile(r"\s*(?:DROP SCHEMA IF EXISTS (?P<drop>\w+) CASCADE|CREATE SCHEMA (?P<create>\w+))")
OTHER = duckdb.StatementType
READING = {OTHER.SELECT, OTHER.COPY}
unheard_of = count()


@dataclass
class Thing:
    """A table, view, macro or variable."""

    kind: str
    text: str
    key: bytes | None = None
    """Of the statement that made it, where nothing has changed it since."""
    content: bytes | None = None
    """None where it was not worked out."""
    left_over: bool = False
    """From before `begin`: to whoever mentions it, it is not there."""


def digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()


@lru_cache(maxsize=5000)
def parsed(sql: str) -> list[duckdb.Statement]:
    return duckdb.extract_statements(sql)


@lru_cache(maxsize=5000)
def words(sql: str) -> tuple[str, ...]:
    """Of the text without its comments, each once. Those in quotes count: they may name a variable."""
    bare = COMMENT.sub(lambda m: m[0] if m[0][0] == "'" else " ", sql.lower())
    return tuple(dict.fromkeys(WORD.findall(bare)))


def plain(sql: str) -> bytes:
    """Of a definition: its text, and the content of the Parquet files it names."""
    return digest(PARQUET.sub("", sql), files(sql, ()))


def files(sql: str, parameters: Sequence[object]) -> list[object]:
    """Bytes of the Parquet files named, as digests."""
    named = [*PARQUET.findall(sql), *(p for p in parameters if isinstance(p, str) and p.endswith(".parquet"))]
    return [digest(Path(n).read_bytes()) if Path(n).exists() else next(unheard_of) for n in named]


class StandingConnection:
    """What of a connection the warehouse and the rules use."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, free: list[StandingConnection]) -> None:
        self.connection = connection
        self.free = free
        """Where it goes when it was used."""
        self.things: dict[str, Thing] = {}
        self.called: dict[str, list[str]] = {}
        """Things by the last part of their names, as it stands in a text."""
        self.schemas: set[str] = set()
        """Those that were made; a dropped one stays, what stood in it is left over."""
        self.gives_nothing: set[bytes] = set()
        self.spoiled = False

    def begin(self) -> None:
        """From here on it is as if just opened."""
        self._leave(self.things)

    def __enter__(self) -> StandingConnection:
        return self

    def __exit__(self, *raised: object) -> None:
        if self.spoiled:
            self.connection.close()
        else:
            self.free.append(self)

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> duckdb.DuckDBPyConnection:
        for statement in parsed(sql):
            try:
                self._run(statement, parameters or ())
            except duckdb.Error:
                self.spoiled = self.spoiled or statement.type not in READING
                raise
        return self.connection

    def sql(self, sql: str) -> duckdb.DuckDBPyRelation:
        self._look_at(words(sql))
        return self.connection.sql(sql)

    def register(self, name: str, rows: object) -> None:
        self._drop(name)
        self.connection.register(name, rows)
        self._keep(name, Thing("ROWS", "", content=digest(next(unheard_of))))

    def unregister(self, name: str) -> None:
        self.connection.unregister(name)
        self._forget(name)

    def _run(self, statement: duckdb.Statement, parameters: Sequence[object]) -> None:
        text = statement.query
        if made := MADE.match(text):
            self._make(statement, made, parameters)
        elif variable := VARIABLE.match(text):
            name, key = variable[1].lower(), self.key(text[variable.end() :], parameters)
            if name not in self.things or self.things[name].content != key:
                self._send(statement, parameters, counted=False)
            self._keep(name, Thing("VARIABLE", text, content=key))
        elif rows := ROWS.match(text):
            key = self.key(text[rows.end() :], (*parameters, rows[0]))
            self._look_at((rows[1].lower(),))
            if key in self.gives_nothing:
                return
            if self._send(statement, parameters):
                thing = self.things[rows[1].lower()]
                thing.key = thing.content = None
            elif statement.type == OTHER.INSERT:
                self.gives_nothing.add(key)
        elif schema := SCHEMA.match(text):
            self._leave([n for n in self.things if n.startswith(f"{schema['drop'] or schema['create']}.")])
            if schema["create"] and schema["create"] not in self.schemas:
                self._send(statement, parameters, counted=False)
                self.schemas.add(schema["create"])
        elif statement.type in (*READING, OTHER.SET, OTHER.EXPLAIN):
            self._look_at(words(text))
            self._send(statement, parameters, counted=False)
        else:
            raise NotImplementedError(f"what stands after: {text}")

    def _make(self, statement: duckdb.Statement, made: re.Match[str], parameters: Sequence[object]) -> None:
        """Tables, views and macros. An empty table is told by how it was made, wherever its rows did not come from."""
        text, name, kind = statement.query, made["name"].lower(), made["kind"]
        filled, empty = kind == "TABLE" and bool(made["query"]), digest("empty", text)
        key = self.key(text[made.end() :], (*parameters, made[0])) if filled else plain(text)
        was = self.things.get(name)
        if was and not was.left_over and made["exists"]:
            return
        if was and (was.left_over or made["replace"]):
            stands = was.content == empty and (key in self.gives_nothing or not filled)
            if stands or (
                was.key == key and (filled or kind != "TABLE") and all(map(exists, PARQUET.findall(was.text)))
            ):
                was.key, was.left_over = key, False
                return
        if was and was.left_over and not (made["replace"] and was.kind == kind != "MACRO"):
            self._drop(name)
        rows = self._send(statement, parameters, counted=filled)
        if filled and not rows:
            self.gives_nothing.add(key)
        self._keep(name, Thing(kind, text, key, key if kind != "TABLE" else None if rows else empty))

    def _send(self, statement: duckdb.Statement, parameters: Sequence[object], *, counted: bool = True) -> int:
        """Rows changed."""
        if parameters:
            self.connection.execute(statement, parameters)
        else:
            self.connection.execute(statement)
        row = self.connection.fetchone() if counted and self.connection.description else None
        return row[0] if row else 0

    def key(self, text: str, parameters: Sequence[object]) -> bytes:
        """Of what a statement gives."""
        reads = [(name, self._content(name)) for name in sorted(self._look_at(words(text)))]
        return digest(PARQUET.sub("", text), parameters, files(text, parameters), reads)

    def _leave(self, names: Iterable[str]) -> None:
        for name in names:
            self.things[name].left_over = True

    def _look_at(self, mentioned: Sequence[str]) -> set[str]:
        """All that the words can mean, through views and macros. What is left over from before goes."""
        found: set[str] = set()
        ahead = list(mentioned)
        while ahead:
            for name in list(self.called.get(ahead.pop(), ())):
                thing = self.things[name]
                if thing.left_over:
                    self._drop(name)
                elif name not in found:
                    found.add(name)
                    if thing.kind in ("VIEW", "MACRO"):
                        ahead.extend(words(thing.text))
        return found

    def _content(self, name: str) -> bytes:
        thing = self.things[name]
        if thing.content is None:
            told = "count(*), sum(hash(t::VARCHAR)), any_value(typeof(t))"
            rows = self.connection.execute(f"SELECT {told} FROM {name} AS t").fetchone()
            thing.content = digest("rows", rows) if rows and rows[0] else digest("empty", thing.text)
        return thing.content

    def _keep(self, name: str, thing: Thing) -> None:
        self._forget(name)
        self.things[name] = thing
        self.called.setdefault(name.rpartition(".")[2], []).append(name)

    def _forget(self, name: str) -> None:
        if self.things.pop(name, None):
            self.called[name.rpartition(".")[2]].remove(name)

    def _drop(self, name: str) -> None:
        thing = self.things.get(name)
        if thing is None:
            return
        if thing.kind == "VARIABLE":
            self.connection.execute(f"RESET VARIABLE {name}")
        elif thing.kind != "ROWS":
            kind = "MACRO TABLE" if thing.kind == "MACRO" and " AS TABLE" in thing.text else thing.kind
            self.connection.execute(f"DROP {kind} IF EXISTS {name}")
        self._forget(name)
