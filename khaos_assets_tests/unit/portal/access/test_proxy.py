"""People whom a trusted proxy vouches for: what it says counts only from its own mouth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from khaos_assets.config import Settings, Store
from khaos_assets.config.portal import Portal, Proxy
from khaos_assets.config.settings import Merchant
from khaos_assets.portal.access import Access, audit, people
from khaos_assets.portal.app import create_app
from khaos_assets_tests.portal_people import CHEAP, OFFICE, PASSWORD, Clock, hire

SECRET = "a secret of two machines"
PUBLIC = "https://recon.example.com"
PROXY = Proxy(
    user_header="X-Forwarded-User", auth_time_header="X-Auth-Time",
    roles={"recon-finance": ["finance"], "stock": ["owner:STK"], "chiefs": ["approver", "viewer"]},
)  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def browser(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("PORTAL_PROXY_SECRET", SECRET)
    settings = Settings(merchant=Merchant(name="Bright & Co"), portal=Portal(public_url=PUBLIC, proxy=PROXY))
    app = create_app(settings, Store(tmp_path), clock=clock, passwords=CHEAP)
    with TestClient(app, base_url=PUBLIC, client=("127.0.0.1", 5), follow_redirects=False) as client:
        client.headers["X-Portal-Secret"] = SECRET
        yield client


def access_of(browser: TestClient) -> Access:
    return browser.app.state.site.access  # type: ignore[attr-defined]


def enter(browser: TestClient, name: str = "jo", groups: str = "recon-finance") -> Response:
    """Come in as the proxy says, and stay."""
    browser.headers.update({"X-Forwarded-User": name, "X-Forwarded-Groups": groups})
    return browser.get("/sign-in?next=/account")


def test_whoever_the_proxy_names_is_in_with_the_roles_of_their_groups(browser: TestClient) -> None:
    assert browser.get("/account").headers["location"] == "/sign-in?next=/account"
    answer = enter(browser, "Jo@Example.com", "staff, stock ,recon-finance")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-") and "Secure" in cookie and "HttpOnly" in cookie and "Domain" not in cookie
    page = browser.get("/account")
    assert page.status_code == 200 and "finance, owner:STK" in page.text
    assert people.one(access_of(browser), "jo@example.com").by_proxy


def test_a_session_is_worth_nothing_when_the_proxy_names_somebody_else_or_nobody(browser: TestClient) -> None:
    enter(browser)
    for headers in ({"X-Forwarded-User": "ann"}, {"X-Forwarded-User": ""}, {"X-Portal-Secret": "x"}):
        assert browser.get("/account", headers=headers).status_code in (303, 403)
    assert browser.get("/account").status_code == 200


def test_a_group_that_is_left_is_a_role_lost_at_the_next_click(browser: TestClient) -> None:
    enter(browser, groups="recon-finance")
    assert "finance" in browser.get("/account").text
    browser.headers["X-Forwarded-Groups"] = "staff"
    assert "roles: finance" not in browser.get("/account").text
    assert browser.get("/").status_code == 403


@pytest.mark.parametrize("name", ["", " ", "jo smith", "jo,ann", "../jo", "<jo>", "x" * 65])
def test_a_name_that_is_none_comes_in_nowhere(browser: TestClient, name: str) -> None:
    assert enter(browser, name).status_code == 403
    assert people.listed(access_of(browser)) == []


def test_two_names_at_once_are_none(browser: TestClient) -> None:
    headers = [("X-Forwarded-User", "jo"), ("X-Forwarded-User", "root"), ("X-Forwarded-Groups", "recon-finance")]
    assert browser.get("/sign-in", headers=headers).status_code == 403


def test_somebody_with_a_password_is_not_taken_over_by_their_name(browser: TestClient) -> None:
    hire(access_of(browser), "root", "administrator")
    assert enter(browser, "root").status_code == 403
    (entry,) = audit.entries(access_of(browser).engine, limit=1)
    assert (entry.kind, entry.content["name"]) == ("not let in", "root")


def test_somebody_disabled_here_does_not_come_in_by_the_proxy_either(browser: TestClient) -> None:
    hire(access_of(browser), "root", "administrator")
    enter(browser)
    people.disable(access_of(browser), "jo", by=OFFICE)
    assert browser.get("/account").status_code == 303
    assert enter(browser).status_code == 403


def test_nobody_signs_in_by_password_where_the_proxy_does_it(browser: TestClient) -> None:
    hire(access_of(browser), "root", "administrator")
    assert browser.post("/sign-in", data={"name": "root", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    ("seconds_ago", "status"), [(0, 200), (599, 200), (601, 403), (-3600, 403), (None, 403), ("soon", 403)]
)
def test_what_is_grave_wants_a_fresh_sign_in_at_the_proxy(
    browser: TestClient, clock: Clock, seconds_ago: int | str | None, status: int
) -> None:
    enter(browser)
    csrf = browser.get("/account").text.split('name="csrf" value="')[1][:64]
    proven = str(int(clock().timestamp()) - seconds_ago) if isinstance(seconds_ago, int) else seconds_ago
    headers = {"X-Auth-Time": proven} if proven is not None else {}
    answer = browser.post("/account/tokens", data={"csrf": csrf, "purpose": "copy"}, headers=headers)
    assert answer.status_code == status
    assert status == 200 or "Prove again who you are" in answer.text


def test_without_the_proof_of_the_entrance_no_header_counts(browser: TestClient) -> None:
    """The same application, if somebody served it without the proxy's settings."""
    site = browser.app.state.site  # type: ignore[attr-defined]
    enter(browser)
    site.access = replace(site.access, settings=Portal(public_url=PUBLIC))
    assert browser.get("/account").status_code == 303
