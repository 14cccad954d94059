"""Looking for a text in cases, whatever its case (ASCII): a condition that each database has its fastest word for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from khaos_assets.cases import tables

WITHIN = ("record_key", "counterpart_key", "scope", "field")
"""Columns in any part of which a text is looked for; a case key begins with it."""


class _Like(FunctionElement[bool]):
    """A column and a pattern, in which / makes % and _ mean themselves."""

    type = sa.Boolean()
    inherit_cache = True


def _in_words(element: _Like, compiler: Any, like: str, **more: Any) -> str:
    column, pattern = (compiler.process(part, **more) for part in element.clauses)
    return f"{column} {like} {pattern} ESCAPE '/'"


@compiles(_Like, "postgresql")
def _on_postgresql(element: _Like, compiler: Any, **more: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    return _in_words(element, compiler, "ILIKE", **more)


@compiles(_Like, "sqlite")
def _on_sqlite(element: _Like, compiler: Any, **more: Any) -> str:  # pyright: ignore[reportUnusedFunction]
    # Blind to the case of ASCII by itself: to make both sides small first would take two thirds longer
    return _in_words(element, compiler, "LIKE", **more)


def mentions(text: str) -> sa.ColumnElement[bool]:
    """Cases that have the text in their record, counterpart, scope or field, or whose key begins with it."""
    now, part = tables.case.c, _escaped(text)
    parts = [_Like(now[name], sa.literal(f"%{part}%", sa.String)) for name in WITHIN]
    return sa.or_(*parts, now.case_key.startswith(text.lower(), autoescape=True))


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
