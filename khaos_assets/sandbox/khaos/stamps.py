"""Change times as the server shows and tests them: inclusive, London local, to the millisecond.

Switches: `clock_dst` puts records into the October hour that occurs twice; `clock_skew`: the server's clock is off.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from khaos_assets.sandbox.khaos.installation import Installation, Record, local_time
from khaos_assets.sandbox.khaos.markup import at


def ambiguous_hour(night: date) -> datetime:
    """01:30 of the last October Sunday before the night: a local time that happened twice."""
    last = date(night.year if night > date(night.year, 10, 31) else night.year - 1, 10, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    return datetime.combine(sunday, time(1, 30))


def shown_time(khaos: Installation, entity: str, key: str, text: str) -> str:
    """The stamp of a record as this server's clock wrote it."""
    dst = khaos.switches.on("clock_dst", entity=entity)
    if dst is not None and ("codes" not in dst or key in dst["codes"]):
        return ambiguous_hour(khaos.world.night).isoformat()
    skew = khaos.switches.on("clock_skew", entity=entity)
    if skew is not None and (moment := local_time(text)):
        return (moment + timedelta(minutes=float(skew.get("minutes", -10)))).isoformat()
    return text


def since(
    khaos: Installation, entity: str, path: str, *, key: str, start: datetime | None, until: datetime | None = None
) -> list[Record]:
    """Records whose stamp lies in the window, both ends included, oldest first; those without the stamp drop out.
    `key` is the path of the record's code."""
    if khaos.switches.on("clock_dst", entity=entity) is None and khaos.switches.on("clock_skew", entity=entity) is None:
        return khaos.between(entity, path, start, until)
    stamped = [(local_time(shown_time(khaos, entity, at(r, key), at(r, path))), r) for r in khaos.records(entity)]
    return [r for t, r in stamped if t and (start is None or t >= start) and (until is None or t <= until)]
