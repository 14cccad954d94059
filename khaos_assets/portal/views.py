"""Lists of exceptions that people keep under a name: each their own."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from khaos_assets.portal.access import Access
from khaos_assets.portal.access.tables import view

MOST = 40
"""Views of one person; the oldest makes room."""


@dataclass(frozen=True)
class View:
    """A list under a name: `query` is the part of its address after the question mark."""

    title: str
    query: str


def of_person(access: Access, name: str) -> list[View]:
    """Theirs, by title."""
    query = sa.select(view.c.title, view.c.query).where(view.c.name == name).order_by(view.c.title)
    with access.engine.connect() as connection:
        return [View(title, query) for title, query in connection.execute(query)]


def keep(access: Access, name: str, title: str, query: str) -> None:
    """Keep a list under a title; one of the same title is replaced."""
    with access.writing() as connection:
        connection.execute(sa.delete(view).where(view.c.name == name, view.c.title == title))
        connection.execute(sa.insert(view).values(name=name, title=title, query=query, made_at=access.clock()))
        mine = sa.select(view.c.title).where(view.c.name == name).order_by(view.c.made_at.desc(), view.c.title.desc())
        for old in connection.scalars(mine.offset(MOST)).all():
            connection.execute(sa.delete(view).where(view.c.name == name, view.c.title == old))


def drop(access: Access, name: str, title: str) -> None:
    """Drop it, if there is one."""
    with access.writing() as connection:
        connection.execute(sa.delete(view).where(view.c.name == name, view.c.title == title))
