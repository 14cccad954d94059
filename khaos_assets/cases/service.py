"""Service levels: by when somebody must have acted on a case."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import cast

from khaos_assets.config import Settings
from khaos_assets.config.settings import Severity


def due(settings: Settings, code: str, severity: str, amount_gbp: Decimal | None, opened: datetime) -> datetime:
    """The instant at which the service level of a case opened at `opened` ends: the last route that fits says how many
    hours, else its severity does."""
    hours = settings.cases.service_hours[cast(Severity, severity)]
    for route in settings.routing:
        if route.service_hours is not None and route.fits(code, amount_gbp):
            hours = route.service_hours
    return opened + timedelta(hours=hours)
