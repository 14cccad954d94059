"""A portal over October of a merchant by hand, with reports, a pack and plans. Made once; what changes it copies it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi.testclient import TestClient
from filelock import FileLock

from khaos_assets import reports, warehouse
from khaos_assets.cases.ledger import Ledger, open_ledger
from khaos_assets.config import Night, Store
from khaos_assets.corrections.planning import make_plan
from khaos_assets.corrections.register import enter
from khaos_assets.corrections.worklists import write_worklists
from khaos_assets.portal.access import Access, audit, open_access, sessions
from khaos_assets.portal.app import create_app
from khaos_assets_tests.planted_channels import SHOPS
from khaos_assets_tests.planted_night import PlantedNight, merged
from khaos_assets_tests.portal_people import CHEAP, Clock, hire
from khaos_assets_tests.unit.close.conftest import quick
from khaos_assets_tests.unit.close.months_by_hand import LATER, Books, books
from khaos_assets_tests.unit.close.october import CLOSES, CLOSING, OPENING, OPENS

GIVEN: dict[str, Any] = {
    "corrections": {"writes": ["*"], "assumed_writes": ["*"]}, "ownership": {"stock": ["wair", "khaos"]},
    "close": {"control_accounts": {"stock": ["1100"]}, "nominals": {"sales": "4000"}},
}  # fmt: skip
PEOPLE = {
    "ann": ["finance"], "ben": ["finance"], "cat": ["approver"], "dora": ["approver"], "eve": ["viewer"],
    "fay": ["finance", "approver", "administrator"], "dan": ["administrator"],
}  # fmt: skip
"""Dora planned; whoever is called so has that role."""


@dataclass
class Browser:
    """Somebody who is signed in, or nobody yet; what the portal sends is kept as it came."""

    client: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers, follow_redirects=True)

    def press(self, page: str, path: str, **form: str) -> httpx.Response:
        """Send a form from a page, where the session's token stands; the answer itself, without going on."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(page).text)
        assert found, page
        return self.client.post(path, data={"csrf": found[1], **form}, follow_redirects=False)


@dataclass
class Portal:
    """A portal that answers in this process."""

    store: Store
    ledger: Ledger
    access: Access
    app: Any
    clock: Clock
    plans: list[str]

    def sign_in(self, name: str) -> Browser:
        at = self.clock()
        with self.access.writing() as connection:
            secret = sessions.begin(connection, name, via="password", address="", browser="", at=at)
        return Browser(TestClient(self.app, base_url="http://127.0.0.1", cookies={"reconciliation": secret}))

    def noted(self, kind: str) -> list[dict[str, Any]]:
        """What the audit says of this kind, the newest first."""
        return [e.content | {"by": e.actor} for e in audit.entries(self.access.engine, kind=kind, limit=100)]


@pytest.fixture(scope="session")
def october(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Books:
    """Two nights, a pack of October, reports, worklists and two plans of Dora's."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "portal-october"
    with FileLock(f"{folder}.lock"):
        if not (folder / "made").exists():
            with quick():
                made = books(folder / "data", {OPENS: OPENING, CLOSES: CLOSING}, **GIVEN)
                made.prepare()
                _report(made)
            (folder / "made").touch()
    given = merged(SHOPS, GIVEN)
    return Books(PlantedNight((), settings=given).effective_settings(), Store(folder / "data"), given)


def _report(made: Books) -> None:
    night = Night.of(CLOSES)
    reports.write_nightly(made.settings, made.store, night)
    warehouse.publish(made.store, night)
    with open_ledger(made.store) as ledger:
        write_worklists(ledger, made.store, CLOSES, None)
        plan = make_plan(made.settings, made.store, ledger, night, planner="dora", at=LATER - timedelta(minutes=30))
        enter(ledger, plan)
        (item,) = plan.items
        three = (item, *(msgspec.structs.replace(item, record=name) for name in ("another", "a third")))
        enter(ledger, msgspec.structs.replace(plan, items=three, made_at=LATER - timedelta(minutes=20)))
    with open_access(made.settings, made.store, passwords=CHEAP, proxy_secret="") as access:
        for name, roles in PEOPLE.items():
            hire(access, name, *roles)


@pytest.fixture(scope="session")
def copied(october: Books) -> Callable[[Path], Books]:
    """A copy of it all in another folder."""

    def copy(folder: Path) -> Books:
        shutil.copytree(october.store.root, folder)
        return replace(october, store=Store(folder))

    return copy


@contextmanager
def answering(made: Books, now: datetime = LATER) -> Iterator[Portal]:
    """The portal over a data folder, in this process."""
    clock = Clock(now)
    app = create_app(made.settings, made.store, clock=clock)
    with TestClient(app):
        site = app.state.site
        with site.ledger.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT plan_id FROM correction_plan ORDER BY made_at DESC").all()
        yield Portal(made.store, site.ledger, site.access, app, clock, [row[0] for row in rows])


@pytest.fixture
def portal(copied: Callable[[Path], Books], tmp_path: Path) -> Iterator[Portal]:
    """For tests that change something."""
    with answering(copied(tmp_path / "data")) as found:
        yield found
