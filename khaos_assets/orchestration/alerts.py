"""Telling people what is new: one digest per owner, each case once.

Here: which open exceptions and failed snapshot checks of the latest night nobody was told of yet, and telling them.
A case counts as told when its digest went out, so a webhook that does not answer is tried again. Never one message per
row. Not here: when this happens (`sensors.py`).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import httpx

from khaos_assets.config import Night, Settings, Store
from khaos_assets.expectations.result import CheckKind, read_results
from khaos_assets.orchestration.metadata import pounds
from khaos_assets.rules.catalogue import load_catalogue

if TYPE_CHECKING:
    from khaos_assets.intraday import Moment

EXAMPLES = 3


@dataclass
class CodeNews:
    """New open rows of one code (or one failed snapshot check)."""

    code: str
    title: str
    count: int = 0
    gbp: Decimal | None = None
    examples: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        worth = f", {pounds(self.gbp)}" if self.gbp is not None else ""
        return f"{self.code} {self.title}: {self.count} new{worth} ({', '.join(self.examples)})"


@dataclass
class Digest:
    """What one owner has not been told yet."""

    owner: str
    merchant: str
    night: str
    news: list[CodeNews] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """For a person; chat webhooks show this field."""
        head = f"{self.merchant}, night {self.night}: {len(self.keys)} new for {self.owner}"
        return "\n".join([head, *(f"• {n.line}" for n in self.news)])

    def body(self) -> dict[str, Any]:
        """For a program. Pounds are decimal text."""
        return {
            "text": self.text,
            "merchant": self.merchant,
            "night": self.night,
            "owner": self.owner,
            "new": len(self.keys),
            "codes": [
                {"code": n.code, "title": n.title, "new": n.count, "examples": n.examples}
                | ({"gbp": str(n.gbp)} if n.gbp is not None else {})
                for n in self.news
            ],
        }


def latest_night(store: Store) -> Night | None:
    """The latest night with check results; only this one alerts."""
    known = sorted(p.stem for p in store.check_results(Night.of("2000-01-01").date).parent.glob("*.json"))
    return Night.of(known[-1]) if known else None


def published_file(store: Store, night: Night) -> Path | None:
    """The published copy, when it speaks of this night; None while it is an earlier one."""
    pointer = store.published / "current.json"
    if not pointer.exists():
        return None
    current = json.loads(pointer.read_text(encoding="utf-8"))
    return store.published / current["file"] if current["night"] == str(night) else None


News = tuple[str, str, str, str, Decimal | None]
"""(owner, code, case key, record key, pounds)."""


def digests(settings: Settings, store: Store, night: Night) -> list[Digest]:
    """What is new since people were last told, one digest per owner, by owner."""
    published = published_file(store, night)
    if published is None:
        return []
    titles = {r.subject: r.title for r in read_results(store, night)}
    return _untold(settings, store, str(night), titles, _news(published, store, night))


def tell(settings: Settings, store: Store, night: Night) -> list[Digest]:
    """Send each digest to the webhook where there is one, and remember its cases. Returns what was told, to be logged.

    Raises the last fault of the webhook after all owners were tried; what did not go out stays new.
    """
    return _send(settings, store, digests(settings, store, night))


def tell_of_day(settings: Settings, store: Store, moment: Moment) -> list[Digest]:
    """As `tell`, of the cases that a moment of the day lists; the night that follows does not tell of them again."""
    titles = {name: code.title for name, code in load_catalogue().items()}
    cases = sorted(moment.listed, key=lambda c: (c.owner, c.code, -abs(c.amount_gbp or 0), c.record_key))
    news = ((c.owner, c.code, c.case_key, c.record_key, c.amount_gbp) for c in cases)
    return _send(settings, store, _untold(settings, store, moment.night.isoformat(), titles, news))


def _untold(
    settings: Settings, store: Store, night: str, titles: Mapping[str, str], news: Iterable[News]
) -> list[Digest]:
    """`news` is sorted by owner and code."""
    with closing(_ledger(store)) as ledger:
        told = {key for (key,) in ledger.execute("SELECT case_key FROM told")}
    found: dict[str, Digest] = {}
    for owner, code, case_key, record_key, gbp in news:
        if case_key in told:
            continue
        digest = found.setdefault(owner, Digest(owner, settings.merchant.name, night))
        if not digest.news or digest.news[-1].code != code:
            digest.news.append(CodeNews(code, titles.get(code, "")))
        one = digest.news[-1]
        one.count += 1
        digest.keys.append(case_key)
        if gbp is not None:
            one.gbp = gbp if one.gbp is None else one.gbp + gbp
        if len(one.examples) < EXAMPLES:
            one.examples.append(record_key)
    return [found[owner] for owner in sorted(found)]


def _send(settings: Settings, store: Store, digests: Iterable[Digest]) -> list[Digest]:
    sent: list[Digest] = []
    fault: Exception | None = None
    for digest in digests:
        try:
            if settings.alerts.webhook_url:
                _post(settings.alerts.webhook_url, digest, settings.alerts.timeout_seconds)
        except httpx.HTTPError as e:
            # The address of a chat webhook is a secret: neither it nor an error that quotes it is passed on.
            fault = ConnectionError(f"the webhook did not take the digest for {digest.owner}: {type(e).__name__}")
            continue
        with closing(_ledger(store)) as ledger, ledger:
            ledger.executemany(
                "INSERT OR IGNORE INTO told VALUES (?, ?, ?)",
                [(key, digest.owner, digest.night) for key in digest.keys],
            )
        sent.append(digest)
    if fault is not None:
        raise fault
    return sent


def _post(url: str, digest: Digest, timeout: float) -> None:
    with httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client:
        client.post(url, json=digest.body()).raise_for_status()


def _ledger(store: Store) -> sqlite3.Connection:
    store.alerts.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(store.alerts, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    columns = "case_key TEXT PRIMARY KEY, owner TEXT NOT NULL, night TEXT NOT NULL"
    connection.execute(f"CREATE TABLE IF NOT EXISTS told ({columns})")
    return connection


def _news(published: Path, store: Store, night: Night) -> Iterator[News]:
    """Everything open, by owner and code, the largest first."""
    with duckdb.connect(str(published), read_only=True) as db:
        yield from db.execute(
            """
            SELECT owner, code, case_key, record_key, amount_gbp
            FROM exception
            WHERE night = ? AND state = 'open'
            ORDER BY owner, code, abs(amount_gbp) DESC NULLS LAST, record_key, scope, field
            """,
            [night.date],
        ).fetchall()
    for r in read_results(store, night):
        # What makes a read INCOMPLETE is FEED-01 and stands above; a broken contract is news of its own.
        if r.kind is CheckKind.READ and r.passed is False:
            yield r.owner, r.subject, f"contract/{r.subject}/{night}", r.reason, None
