"""Signing in and out, one's account, people and the audit trail, as browsers see them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from khaos_assets.config import Settings, Store
from khaos_assets.portal.access import Access, audit, people, tokens
from khaos_assets.portal.app import create_app
from khaos_assets_tests.portal_people import CHEAP, OFFICE, PASSWORD, Clock, hire

SETTINGS = Settings.of_merchant({"merchant": {"name": "Northwind Home"}})
ANOTHER = "three plain words more"


class Desk:
    """A portal with an administrator, and browsers at it."""

    def __init__(self, app: object, access: Access, clock: Clock) -> None:
        self.app, self.access, self.clock = app, access, clock

    def browser(self, name: str = "", password: str = PASSWORD) -> TestClient:
        made = TestClient(self.app, base_url="http://127.0.0.1", follow_redirects=False)  # type: ignore[arg-type]
        if name:
            assert made.post("/sign-in", data={"name": name, "password": password}).status_code == 303
        return made


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = Clock()
    app = create_app(SETTINGS, Store(tmp_path), clock=clock, passwords=CHEAP)
    with TestClient(app, base_url="http://127.0.0.1"):
        access = app.state.site.access
        hire(access, "root", "administrator")
        hire(access, "jo", "finance")
        yield Desk(app, access, clock)


def press(browser: TestClient, path: str, page: str = "/account", **fields: object) -> Response:
    """Send a form of a page."""
    csrf = re.search(r'name="csrf" value="(\w+)"', browser.get(page).text)
    assert csrf is not None
    return browser.post(path, data={"csrf": csrf[1], **fields})


def key_shown(page: Response) -> str:
    """What a page shows once: a password, or a token."""
    found = re.search(r'<p class="key">([^<]+)</p>', page.text)
    assert found is not None, page.text
    return found[1]


def test_somebody_signs_in_and_goes_on_to_where_they_wanted(desk: Desk) -> None:
    browser = desk.browser()
    asked = browser.get("/exceptions?late=1")
    form = browser.get(asked.headers["location"])
    assert 'name="next" value="/exceptions?late=1"' in form.text
    sent = browser.post("/sign-in", data={"name": "Jo", "password": PASSWORD, "next": "/exceptions?late=1"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/exceptions?late=1")
    cookie = sent.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert browser.get("/sign-in?next=/queue").headers["location"] == "/queue", "they are signed in"


def test_who_may_not_come_in_is_not_told_why(desk: Desk) -> None:
    hire(desk.access, "gone", "viewer")
    people.disable(desk.access, "gone", by=OFFICE)
    told = {
        desk.browser().post("/sign-in", data={"name": name, "password": password}).text.replace(name, "…")
        for name, password in (("jo", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD))
    }
    assert len(told) == 1 and "Name and password do not go together" in told.pop()


def test_too_many_wrong_passwords_wait_and_are_told_for_how_long(desk: Desk) -> None:
    browser = desk.browser()
    sent = [browser.post("/sign-in", data={"name": "jo", "password": "wrong"}) for _ in range(6)]
    assert [s.status_code for s in sent] == [401] * 5 + [429]
    assert "in 1 second." in sent[-1].text and PASSWORD not in sent[-1].text


def test_another_site_signs_nobody_in(desk: Desk) -> None:
    sent = desk.browser().post(
        "/sign-in", data={"name": "jo", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert sent.status_code == 403 and "set-cookie" not in sent.headers


def test_signing_in_again_ends_the_session_that_the_browser_had(desk: Desk) -> None:
    browser = desk.browser("jo")
    old = dict(browser.cookies)
    browser.post("/sign-in", data={"name": "jo", "password": PASSWORD})
    assert dict(browser.cookies) != old
    other = desk.browser()
    other.cookies.update(old)
    assert other.get("/account").status_code == 303


def test_signed_out_is_signed_out_at_the_server_too(desk: Desk) -> None:
    browser = desk.browser("jo")
    held = dict(browser.cookies)
    assert press(browser, "/sign-out").headers["location"] == "/sign-in"
    browser.cookies.update(held)
    assert browser.get("/account").status_code == 303


def test_a_new_person_chooses_a_password_before_anything_else(desk: Desk) -> None:
    root = desk.browser("root")
    added = press(
        root, "/people", name="ann", shown_as="Ann <b>Lee</b>", role=["viewer", "owner:STK"], password=PASSWORD
    )
    first = key_shown(added)
    assert "Ann &lt;b&gt;Lee&lt;/b&gt;" in root.get("/people/ann").text
    ann = desk.browser("ann", first)
    assert ann.get("/").headers["location"] == "/account"
    assert "Somebody else knows your password" in ann.get("/account").text
    wrong = press(ann, "/account/password", password="wrong", new=ANOTHER, again=ANOTHER)
    assert (wrong.status_code, "not right" in wrong.text) == (409, True)
    differ = press(ann, "/account/password", password=first, new=ANOTHER, again=ANOTHER + "x")
    assert "differ" in differ.text
    assert press(ann, "/account/password", password=first, new=ANOTHER, again=ANOTHER).status_code == 303
    assert "Your password is changed" in ann.get("/account?done=password").text
    assert desk.browser("ann", ANOTHER).get("/account").status_code == 200


def test_a_changed_password_ends_every_other_session(desk: Desk) -> None:
    here, there = desk.browser("jo"), desk.browser("jo")
    assert press(here, "/account/password", password=PASSWORD, new=ANOTHER, again=ANOTHER).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)


def test_somebody_sees_and_ends_their_own_sessions(desk: Desk) -> None:
    here, there = desk.browser("jo"), desk.browser("jo")
    page = here.get("/account").text
    (other,) = re.findall(r'name="session" value="(\w+)"', page)
    assert press(here, "/account/sessions/end", session=other).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)


def test_a_token_is_shown_once_and_revoked(desk: Desk) -> None:
    browser = desk.browser("jo")
    assert press(browser, "/account/tokens", purpose="lake", days=5, password="wrong").status_code == 403
    token = key_shown(press(browser, "/account/tokens", purpose="lake", days=5, password=PASSWORD))
    assert tokens.person_of(desk.access, token) is not None
    page = browser.get("/account").text
    assert token not in page and "lake" in page
    assert press(browser, "/account/tokens/revoke", token=token.split("_")[1]).status_code == 303
    assert tokens.person_of(desk.access, token) is None
    assert press(browser, "/account/tokens", purpose="", days=5, password=PASSWORD).status_code == 409
    assert press(browser, "/account/tokens", purpose="x", days=900, password=PASSWORD).status_code == 422


def test_an_administrator_changes_roles_resets_and_disables_with_their_password(desk: Desk) -> None:
    root, jo = desk.browser("root"), desk.browser("jo")
    page = "/people/jo"
    refused = press(root, page, deed="roles", role=["viewer"], password="wrong")
    assert refused.status_code == 403 and people.one(desk.access, "jo").roles == ("finance",)
    assert press(root, page, deed="roles", role=["viewer"], password=PASSWORD).status_code == 303
    assert people.one(desk.access, "jo").roles == ("viewer",) and jo.get("/account").status_code == 303
    fresh = key_shown(press(root, page, deed="reset", password=PASSWORD))
    jo = desk.browser("jo", fresh)
    assert press(root, page, deed="sessions", password=PASSWORD).status_code == 303
    assert jo.get("/account").status_code == 303
    assert press(root, page, deed="disable", password=PASSWORD).status_code == 303
    assert desk.browser().post("/sign-in", data={"name": "jo", "password": fresh}).status_code == 401
    assert press(root, page, deed="enable", password=PASSWORD).status_code == 303
    assert press(root, page, deed="roles", role=["king"], password=PASSWORD).status_code == 409
    assert press(root, "/people/nobody", deed="disable", password=PASSWORD).status_code == 404


def test_an_administrator_revokes_anothers_token_with_their_own_password(desk: Desk) -> None:
    hire(desk.access, "mia", "administrator", "finance")
    made = tokens.make(desk.access, "jo", purpose="robot", days=30, by=OFFICE)
    mias = tokens.make(desk.access, "mia", purpose="robot", days=30, by=OFFICE)
    mia, token = desk.browser("mia"), made.split("_")[1]
    assert f"Revoke the token {token}" in mia.get("/people/jo").text
    assert press(mia, "/people/jo", deed="token", token=token, password="wrong").status_code == 403
    assert press(desk.browser("jo"), "/people/jo", deed="token", token=token, password=PASSWORD).status_code == 403
    elses = press(mia, "/people/jo", deed="token", token=mias.split("_")[1], password=PASSWORD)
    assert (elses.status_code, "no such token" in elses.text) == (409, True)
    assert tokens.person_of(desk.access, made) is not None and tokens.person_of(desk.access, mias) is not None
    done = press(mia, "/people/jo", deed="token", token=token, password=PASSWORD)
    assert "opens nothing any more" in mia.get(done.headers["location"]).text
    assert tokens.person_of(desk.access, made) is None
    assert f"Revoke the token {token}" not in mia.get("/people/jo").text
    assert f"Revoke the token {mias.split('_')[1]}" not in mia.get("/people/mia").text


def test_nobody_changes_what_they_may_do_themselves(desk: Desk) -> None:
    root = desk.browser("root")
    for deed in ("roles", "disable", "reset", "sessions"):
        told = press(root, "/people/ROOT", deed=deed, role=["finance"], password=PASSWORD)
        assert (told.status_code, "Another administrator" in told.text) == (409, True)
    assert people.one(desk.access, "root").roles == ("administrator",)


def test_the_audit_trail_is_read_a_page_at_a_time_by_who_and_what(desk: Desk) -> None:
    for number in range(130):
        desk.access.note(audit.Did.DOWNLOADED, OFFICE, report=f"<i>report {number}</i>")
        desk.clock.passes(minutes=1)
    root = desk.browser("root")
    page = root.get("/audit").text
    assert "&lt;i&gt;report 129&lt;/i&gt;" in page and "<i>report" not in page
    older = re.search(r'href="(/audit\?before=\d+)"', page.replace("&amp;", "&"))
    assert older is not None
    second = root.get(older[1]).text
    shown = [int(n) for n in re.findall(r"report (\d+)", page + second)]
    assert shown == sorted(shown, reverse=True) and shown[-1] == 0 and len(shown) == 130
    assert "report" not in root.get("/audit", params={"kind": "signed in"}).text.partition("<tbody>")[2]
    assert "Nothing fits" in root.get("/audit", params={"actor": "nobody"}).text
