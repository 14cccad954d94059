"""The count: stock read just after midnight of the period's last day, for both sides and all it is derived from."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from khaos_assets import snapshots
from khaos_assets.close.ground import COUNTED, CloseError
from khaos_assets.close.periods import Period
from khaos_assets.config import Credentials, Night, Settings, Store
from khaos_assets.snapshots import Certificate


def count(
    settings: Settings, credentials: Credentials, store: Store, period: Period, *, at: datetime
) -> dict[str, Certificate]:
    """Take the count of a period that has ended, as of `at` (aware); the certificates by `system/entity`.

    It stands beside the nights (`close/<period>/count/`), as a whole or not at all: one of which a read is INCOMPLETE
    leaves what was counted before; without any, the pack takes the night's stock. Raises CloseError before the end.
    """
    if at < period.cut_off:
        raise CloseError(f"{period}: it ends {period.last}: count after midnight, London time")
    month = store.month(period.key)
    night = Night(period.last + timedelta(days=1), at)
    enabled = set(settings.enabled_systems())
    reads = [f"{name}/{entity}" for name, entities in COUNTED.items() if name in enabled for entity in entities]
    shutil.rmtree(month.draft_count.root, ignore_errors=True)
    taken = snapshots.take(settings, credentials, month.draft_count, night, reads)
    if all(certificate.complete for certificate in taken.values()):
        shutil.rmtree(month.count.root, ignore_errors=True)
        month.draft_count.root.rename(month.count.root)
    return taken
