"""What a page that names a right is given, and what everybody else is told."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Form, Request
from fastapi.testclient import TestClient
from httpx import Response

from khaos_assets.portal.access import (
    Access,
    Person,
    Right,
    audit,
    changing,
    confirmed,
    cookies,
    csrf_token,
    may,
    people,
    present,
    refusals,
    signed_in,
    tokens,
)
from khaos_assets.portal.access.signing_in import Visitor, by_password
from khaos_assets_tests.portal_people import ADDRESS, OFFICE, PASSWORD, Clock, hire

Reader = Annotated[Person, Depends(may(Right.READ))]


def small_app(access: Access) -> FastAPI:
    """A page of each kind."""
    app = FastAPI()
    app.state.site = SimpleNamespace(access=access)
    refusals.answer_with(app)

    @app.get("/page")
    def page(request: Request, person: Reader) -> dict[str, str]:
        return {"name": person.name, "csrf": csrf_token(request)}

    @app.get("/file")
    def file(person: Annotated[Person, Depends(may(Right.DOWNLOAD))]) -> str:
        return f"for {person.name}"

    @app.get("/anybody")
    def anybody(person: Annotated[Person, Depends(signed_in)]) -> str:
        return person.name

    @app.get("/account")
    def account(person: Annotated[Person, Depends(present)]) -> str:
        return person.name

    @app.post("/decide")
    def decide(person: Annotated[Person, Depends(changing(Right.DECIDE))], note: Annotated[str, Form()] = "") -> str:
        return f"{person.name}: {note}"

    @app.post("/approve")
    def approve(person: Annotated[Person, Depends(confirmed(Right.APPROVE))]) -> str:
        return f"approved by {person.name}"

    return app


@pytest.fixture
def browser(access: Access) -> Iterator[TestClient]:
    with TestClient(small_app(access), base_url="http://127.0.0.1:8420", follow_redirects=False) as client:
        yield client


def enter(browser: TestClient, access: Access, name: str = "jo", password: str = PASSWORD) -> str:
    """Sign in; the token of the session."""
    secret = by_password(access, name, password, Visitor(ADDRESS))
    browser.cookies.clear()
    browser.cookies.set(cookies.name(access.settings), secret)
    return browser.get("/page").json()["csrf"]


def where(answer: Response) -> tuple[int, str | None]:
    return answer.status_code, answer.headers.get("location")


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(browser: TestClient) -> None:
    assert where(browser.get("/page?text=a%26b&state=open")) == (
        303, "/sign-in?next=/page%3Ftext%3Da%2526b%26state%3Dopen",
    )  # fmt: skip
    assert where(browser.get("/file")) == (303, "/sign-in?next=/file")
    assert where(browser.post("/decide", data={"note": "x"})) == (303, "/sign-in")


def test_htmx_is_led_there_with_its_whole_page_and_not_with_a_part_of_it(browser: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:8420/exceptions?late=1"}
    answer = browser.get("/page", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=/exceptions%3Flate%3D1")
    odd = browser.get("/page", headers={"HX-Request": "true", "HX-Current-URL": "http://[evil//x"})
    assert odd.headers["hx-redirect"] == "/sign-in"


@pytest.mark.parametrize("shown", ["", "x", "A" * 43, "../../etc/passwd", "’", "%00", "a;b=c"])
def test_a_cookie_that_nobody_gave_opens_nothing(browser: TestClient, access: Access, shown: str) -> None:
    hire(access, "jo", "viewer")
    cookie = f"{cookies.name(access.settings)}={shown}".encode()
    assert browser.get("/page", headers={"Cookie": cookie}).status_code == 303  # type: ignore[dict-item]


def test_a_page_is_given_who_asks(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "finance")
    token = enter(browser, access)
    assert browser.get("/page").json() == {"name": "jo", "csrf": token} and len(token) == 64
    assert browser.post("/decide", data={"csrf": token, "note": "seen"}).json() == "jo: seen"
    assert browser.post("/decide", headers={"X-CSRF-Token": token}, data={"note": "htmx"}).json() == "jo: htmx"


def test_whoever_may_not_is_told_so_and_it_is_in_the_audit(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "viewer")
    token = enter(browser, access)
    assert browser.post("/decide", data={"csrf": token, "note": "x"}).status_code == 403
    assert browser.post("/approve", data={"csrf": token, "password": PASSWORD}).status_code == 403
    found = audit.entries(access.engine, limit=2)
    assert [(e.kind, e.actor, e.content) for e in found] == [
        ("refused", "jo", {"asked": "POST /approve", "right": "approve"}),
        ("refused", "jo", {"asked": "POST /decide", "right": "decide"}),
    ]


def test_a_role_that_is_taken_is_gone_at_the_next_click(browser: TestClient, access: Access) -> None:
    hire(access, "root", "administrator")
    hire(access, "jo", "finance")
    token = enter(browser, access)
    people.change_roles(access, "jo", ["viewer"], by=OFFICE)
    assert where(browser.post("/decide", data={"csrf": token})) == (303, "/sign-in")
    token = enter(browser, access)
    assert browser.post("/decide", data={"csrf": token}).status_code == 403


@pytest.mark.parametrize("sent", ["", "0" * 64, "’", "x" * 100_000])
def test_nothing_changes_without_the_token_of_the_session(browser: TestClient, access: Access, sent: str) -> None:
    hire(access, "jo", "finance")
    token = enter(browser, access)
    for headers in ({}, {"HX-Request": "true"}):
        assert browser.post("/decide", data={"csrf": sent}, headers=headers).status_code == 403
    assert browser.post("/decide", params={"csrf": token}).status_code == 403, "in an address it would be handed on"
    assert browser.post("/decide", json={"csrf": token}).status_code == 403


def test_the_token_of_another_session_is_none_not_even_of_the_same_person(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "finance")
    earlier = enter(browser, access)
    now = enter(browser, access)
    assert earlier != now
    assert browser.post("/decide", data={"csrf": earlier}).status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8421"}, 403),
        ({"Origin": "https://127.0.0.1:8420"}, 403),
        ({"Origin": "http://127.0.0.1:8420.evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:8420"}, 200),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, 403),
    ],
)
def test_another_site_changes_nothing_even_with_the_token(
    browser: TestClient, access: Access, headers: dict[str, str], status: int
) -> None:
    hire(access, "jo", "finance")
    token = enter(browser, access)
    assert browser.post("/decide", data={"csrf": token}, headers=headers).status_code == status


def test_an_approval_wants_the_password_again_and_counts_wrong_ones(
    browser: TestClient, access: Access, clock: Clock
) -> None:
    hire(access, "jo", "approver")
    token = enter(browser, access)
    assert browser.post("/approve", data={"csrf": token, "password": PASSWORD}).json() == "approved by jo"
    assert [browser.post("/approve", data={"csrf": token, "password": f"no {n}"}).status_code for n in range(7)] == [
        403, 403, 403, 403, 403, 429, 429,
    ]  # fmt: skip
    waiting = browser.post("/approve", data={"csrf": token, "password": PASSWORD})
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")
    clock.passes(seconds=1)
    assert browser.post("/approve", data={"csrf": token, "password": PASSWORD}).status_code == 200
    assert browser.post("/approve", data={"csrf": token}).status_code == 403
    found = audit.entries(access.engine, actor="jo", kind="confirmed", limit=9)
    assert len(found) == 2


def test_a_password_that_somebody_else_knows_lets_in_only_to_change_it(browser: TestClient, access: Access) -> None:
    first = people.add(access, "jo", roles=["finance"], by=OFFICE)
    secret = by_password(access, "jo", first, Visitor(ADDRESS))
    browser.cookies.set(cookies.name(access.settings), secret)
    assert browser.get("/account").json() == "jo"
    for path in ("/page", "/file", "/anybody"):
        assert where(browser.get(path)) == (303, "/account")
    assert browser.get("/page", headers={"HX-Request": "true"}).headers["hx-redirect"] == "/account"


def test_a_token_downloads_and_does_nothing_else(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "finance", "approver")
    token = tokens.make(access, "jo", purpose="copy", days=1, by=OFFICE)
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser.get("/file", headers=bearer).json() == "for jo"
    assert browser.get("/page", headers=bearer).status_code == 403
    for answer in (
        browser.get("/anybody", headers=bearer),
        browser.get("/account", headers=bearer),
        browser.post("/decide", headers=bearer, data={"note": "x"}),
        browser.post("/approve", headers=bearer, data={"password": PASSWORD}),
        browser.get("/file", headers={"Authorization": f"Bearer {token}x"}),
    ):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert set(answer.json()) == {"error"}


def test_a_token_of_ours_that_opens_nothing_any_more_is_in_the_audit_and_rubbish_is_not(
    browser: TestClient, access: Access
) -> None:
    hire(access, "jo", "finance")
    token = tokens.make(access, "jo", purpose="copy", days=1, by=OFFICE)
    token_id = tokens.listed(access, "jo")[0].token_id
    tokens.revoke(access, token_id, by=OFFICE)
    for shown in (token, token[:-1], f"recon_{'0' * 16}_{'x' * 43}"):
        assert browser.get("/file", headers={"Authorization": f"Bearer {shown}"}).status_code == 401
    assert [e.content for e in audit.entries(access.engine, kind="not let in", limit=9)] == [{"token": token_id}]


def test_a_browser_that_shows_a_token_beside_its_cookie_is_a_machine(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "finance")
    csrf = enter(browser, access)
    answer = browser.post("/decide", data={"csrf": csrf}, headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401


def test_a_broken_form_is_a_wrong_request_and_no_error_of_the_server(browser: TestClient, access: Access) -> None:
    hire(access, "jo", "finance")
    token = enter(browser, access)
    for kind, body in (
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\nx\r\n--x--"),
        ("multipart/form-data; boundary=x", b"\xff\xfe\x00"),
        ("application/x-www-form-urlencoded", b"\xff%zz%ff&&&==" + token.encode()),
        ("application/json", b"{"),
    ):
        status = browser.post("/decide", headers={"Content-Type": kind}, content=body).status_code
        assert 400 <= status < 500, (kind, body)
