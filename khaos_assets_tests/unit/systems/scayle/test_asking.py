"""Pieces of asking SCAYLE that its simulator never needs: owned lists with a cursor, odd statuses, spellings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import stamina
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from khaos_assets.config import Credentials, Night, Settings
from khaos_assets.systems.read import ReadContext, ReadFailed
from khaos_assets.systems.scayle import fields
from khaos_assets.systems.scayle.bundles import bundled
from khaos_assets.systems.scayle.client import ScayleClient, key_segment, open_client
from khaos_assets.systems.scayle.countries import alpha_2
from khaos_assets.systems.scayle.rate_limits import RateLimits
from khaos_assets.systems.scayle.walk.of_variants import STOCKS
from khaos_assets.systems.scayle.walk.orders import channel_form
from khaos_assets.systems.scayle.walk.owned import Answered, walk_owned
from khaos_assets.systems.scayle.walk.twice import EDGE, unseen_ids
from khaos_assets.systems.transport import Refused
from khaos_assets_tests.unit.systems.scayle.wire_night import Landed

Handler = Callable[[Request], Awaitable[Response]]


def asked(handler: Handler, do: Callable[[ScayleClient], Awaitable[Any]]) -> Any:
    """What `do` gets from a client whose server answers every call with `handler`."""

    @asynccontextmanager
    async def client() -> AsyncGenerator[ScayleClient]:
        app = Starlette(routes=[Route("/{path:path}", handler)])
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
        running = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        env = {"SCAYLE_BASE_URL": f"http://127.0.0.1:{port}", "SCAYLE_ACCESS_TOKEN": "secret"}
        settings = Settings.of_merchant({"merchant": {"name": "Test"}, "scayle": {}})
        async with open_client(settings, Credentials.from_environment(env)) as opened:
            yield opened
        server.should_exit = True
        await running

    async def main() -> Any:
        async with client() as opened:
            return await do(opened)

    with stamina.set_testing(True, attempts=2, cap=True):
        return asyncio.run(main())


def read_owned(pages: Mapping[str | None, Any]) -> tuple[Answered, Landed]:
    """Walk the stock lists of variants 1 and 2, of which each cursor gives a page."""
    landed = Landed()

    async def answer(request: Request) -> Response:
        return JSONResponse(pages[request.query_params.get("cursor")])

    async def do(client: ScayleClient) -> Answered:
        async def nothing(*_: Any) -> Any:
            raise AssertionError

        settings = Settings.of_merchant({"merchant": {"name": "Test"}, "scayle": {}})
        context = ReadContext(
            settings=settings, credentials=Credentials(values={}), night=Night.of("2026-11-20"), landing=landed,
            client=client, result=nothing, references=nothing, earlier_keys=set,
        )  # fmt: skip
        return await walk_owned(context, STOCKS, [1, 2])

    return asked(answer, do), landed


def test_a_list_without_a_cursor_is_whole_and_a_cursor_that_comes_is_followed() -> None:
    _, whole = read_owned({None: {"entities": [{"n": 1}]}})
    _, paged = read_owned({None: {"entities": [], "cursor": {"next": "Mg"}}, "Mg": {"entities": [], "cursor": None}})
    assert [(a.key, bytes(a.body)) for _, a in bundled(whole)] == [(n, b'{"entities":[{"n":1}]}') for n in (1, 2)]
    assert [a.key for _, a in bundled(paged)] == [1, 1, 2, 2]


def test_fields_that_the_contract_does_not_name_are_told() -> None:
    answered, _ = read_owned({None: {"entities": [{"quantity": 1, "bin": "A"}, 7, {"shelf": 2}]}})
    assert (answered.unknown, answered.unknown_fields) == ([], {"bin", "shelf"})
    assert [r.detail for r in fields.remark(answered.unknown_fields)] == [
        "fields that the contract does not name: bin, shelf"
    ]


def test_a_cursor_of_an_owned_list_that_comes_again_fails_the_read() -> None:
    with pytest.raises(ReadFailed, match="cursor_loop"):
        read_owned({None: {"entities": [], "cursor": {"next": "a"}}, "a": {"entities": [], "cursor": {"next": "a"}}})


@pytest.mark.parametrize(("status", "fault"), [(401, "sign_in_failed"), (403, "forbidden")])
def test_a_refusal_is_told_in_words_and_without_the_token(status: int, fault: str) -> None:
    async def answer(_: Request) -> Response:
        return Response("secret", status_code=status)

    with pytest.raises(ReadFailed) as failed:
        asked(answer, lambda c: c.get("/products", operation="GET /products", scope="productRead"))
    assert failed.value.reason.fault == fault
    assert "secret" not in failed.value.reason.detail


def test_a_partial_answer_is_no_answer() -> None:
    """A 206 may hold failures row by row."""

    async def answer(_: Request) -> Response:
        return JSONResponse({"entities": [], "cursor": {"next": None}}, status_code=206)

    with pytest.raises(Refused, match="206"):
        asked(answer, lambda c: c.get("/products", operation="GET /products", scope="productRead"))


def test_a_call_carries_its_token_and_asks_for_json() -> None:
    seen: list[tuple[str | None, ...]] = []

    async def answer(request: Request) -> Response:
        seen.append((request.headers.get("x-access-token"), request.headers.get("accept"), request.url.query))
        return JSONResponse({})

    asked(answer, lambda c: c.get("/products", {"limit": 5}, operation="GET /products", scope="productRead"))
    assert seen == [("secret", "application/json", "limit=5")]


def test_a_reference_key_is_one_segment_of_a_path() -> None:
    assert key_segment("SKU 1/2+3é") == "key%3DSKU+1%2F2%2B3%C3%A9"


def turns(limits: RateLimits, headers: Mapping[str, str], count: int) -> tuple[float, int]:
    """Seconds that so many calls at once take, and the most under way at any time before the first answer."""

    async def main() -> tuple[float, int]:
        began = time.monotonic()
        under_way, most, answered = 0, 0, False

        async def one() -> None:
            nonlocal under_way, most, answered
            await limits.turn("scope")
            under_way += 1
            most = most if answered else max(most, under_way)
            await asyncio.sleep(0.01)
            limits.answered("scope", headers, refused=False)
            limits.done("scope")
            under_way, answered = under_way - 1, True

        await asyncio.gather(*(one() for _ in range(count)))
        return time.monotonic() - began, most

    return asyncio.run(main())


def test_the_first_call_of_a_scope_goes_alone_and_the_rest_together() -> None:
    took, first = turns(RateLimits({"scope": 1000}), {}, 50)
    assert first == 1
    assert took < 30, "nobody waits for the minute to pass"


def test_calls_wait_for_the_next_window_when_answers_say_that_none_is_left() -> None:
    headers = {"x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
    took, _ = turns(RateLimits({"scope": 1000}), headers, 2)
    assert 1 <= took < 30, "not the minute of which nobody told"


def test_who_waits_goes_on_when_an_answer_tells_that_the_window_ends_sooner() -> None:
    async def main() -> None:
        limits = RateLimits({"scope": 2})
        await limits.turn("scope")
        limits.done("scope")
        await limits.turn("scope")
        third = asyncio.create_task(limits.turn("scope"))
        await asyncio.sleep(0)
        limits.answered("scope", {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "0"}, refused=False)
        await asyncio.wait_for(third, 30)

    asyncio.run(main())


@pytest.mark.parametrize(("reset", "waits"), [("0", True), ("120", True), ("121", False), ("soon", True), (None, True)])
def test_a_pause_that_is_too_long_is_not_waited_for(reset: str | None, waits: bool) -> None:
    headers = {} if reset is None else {"x-ratelimit-reset": reset}
    assert RateLimits({}).answered("scope", headers, refused=True) is waits


@pytest.mark.parametrize(
    ("code", "spelled"), [("DEU", "DE"), ("gbr", "GB"), (" gb ", "GB"), ("XX", "XX"), ("xxx", "XXX")]
)
def test_countries_have_one_spelling(code: str, spelled: str) -> None:
    assert alpha_2(code) == spelled


@pytest.mark.parametrize(
    ("reference", "prefixes", "bare"),
    [
        ("SC-W1", {"scayle": "SC-"}, "W1"),
        ("W1", {"scayle": "SC-"}, None),
        ("SC-", {"scayle": "SC-"}, None),
        ("SC-O-1", {"scayle": "SC-", "orocommerce": "SC-O-"}, None),
        ("SC-O-1", {"scayle": "SC-O-", "orocommerce": "SC-"}, "1"),
        ("W1", {}, "W1"),
        ("W1", {"scayle": "", "orocommerce": "OR-"}, "W1"),
        ("OR-1", {"scayle": "", "orocommerce": "OR-"}, None),
        (" ", {}, None),
    ],
)
def test_a_reference_is_asked_for_where_it_has_the_channels_form(
    reference: str, prefixes: dict[str, str], bare: str | None
) -> None:
    assert channel_form(reference, prefixes) == bare


def test_gaps_are_the_ids_that_a_list_should_have_shown() -> None:
    assert unseen_ids([], 5) == ([], True)
    around = [*range(90, 100), 101, *range(103, 113)]
    assert unseen_ids({100, 102}, len(around)) == (around, True)
    assert unseen_ids({100, 102}, len(around) - 1) == (list(range(103, 103 + EDGE)), False)
    assert unseen_ids({100, 102}, 0) == ([], False)
    assert unseen_ids({2}, 100)[0][:2] == [1, 3]
