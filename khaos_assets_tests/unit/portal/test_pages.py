"""What people see of exceptions, and what they may decide about them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from khaos_assets.cases.events import Happening, Kind
from khaos_assets.cases.ledger import Ledger
from khaos_assets.cases.states import State
from khaos_assets.config import Night, Store
from khaos_assets.portal.app import create_app
from khaos_assets.portal.pages import queue
from khaos_assets.warehouse.database import open_warehouse
from khaos_assets.warehouse.publishing import publish
from khaos_assets_tests.portal_people import CHEAP, PASSWORD
from khaos_assets_tests.unit.portal.conftest import HOSTILE, NIGHT, NOON, SETTINGS, SignIn

A, B, C, E = ("a" * 32), ("b" * 32), ("c" * 32), ("e" * 32)


def token(page: str) -> str:
    """The token that the page's forms bear."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def decide(browser: TestClient, key: str, **said: str):  # type: ignore[no-untyped-def]
    """Press a button of a case's page."""
    csrf = token(browser.get("/").text)
    return browser.post(f"/cases/{key}", data={"csrf": csrf, **said}, follow_redirects=False)


def test_the_overview_says_how_much_stands_and_whose_it_is(sign_in: SignIn) -> None:
    page = sign_in("eve").get("/").text
    assert "10 exceptions stand open" in page
    assert "operations" in page and "finance" in page
    assert "As of Fri 20 Nov 2026, 02:00 GMT" in page


def test_a_list_has_an_address_that_says_what_it_shows(sign_in: SignIn) -> None:
    page = sign_in("eve").get("/exceptions", params={"owner": "finance"}).text
    assert "<b>2</b> found" in page
    assert re.search(r"<option selected>finance</option>", page)
    assert f"/cases/{C}" in page and f"/cases/{A}" not in page


def test_only_the_rows_are_sent_where_the_page_asks_for_them(sign_in: SignIn) -> None:
    browser = sign_in("eve")
    part = browser.get("/exceptions?text=W1", headers={"hx-request": "true"}).text
    assert f"/cases/{C}" in part and "<html" not in part


@pytest.mark.parametrize("at", ["x", "AAAA", "WzFd", "W2ZhbHNlLCAiYSIsICJiIiwgImMiXQ", "é"])
def test_a_place_that_was_never_given_out_is_refused_and_nothing_breaks(sign_in: SignIn, at: str) -> None:
    assert sign_in("eve").get("/exceptions", params={"at": at}).status_code == 400


@pytest.mark.parametrize(
    "query", ["gbp=abc", "gbp=NaN", "gbp=Infinity", "gbp=-5", "state=none", "order=x", "late=x", "text=%00"]
)
def test_an_address_with_nonsense_in_it_is_answered_in_words(sign_in: SignIn, query: str) -> None:
    answer = sign_in("eve").get(f"/exceptions?{query}")
    assert answer.status_code in (200, 400, 422)
    assert "Exceptions" in answer.text or "cannot be read" in answer.text


def test_a_case_shows_both_sides_what_it_explains_and_the_runbook(sign_in: SignIn) -> None:
    page = unescape(sign_in("eve").get(f"/cases/{B}").text)
    assert "−£250.00" in page
    assert f"/cases/{E}" in page, "it explains another"
    assert "What to check first" in page
    assert "wair on hand".capitalize() in page


def test_an_exception_that_another_explains_says_so_and_nobody_decides_about_it(sign_in: SignIn) -> None:
    browser = sign_in("ann")
    page = browser.get(f"/cases/{E}").text
    assert f'explains this one: <a href="/cases/{B}"' in page
    assert 'value="acknowledge"' not in page
    assert decide(browser, E, decision="acknowledge").status_code == 404


def test_the_beginning_of_a_key_leads_to_the_case_and_a_wrong_one_nowhere(sign_in: SignIn) -> None:
    browser = sign_in("eve")
    assert browser.get("/cases/aaaa", follow_redirects=False).headers["location"] == f"/cases/{A}"
    assert browser.get("/cases/zzzz").status_code == 404


def test_whoever_owns_the_family_takes_a_case_in_hand_in_their_own_name(sign_in: SignIn, ledger: Ledger) -> None:
    assert decide(sign_in("cat"), A, decision="acknowledge").status_code == 303
    assert ledger.case(A).state is State.ACKNOWLEDGED
    assert (ledger.events(A)[-1].actor, ledger.events(A)[-1].at) == ("cat", NOON)


def test_a_case_of_another_family_is_not_theirs_to_decide(sign_in: SignIn, ledger: Ledger) -> None:
    browser = sign_in("cat")
    assert 'name="decision"' not in browser.get(f"/cases/{C}").text
    assert decide(browser, C, decision="acknowledge").status_code == 403
    assert ledger.case(C).state is State.OPEN


def test_a_refusal_stands_in_the_audit_and_the_page_keeps_the_menu(sign_in: SignIn) -> None:
    page = decide(sign_in("cat"), C, decision="acknowledge")
    assert "ORD are not yours to decide" in page.text and 'href="/queue"' in page.text
    assert "owner:ORD" in sign_in("dan").get("/audit?actor=cat&kind=refused").text


def test_whoever_decides_has_seen_the_case_as_it_is_now(sign_in: SignIn, ledger: Ledger) -> None:
    ann = sign_in("ann")
    found = re.search(r'name="saw" value="(\d+)"', ann.get(f"/cases/{A}").text)
    assert found is not None
    assert decide(sign_in("cat"), A, decision="acknowledge", saw=found[1]).status_code == 303
    late = decide(ann, A, decision="resolve", reason="timing", note="as I saw it", saw=found[1])
    assert (late.status_code, "has changed since you opened it" in late.text) == (409, True)
    assert ledger.case(A).state is State.ACKNOWLEDGED


@pytest.mark.parametrize("name", ["eve", "bob", "dan"])
def test_who_only_reads_approves_or_administers_decides_nothing(sign_in: SignIn, ledger: Ledger, name: str) -> None:
    assert decide(sign_in(name), A, decision="acknowledge").status_code == 403
    assert ledger.case(A).state is State.OPEN


def test_what_the_ledger_refuses_is_said_and_what_was_typed_is_still_there(sign_in: SignIn, ledger: Ledger) -> None:
    said = {"decision": "accept", "reason": "timing", "note": "paid on Monday", "until": "2020-01-01"}
    answer = decide(sign_in("ann"), A, **said)
    assert answer.status_code == 409
    assert "is past" in answer.text and "paid on Monday" in answer.text
    assert ledger.case(A).state is State.OPEN


def test_an_acceptance_that_needs_two_is_in_the_queue_of_the_second_and_not_of_the_first(sign_in: SignIn) -> None:
    said = {"decision": "accept", "reason": "timing", "note": "n", "until": "2026-12-01"}
    assert decide(sign_in("ann"), "d" * 32, **said).status_code == 303, "its amount is not known: two people decide"
    assert "Waits for a second person" not in sign_in("ann").get("/queue").text
    assert "Waits for a second person" in sign_in("eve").get("/queue").text


def test_a_case_that_stood_on_several_nights_shows_what_the_newest_said(sign_in: SignIn, store: Store) -> None:
    with open_warehouse(store) as db:
        for night, told in (("2026-11-18", "3141"), ("2026-11-21", "2718"), ("2026-11-19", "1618")):
            db.execute(
                """
                INSERT INTO exception FROM (SELECT * REPLACE (CAST($night AS DATE) AS night, $told AS evidence)
                FROM exception WHERE case_key = $key AND night = DATE '2026-11-20')
                """,
                {"night": night, "told": f'{{"wair_on_hand": "{told}"}}', "key": A},
            )
    publish(store, Night.of("2026-11-21"))
    page = sign_in("eve").get(f"/cases/{A}").text
    assert "2718" in page and not {"3141", "1618"} & set(re.findall(r"\d+", page))


def test_resolving_keeps_what_the_night_knew(sign_in: SignIn, ledger: Ledger) -> None:
    said = {"decision": "resolve", "reason": "corrected", "note": "booked"}
    assert decide(sign_in("ann"), A, **said).status_code == 303
    assert "wair_on_hand" in ledger.events(A)[-1].content["evidence"]


def test_the_queue_of_an_owner_holds_their_families_and_no_other(sign_in: SignIn) -> None:
    page = sign_in("cat").get("/queue").text
    assert f"/cases/{A}" in page and f"/cases/{C}" not in page


@pytest.mark.parametrize(
    "text", HOSTILE, ids=["markup", "formula", "right to left", "template", "sql", "40,000 letters"]
)
def test_whatever_a_system_calls_a_record_is_shown_as_text(sign_in: SignIn, text: str) -> None:
    browser = sign_in("eve")
    key = str(HOSTILE.index(text)) * 32
    for address in (f"/cases/{key}", "/exceptions?order=record", "/queue"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", answer.text)
        assert text[:300] in unescape(answer.text)
    found = browser.get("/exceptions", params={"text": text[:150]})
    assert f"/cases/{key}" in found.text


def test_before_the_first_night_every_page_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    from khaos_assets.portal.access import open_access
    from khaos_assets_tests.portal_people import hire

    store = Store(tmp_path)
    with open_access(SETTINGS, store, passwords=CHEAP) as access:
        hire(access, "ann", "finance")
    with TestClient(create_app(SETTINGS, store, passwords=CHEAP), base_url="http://127.0.0.1") as browser:
        browser.post("/sign-in", data={"name": "ann", "password": PASSWORD}, headers={"origin": "http://127.0.0.1"})
        assert "Nothing stands open" in browser.get("/").text
        for address in ("/queue", "/exceptions", "/incidents", "/orders"):
            assert browser.get(address).status_code == 200, address
        assert browser.get("/orders?text=W1").status_code == 503
        assert browser.get("/cases/abc").status_code == 404


def test_pounds_are_read_as_people_write_them(sign_in: SignIn) -> None:
    assert "<b>1</b> found" in sign_in("eve").get("/exceptions?gbp=%C2%A3250.00").text
    assert "<b>0</b> found" in sign_in("eve").get("/exceptions?gbp=1,000").text


def test_all_of_a_queue_are_those_of_its_owner(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "SHOWN", 1)
    browser = sign_in("cat")
    found = re.search(r'<a href="(/exceptions[^"]+)">All (\d+)</a>', browser.get("/queue").text)
    assert found is not None
    assert f"<b>{found[2]}</b> found" in browser.get(unescape(found[1])).text


def test_a_search_that_cannot_be_read_is_answered_beside_the_form(sign_in: SignIn) -> None:
    answer = sign_in("eve").get("/exceptions?gbp=many", headers={"hx-request": "true"})
    assert "<html" not in answer.text and "It is about this: gbp." in answer.text


def test_the_overview_says_that_no_night_came_after(sign_in: SignIn, store: Store) -> None:
    assert "No night has been recorded since" not in sign_in("eve").get("/").text
    two_days_on = create_app(SETTINGS, store, passwords=CHEAP, clock=lambda: NOON + timedelta(days=2))
    with TestClient(two_days_on, base_url="http://127.0.0.1", headers={"origin": "http://127.0.0.1"}) as browser:
        page = browser.post("/sign-in", data={"name": "eve", "password": PASSWORD})
    assert "No night has been recorded since" in page.text


def test_an_order_whose_reference_holds_signs_of_addresses_has_a_page_of_its_own(sign_in: SignIn) -> None:
    page = sign_in("eve").get("/orders/A%2FB%3Fc")
    assert (page.status_code, "No system had an order" in page.text) == (404, True)


def test_a_list_is_kept_under_a_name_by_and_for_one_person(sign_in: SignIn) -> None:
    browser = sign_in("cat")
    csrf = token(browser.get("/").text)
    kept = {"csrf": csrf, "title": "<b>Mine</b>", "query": "owner=finance&late=1&at=xyz&foreign=1"}
    answer = browser.post("/exceptions/views", data=kept, follow_redirects=False)
    assert answer.headers["location"] == "/exceptions?owner=finance&late=1"
    page = browser.get("/exceptions").text
    assert 'href="/exceptions?owner=finance&amp;late=1">&lt;b&gt;Mine&lt;/b&gt;</a>' in page
    assert "Mine" not in sign_in("eve").get("/exceptions").text
    browser.post("/exceptions/views/drop", data={"csrf": csrf, "title": "<b>Mine</b>"})
    assert "Mine" not in browser.get("/exceptions").text


def test_of_many_views_the_oldest_makes_room(sign_in: SignIn) -> None:
    browser = sign_in("cat")
    csrf = token(browser.get("/").text)
    for n in range(41):
        browser.post(
            "/exceptions/views", data={"csrf": csrf, "title": f"view {n:02}", "query": ""}, follow_redirects=False
        )
    page = browser.get("/exceptions").text
    assert "view 40" in page and page.count('action="/exceptions/views/drop"') == 40


def test_going_back_in_the_browser_shows_the_whole_page_again(sign_in: SignIn) -> None:
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert "<html" in sign_in("eve").get("/exceptions?text=W1", headers=headers).text


def test_the_overview_names_what_waits_for_a_decision(sign_in: SignIn, ledger: Ledger) -> None:
    assert "Waits for a decision" not in sign_in("eve").get("/").text
    prepared = {"period": "2026-10", "version": 1, "figures": "f" * 64}
    with ledger.deed(NOON) as deed:
        deed.append([Happening(Kind.PERIOD_PREPARED, None, "ann", prepared)], NIGHT.date)
    page = sign_in("eve").get("/").text
    assert '<a href="/month-end/2026-10">Month 2026-10</a> <span class="soft">to be signed</span>' in page
