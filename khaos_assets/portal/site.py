"""What every page is given: the settings, the ledger, the published copy, who may come in, what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Request

from khaos_assets.cases.finding import Totals, Wanted, owners_known, totals
from khaos_assets.cases.ledger import Ledger
from khaos_assets.config import Settings, Store
from khaos_assets.portal.access import Access
from khaos_assets.portal.memory import Memory
from khaos_assets.portal.published import Published


@dataclass
class Site:
    """One portal while it is served."""

    settings: Settings
    store: Store
    ledger: Ledger
    published: Published
    access: Access
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    memory: Memory = field(default_factory=Memory)

    def totals(self, wanted: Wanted) -> Totals:
        """The totals of a list of cases; at most ten seconds behind decisions that are taken meanwhile."""
        version = self.ledger.head()
        return self.memory.get(("totals", wanted), version, lambda: totals(self.ledger, wanted), seconds=10)

    def owners(self) -> list[str]:
        """Everybody who has, or had, a case."""
        return self.memory.get("owners", self.ledger.head(), lambda: owners_known(self.ledger), seconds=60)

    @property
    def night(self) -> date | None:
        """The newest night that was run to its end; None before the first."""
        return self.published.night


def site(request: Request) -> Site:
    """The portal that answers this request."""
    return request.app.state.site


Here = Annotated[Site, Depends(site)]
