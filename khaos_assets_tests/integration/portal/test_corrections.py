"""Corrections in the portal: what a plan would write is seen, one person lets it go, another may stop them all."""

from __future__ import annotations

import pytest

from khaos_assets.corrections.approval import RefusedApproval, approve
from khaos_assets.corrections.halt import refuse_halted
from khaos_assets.corrections.journal import Journal
from khaos_assets.corrections.register import find
from khaos_assets.portal.pages import corrections
from khaos_assets.systems.transport import Halted
from khaos_assets_tests.integration.portal.conftest import Portal
from khaos_assets_tests.portal_people import PASSWORD


def state(portal: Portal, plan: str) -> str:
    return find(portal.ledger, plan).state(portal.clock())


def test_a_plan_shows_what_it_writes_where_how_far_its_caps_are_used_and_what_it_leaves_alone(portal: Portal) -> None:
    plan = find(portal.ledger, portal.plans[0]).plan
    page = portal.sign_in("eve").get(f"/corrections/{portal.plans[0][:12]}")
    assert page.url.path == f"/corrections/{portal.plans[0]}", "the beginning of an id leads to the whole"
    assert plan.items
    for item in plan.items:
        assert f"/cases/{item.case_key}" in page.text
        assert item.after in page.text
    assert all(left.why in page.text for left in plan.left_out)
    assert "of 25,000" in page.text, "the cap of pounds stands beside what is used"
    assert "approve</button>" not in page.text.lower(), "a viewer has no button"


def test_plans_are_listed_newest_first_and_a_page_at_a_time(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "PLANS", 1)
    browser, (newest, older) = portal.sign_in("eve"), portal.plans
    first = browser.get("/corrections").text
    assert f"/corrections/{newest}" in first and f"/corrections/{older}" not in first
    second = browser.get(f"/corrections?before={newest}").text
    assert f"/corrections/{older}" in second and "Older" not in second
    assert browser.get("/corrections?before=0123").status_code == 404
    monkeypatch.setattr(corrections, "ITEMS", 1)
    assert "a third" not in browser.get(f"/corrections/{newest}?after=1").text
    assert "a third" in browser.get(f"/corrections/{newest}?after=2").text
    assert browser.get(f"/corrections/{newest}?state=verified").text.count("/cases/") == 0


def test_the_right_person_approves_by_their_password_and_everybody_else_is_refused(portal: Portal) -> None:
    plan = portal.plans[0]
    page, address = f"/corrections/{plan}", f"/corrections/{plan}/approve"
    assert portal.sign_in("ann").press(page, address, password=PASSWORD).status_code == 403, "finance approves nothing"
    cat = portal.sign_in("cat")
    assert cat.press(page, address, password="not mine at all").status_code == 403
    own = portal.sign_in("dora")
    assert "another person approves" in own.get(page).text
    assert own.press(page, address, password=PASSWORD).status_code == 409, "she planned it"
    assert state(portal, plan) == "planned"
    assert cat.press(page, address, password=PASSWORD).status_code == 303
    assert (state(portal, plan), find(portal.ledger, plan).approved_by) == ("approved", "cat")
    assert f"khaos-assets corrections apply {plan[:12]}" in cat.get(page).text
    assert {"by": "cat", "plan": plan, "decision": "approved"}.items() <= portal.noted("decided")[0].items()
    assert portal.sign_in("cat").press(page, address.replace(plan, "0" * 64), password=PASSWORD).status_code == 404


def test_a_plan_is_refused_with_a_reason_by_an_approver_or_by_whoever_planned_it(portal: Portal) -> None:
    newest, older = portal.plans
    page, address = f"/corrections/{newest}", f"/corrections/{newest}/refuse"
    assert portal.sign_in("eve").press(page, address, reason="I do not like it").status_code == 403
    dora = portal.sign_in("dora")
    assert dora.press(page, address, reason=" ").status_code == 409, "without a reason"
    assert dora.press(page, address, reason="the <b>count</b> is wrong").status_code == 303
    assert "the &lt;b&gt;count&lt;/b&gt; is wrong" in dora.get(page).text
    with pytest.raises(RefusedApproval, match="was refused by dora"):
        approve(portal.ledger, portal.app.state.site.settings, newest, by="cat", at=portal.clock())
    assert state(portal, older) == "planned"


def test_halting_stops_everything_until_somebody_lets_it_go_again_and_both_pages_say_so(portal: Portal) -> None:
    plan, cat = f"/corrections/{portal.plans[0]}", portal.sign_in("cat")
    form = {"why": "the shop is being migrated", "password": PASSWORD}
    assert portal.sign_in("ann").press(plan, "/corrections/halt", **form).status_code == 403
    assert cat.press(plan, "/corrections/halt", **form | {"password": "wrong wrong"}).status_code == 403
    refuse_halted(portal.store)
    assert cat.press(plan, "/corrections/halt", **form).status_code == 303
    with pytest.raises(Halted, match="halted by cat"):
        refuse_halted(portal.store)
    for page in ("/corrections", plan):
        assert "the shop is being migrated" in portal.sign_in("eve").get(page).text
    assert cat.press(plan, "/corrections/resume", **form).status_code == 303
    refuse_halted(portal.store)
    assert "being migrated" not in cat.get("/corrections").text


def test_the_progress_asks_for_itself_while_a_plan_is_on_its_way_and_for_the_whole_page_when_it_has_ended(
    portal: Portal,
) -> None:
    plan, browser = portal.plans[0], portal.sign_in("eve")
    approve(portal.ledger, portal.app.state.site.settings, plan, by="cat", at=portal.clock())
    assert "every 2s" not in browser.get(f"/corrections/{plan}").text
    journal = Journal(portal.ledger, find(portal.ledger, plan), "cat", portal.clock)
    journal.begin()
    assert "every 2s" in browser.get(f"/corrections/{plan}").text
    part = browser.get(f"/corrections/{plan}", **{"hx-request": "true"})
    assert "every 2s" in part.text and "<html" not in part.text
    journal.end("stopped", "the first one was not read back as planned")
    part = browser.get(f"/corrections/{plan}", **{"hx-request": "true"})
    assert "every 2s" not in part.text and part.headers["hx-refresh"] == "true"
    assert "It goes on where it stopped" in browser.get(f"/corrections/{plan}").text
