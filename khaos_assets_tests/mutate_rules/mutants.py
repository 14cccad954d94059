"""What can be taken out of a statement: conditions, branches, edges of comparisons, joins that exclude, suppression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENDS = re.compile(
    r"\b(AND|OR|THEN|ELSE|END|WHEN|GROUP BY|ORDER BY|QUALIFY|HAVING|WHERE|WINDOW|UNION|AS"
    r"|(?:LEFT |FULL |ANTI |SEMI |ASOF )?JOIN)\b|[,;)]"
)
WORD = re.compile(r"\b[A-Za-z_]\w*")
AFTER_JOIN = re.compile(r"\n\s*(?=WHERE|GROUP|LEFT|JOIN|QUALIFY|ANTI|SEMI|\)|UNION|ORDER|--|;)|\n\n|;|$")
TURNED = {"<=": "<", ">=": ">", "<": "<=", ">": ">="}


@dataclass(frozen=True)
class Mutant:
    """One file with one change."""

    file: Path
    line: int
    what: str
    text: str


def blanked(text: str) -> str:
    """The same text at the same places, its comments and the inside of its quotes replaced by blanks."""

    def blank(m: re.Match[str]) -> str:
        if m[0].startswith("-- name"):
            return ";" + " " * (len(m[0]) - 1)
        return " " * len(m[0]) if m[0].startswith("--") else f"'{' ' * (len(m[0]) - 2)}'"

    return re.sub(r"--[^\n]*|'[^'\n]*'", blank, text)


def term_end(code: str, start: int) -> int:
    """Where the condition that begins at `start` ends: at the next word or sign of its depth that cannot be in it."""
    depth, cases, at, between = 0, 0, start, False
    while at < len(code):
        word = WORD.match(code, at)
        if depth == 0 and cases == 0 and (m := ENDS.match(code, at)):
            if not (m[0] == "AND" and between):
                return at
            between = False
        elif word:
            between = between or (word[0] == "BETWEEN" and depth == 0)
            cases += {"CASE": 1, "END": -1}.get(word[0], 0)
        else:
            depth += (code[at] in "([{") - (code[at] in ")]}")
        at = word.end() if word else at + 1
    return at


def join_end(code: str, start: int) -> int:
    """Where a join ends, whose word ends at `start`: at the next clause of its depth."""
    depth = 0
    for at in range(start, len(code)):
        if depth < 0 or (depth == 0 and AFTER_JOIN.match(code, at)):
            return at - (depth < 0)
        depth += (code[at] in "([{") - (code[at] in ")]}")
    return len(code)


def mutants(file: Path) -> Iterator[Mutant]:
    """Each condition taken for true (of an alternative: for false), each branch of a CASE never taken, each comparison
    turned at its edge, each excluding join and each default of `coalesce` dropped; in suppression each edge."""
    text = file.read_text(encoding="utf-8")
    code = blanked(text)

    def mutant(start: int, end: int, put: str, what: str) -> Mutant:
        return Mutant(file, text.count("\n", 0, start) + 1, what, text[:start] + put + text[end:])

    joins = "|ON" if file.name == "suppression.sql" else ""
    for m in re.finditer(rf"\b(AND|OR(?! REPLACE)|WHERE|QUALIFY|HAVING|WHEN{joins})\b\s*|\((?=\w|-)", code):
        at = term_end(code, m.end())
        end = m.end() + len(code[m.end() : at].rstrip())
        joined = ENDS.match(code, at)
        if m[0] == "(" and (joined is None or joined[0] not in ("AND", "OR")):
            continue
        if m[1] == "AND" and re.search(r"\bBETWEEN\s+[\w.()']+\s*$", code[: m.start()]):
            continue
        put = "FALSE" if m[1] in ("OR", "WHEN") or (m[0] == "(" and joined and joined[0] == "OR") else "TRUE"
        yield mutant(m.end(), end, put, f"{put} for: {shown(text[m.start() : end])}")
    for m in re.finditer(r"(?<=\s)(ANTI|SEMI) JOIN\b", code):
        end = join_end(code, m.end())
        yield mutant(m.start(), end, "", f"without {shown(text[m.start() : end])}")
    for m in re.finditer(r"(?<=[\w)] )(<=|>=|<|>)(?= [\w(-])", code):
        begins = text.rfind("\n", 0, m.start()) + 1
        line, nth = text[begins : text.find("\n", m.start())], code[begins : m.start()].count(m[1])
        yield mutant(m.start(), m.end(), TURNED[m[1]], f"{m[1]} → {TURNED[m[1]]} ({nth + 1}.) in {shown(line)}")
    for m in re.finditer(r"coalesce\((\w+(?:\.\w+)?), ([^()]+)\)", code):
        yield mutant(m.start(), m.end(), m[1], f"coalesce off: {text[m.start() : m.end()]}")
    if file.name == "suppression.sql":
        yield from without_edges(file, text)


def shown(sql: str) -> str:
    return " ".join(sql.split())


def without_edges(file: Path, text: str) -> Iterator[Mutant]:
    """Each part of the union dropped, each code of a list and each row of a table of codes."""
    head, mark, tail = text.partition("-- Each victim")
    start, table, edges = head.partition("TABLE suppression_edge AS\n")
    before = (start + table).count("\n")

    def mutant(at: int, what: str, kept: str) -> Mutant:
        return Mutant(file, before + edges.count("\n", 0, at) + 1, what, start + table + kept + mark + tail)

    parts = re.split(r"(?m)^UNION ALL$", edges.rstrip("; \n"))
    for n, part in enumerate(parts):
        kept = "UNION ALL".join(p for i, p in enumerate(parts) if i != n)
        yield mutant(edges.index(part), "without this edge", kept + ";\n\n")
    for m in re.finditer(r"IN \(('[A-Z]+-\d+'(?:, '[A-Z]+-\d+')+)\)", edges):
        codes = m[1].split(", ")
        for code in codes:
            kept = ", ".join(c for c in codes if c != code)
            yield mutant(m.start(), f"without {code} of {m[1]}", edges[: m.start(1)] + kept + edges[m.end(1) :])
    for m in re.finditer(r"\('[A-Z]+-\d+', '[A-Z]+-\d*', \d+\)", edges):
        never = m[0].replace("'", "'never ", 1)
        yield mutant(m.start(), f"without {m[0]}", edges[: m.start()] + never + edges[m.end() :])
