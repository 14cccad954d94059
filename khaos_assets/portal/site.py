"""What every page is given: the settings, the ledger, the published copy, who may come in, what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Settings, Store
from khaos_assets.portal.access import Access
from khaos_assets.portal.published import Published

T = TypeVar("T")


@dataclass
class Site:
    """One portal while it is served."""

    settings: Settings
    store: Store
    ledger: Ledger
    published: Published
    access: Access
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    _remembered: dict[str, tuple[object, Any]] = field(default_factory=dict[str, tuple[object, Any]])

    def remembered(self, name: str, version: object, make: Callable[[], T]) -> T:
        """What `make` gives, made again only when the version it rests on is another."""
        kept = self._remembered.get(name)
        if kept is None or kept[0] != version:
            kept = self._remembered[name] = (version, make())
        return kept[1]

    @property
    def night(self) -> date | None:
        """The newest night that was run to its end; None before the first."""
        return self.published.night


def site(request: Request) -> Site:
    """The portal that answers this request."""
    return request.app.state.site


Here = Annotated[Site, Depends(site)]
