"""The same in the ledger's PostgreSQL, beside the ledger: people come in, guess, take, and are written down."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from khaos_assets.cases.ledger import open_ledger
from khaos_assets.config import Settings, Store
from khaos_assets.config.settings import Merchant
from khaos_assets.portal.access import Access, By, Did, audit, open_access, people, sessions, tokens
from khaos_assets.portal.access import access as opening
from khaos_assets.portal.access.signing_in import NotLetIn, Visitor, by_password
from khaos_assets_tests.portal_people import ADDRESS, CHEAP, OFFICE, PASSWORD, Clock, hire
from khaos_assets_tests.real_postgresql import running_postgresql

HERE = Visitor(ADDRESS)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    folder = tmp_path_factory.mktemp("portal")
    settings = Settings(merchant=Merchant(name="Bright & Co"))
    with running_postgresql() as url, open_ledger(Store(folder), url=url):
        for _ in range(2):  # the second finds the tables
            with open_access(settings, Store(folder), url=url, passwords=CHEAP, proxy_secret="", clock=Clock()) as made:
                pass
        with open_access(settings, Store(folder), url=url, passwords=CHEAP, proxy_secret="", clock=Clock()) as made:
            yield made
    assert not list(Path(folder).glob("portal.sqlite*"))


def test_people_sessions_tokens_and_audit_are_kept_there(access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "finance", "owner:STK")
    secret = by_password(access, "jo", PASSWORD, HERE)
    token = tokens.make(access, "jo", purpose="copy", days=3, by=OFFICE)
    for name in ("jo", "\x00", "nobody"):
        with pytest.raises(NotLetIn):
            by_password(access, name, "wrong", HERE)
    with access.writing() as connection:
        found = sessions.find(connection, secret, access.settings, access.clock())
        assert found is not None and found.name == "jo"
        assert not sessions.end_one(connection, "root", found.session_id)
    assert tokens.person_of(access, token) is not None
    people.disable(access, "jo", by=OFFICE)
    assert tokens.person_of(access, token) is None
    assert audit.verify(access.engine) >= 7


def test_its_audit_is_appended_only_and_in_one_line(access: Access) -> None:
    before = audit.verify(access.engine)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: access.note(Did.DOWNLOADED, By("jo"), report=str(n)), range(30)))
    assert audit.verify(access.engine) == before + 30
    for statement in ("DELETE FROM portal_audit", "UPDATE portal_audit SET actor = ''", "TRUNCATE portal_audit"):
        with pytest.raises(DatabaseError, match="appended, never changed"), access.writing() as connection:
            connection.execute(sa.text(statement))


def test_whoever_waits_too_long_there_is_told_that_it_is_busy(
    access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.1)
    url = access.engine.url.render_as_string(hide_password=False)
    settings = Settings(merchant=Merchant(name="Bright & Co"))
    with open_access(settings, Store(tmp_path), url=url, passwords=CHEAP, proxy_secret="") as other:
        with access.writing(), pytest.raises(opening.AccessBusy, match="nothing was changed"), other.writing():
            raise AssertionError("it is not our turn")
        other.note(Did.DOWNLOADED, By("jo"), report="afterwards")
