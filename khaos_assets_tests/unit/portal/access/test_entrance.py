"""What every request passes first: its size, its time, the host it names, the way it came."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from khaos_assets.config.portal import Portal, Proxy
from khaos_assets.portal.access import Access
from khaos_assets.portal.access.entrance import LARGEST_BODY, Entrance

SECRET = "a secret of two machines"
PUBLIC = "https://recon.example.com"
BEHIND = Portal(public_url=PUBLIC, proxy=Proxy())


@contextmanager
def served(access: Access, *, peer: str = "127.0.0.1", base: str = "http://127.0.0.1:8420") -> Iterator[TestClient]:
    app = FastAPI()
    app.state.site = SimpleNamespace(access=access)
    app.add_middleware(Entrance)

    @app.api_route("/who", methods=["GET", "POST"])
    async def who(request: Request) -> dict[str, Any]:
        return {"from": request.client.host if request.client else None, "bytes": len(await request.body())}

    with TestClient(app, base_url=base, client=(peer, 50000)) as client:
        yield client


@pytest.fixture
def local(access: Access) -> Iterator[TestClient]:
    with served(access) as client:
        yield client


@pytest.fixture
def behind(access: Access) -> Access:
    """Of a portal behind a proxy."""
    return replace(access, settings=BEHIND, proxy_secret=SECRET)


def test_a_body_up_to_the_limit_arrives_whole_and_a_longer_one_not_at_all(local: TestClient) -> None:
    assert local.post("/who", content=b"x" * LARGEST_BODY).json()["bytes"] == LARGEST_BODY
    assert local.post("/who", content=b"x" * (LARGEST_BODY + 1)).status_code == 413
    pieces = iter([b"x" * 500_000] * 3)
    assert local.post("/who", content=pieces).status_code == 413
    assert local.post("/who", content=iter([b"x" * 500_000] * 2)).json()["bytes"] == 1_000_000


@pytest.mark.parametrize("length", ["-1", "x", "9" * 400, "1e3", "٣"])
def test_a_length_that_is_none_is_refused(local: TestClient, length: str) -> None:
    assert local.post("/who", headers={"Content-Length": length.encode()}).status_code == 413  # type: ignore[dict-item]


def test_whoever_sends_half_a_body_and_waits_is_told_so(access: Access) -> None:
    told: list[Any] = []
    app = FastAPI()
    app.state.site = SimpleNamespace(access=access)
    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "app": app,
             "headers": [(b"host", b"127.0.0.1"), (b"content-length", b"10")], "client": ("127.0.0.1", 1)}  # fmt: skip
    half = [{"type": "http.request", "body": b"12345", "more_body": True}]

    async def receive() -> Any:
        return half.pop() if half else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        told.append(message)

    asyncio.run(Entrance(app, seconds=0.05)(scope, receive, send))
    assert told[0]["status"] == 408


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:9", "localhost:8420", "LOCALHOST", "[::1]:8420"])
def test_this_machine_goes_by_its_own_names(local: TestClient, host: str) -> None:
    assert local.get("/who", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]", "127.0.0.1@evil.example", "x:y"]
)
def test_a_name_that_somebody_made_lead_here_is_refused(local: TestClient, host: str) -> None:
    assert local.get("/who", headers={"Host": host}).status_code == 421


def test_a_public_address_is_a_name_as_well(access: Access) -> None:
    with served(replace(access, settings=Portal(public_url="https://recon.example.com:8443"))) as client:
        asked = {h: client.get("/who", headers={"Host": h}).status_code for h in (
            "recon.example.com:8443", "RECON.example.com:8443", "recon.example.com", "recon.example.com:1", "127.0.0.1",
        )}  # fmt: skip
    assert list(asked.values()) == [200, 200, 421, 421, 200]


@pytest.mark.parametrize(
    ("address", "status"), [("/who?x=" + "y" * 7000, 200), ("/who?x=" + "y" * 9000, 414), ("/wh%00o", 400),
                            ("/who?x=%00", 400)]
)  # fmt: skip
def test_an_address_has_a_length_and_no_nought_in_it(local: TestClient, address: str, status: int) -> None:
    assert local.get(address).status_code == status


@pytest.mark.parametrize("charset", ["undefined", "idna", "unicode_escape", "utf-16", "utf-7"])
def test_a_form_is_written_in_utf_8(local: TestClient, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert local.post("/who", headers={"Content-Type": kind}, content=b"--x--").status_code == 415


def test_where_there_is_a_proxy_nobody_comes_in_without_its_secret(behind: Access) -> None:
    with served(behind, base=PUBLIC) as client:
        assert client.get("/who", headers={"X-Portal-Secret": SECRET}).status_code == 200
        for shown in ({}, {"X-Portal-Secret": ""}, {"X-Portal-Secret": SECRET + "x"}, {"X-Portal-Secret": SECRET[:-1]}):
            assert client.get("/who", headers=shown).status_code == 403
        twice = [("X-Portal-Secret", SECRET), ("X-Portal-Secret", SECRET)]
        assert client.get("/who", headers=twice).status_code == 403


def test_the_secret_is_worth_nothing_in_another_machines_hand(behind: Access) -> None:
    for peer in ("192.0.2.4", "", "testclient", "128.0.0.1"):
        with served(behind, peer=peer, base=PUBLIC) as client:
            assert client.get("/who", headers={"X-Portal-Secret": SECRET}).status_code == 403
    elsewhere = replace(
        behind, settings=Portal(public_url=PUBLIC, proxy=Proxy.model_validate({"peers": ["10.1.0.0/24"]}))
    )
    for peer, status in (("10.1.0.9", 200), ("10.1.1.9", 403), ("127.0.0.1", 403)):
        with served(elsewhere, peer=peer, base=PUBLIC) as client:
            assert client.get("/who", headers={"X-Portal-Secret": SECRET}).status_code == status


def test_a_proxy_without_a_secret_lets_nobody_in(behind: Access) -> None:
    with served(replace(behind, proxy_secret=""), base=PUBLIC) as client:
        assert client.get("/who", headers={"X-Portal-Secret": ""}).status_code == 403


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("2001:db8::7", "2001:db8::7"),
        ("<script>", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_whom_the_proxy_asks_for_is_what_it_added_last(behind: Access, said: str, found: str) -> None:
    with served(behind, base=PUBLIC) as client:
        answer = client.get("/who", headers={"X-Portal-Secret": SECRET, "X-Forwarded-For": said})
    assert answer.json()["from"] == found


def test_without_a_proxy_nobody_says_from_where_they_come(local: TestClient) -> None:
    assert local.get("/who", headers={"X-Forwarded-For": "203.0.113.9"}).json()["from"] == "127.0.0.1"
