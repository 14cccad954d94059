"""What owners have not been told yet: one digest per owner, of cases that opened, came back, grew severe or are late.

A case is told of when something befell it and it still stands; then not again until something else befalls it. What was
told is kept by event, channel and owner. Not here: sending (`orchestration/alerts.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from khaos_assets.cases import tables
from khaos_assets.cases.events import Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.states import STANDING
from khaos_assets.rules.catalogue import load_catalogue

EXAMPLES = 3
WORDS = {
    Kind.OPENED: "new",
    Kind.REOPENED: "back",
    Kind.ESCALATED: "more severe",
    Kind.BREACHED: "late",
    Kind.ASSIGNED: "given to you",
}
"""What is told, the more pressing last: a case that had several counts under the last of them."""


@dataclass
class CodeNews:
    """Cases of one code that the same thing befell. GBP with the sign that the cases have; None where none has any."""

    code: str
    title: str
    what: str
    count: int = 0
    gbp: Decimal | None = None
    examples: list[str] = field(default_factory=list)
    """Records, the largest first."""


@dataclass
class Digest:
    """What one owner has not been told yet by a channel."""

    owner: str
    upto: int
    """The newest event that it takes into account."""
    at: datetime
    """The instant of that event (UTC)."""
    news: list[CodeNews] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(n.count for n in self.news)


def untold(ledger: Ledger, channel: str) -> list[Digest]:
    """A digest for each owner to whom something is new, by owner."""
    event, now, told = tables.event, tables.case, tables.told
    order = {kind.value: place for place, kind in enumerate(WORDS)}
    rank = sa.case(order, value=event.c.kind)
    pressing = sa.func.row_number().over(partition_by=event.c.case_key, order_by=rank.desc())
    with ledger.engine.connect() as connection:
        head = connection.execute(sa.select(event.c.seq, event.c.at).order_by(event.c.seq.desc()).limit(1)).first()
        if head is None:
            return []
        known = sa.select(told.c.owner, told.c.seq).where(told.c.channel == channel).subquery()
        rows = (
            sa.select(
                now.c.owner, event.c.kind, now.c.code, now.c.record_key, now.c.amount_gbp, pressing.label("place")
            )
            .select_from(
                event.join(now, now.c.case_key == event.c.case_key).outerjoin(known, known.c.owner == now.c.owner)
            )
            .where(
                event.c.kind.in_(list(order)), now.c.state.in_([s.value for s in STANDING]),
                event.c.seq > sa.func.coalesce(known.c.seq, 0),
            )
            .subquery()
        )  # fmt: skip
        found = connection.execute(
            sa.select(rows)
            .where(rows.c.place == 1)
            .order_by(rows.c.owner, rows.c.code, rows.c.kind, sa.func.abs(rows.c.amount_gbp).desc().nulls_last())
            .order_by(rows.c.record_key)
        ).all()
    return _digests(found, head.seq, head.at)


def _digests(rows: Iterable[Any], upto: int, at: datetime) -> list[Digest]:
    catalogue = load_catalogue()
    digests: dict[str, Digest] = {}
    for owner, kind, code, record_key, gbp, _ in rows:
        digest = digests.setdefault(owner, Digest(owner, upto, at))
        what = WORDS[Kind(kind)]
        if not digest.news or (digest.news[-1].code, digest.news[-1].what) != (code, what):
            known = catalogue.get(code)
            digest.news.append(CodeNews(code, known.title if known else "", what))
        one = digest.news[-1]
        one.count += 1
        if gbp is not None:
            one.gbp = gbp if one.gbp is None else one.gbp + gbp
        if len(one.examples) < EXAMPLES:
            one.examples.append(record_key)
    return [digests[owner] for owner in sorted(digests)]


def remember(ledger: Ledger, channel: str, owner: str, upto: int) -> None:
    """This owner has been told by this channel of everything up to this event."""
    told = tables.told
    mine = (told.c.channel == channel) & (told.c.owner == owner)
    with ledger.deed(datetime.now(UTC)) as deed:
        if not deed.connection.execute(sa.update(told).where(mine).values(seq=upto)).rowcount:
            deed.connection.execute(sa.insert(told), [{"channel": channel, "owner": owner, "seq": upto}])


def told_upto(ledger: Ledger, channel: str, owner: str) -> int:
    """The event up to which this owner has been told by this channel; 0 where never."""
    told = tables.told
    mine = (told.c.channel == channel) & (told.c.owner == owner)
    with ledger.engine.connect() as connection:
        return connection.scalar(sa.select(told.c.seq).where(mine)) or 0
