"""CUS-01 to 04: accounts of Khaos beside one another and beside customers of OroCommerce. Most look at one night."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from khaos_assets_tests.planted_channels import SHOPS, ShopsNight, in_khaos
from khaos_assets_tests.planted_night import Results, SetAside, customer, line, merged, minutes_ago
from khaos_assets_tests.planted_orocommerce import oro_customer, oro_line, oro_order, oro_user
from khaos_assets_tests.planted_records import LONG_AGO, terms
from khaos_assets_tests.unit.rules.conftest import Tonight

DAY = 24 * 60
THIS_MONTH = minutes_ago(10 * DAY)
PROFILES = {
    "mapping": {"customer_groups": {"7": "Trade"}, "payment_terms": {"1": "30 days"}},
    "customers": {"branches": [["BR-1", "BR-2", "BR-3"], ["HEAD", "SIDE"], ["HQ", "SITE"]]},
    "classes": {"non_commercial": ["Test"]},
}
NIGHT = ShopsNight(**merged(SHOPS, PROFILES))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return NIGHT.evaluate(tmp_path_factory.mktemp("customers"))


def rows(found: Results, code: str, word: str) -> list[tuple[Any, ...]]:
    """(record, field, amount, state) of records that begin with a word."""
    wanted = [r for r in found.of(code) if r["record_key"].startswith(word)]
    return [(r["record_key"], r["field"], str(r["amount_gbp"]), r["state"]) for r in wanted]


def compared(found: Results, code: str, word: str) -> list[str]:
    return [r["record_key"] for r in found.population if r["code"] == code and r["record_key"].startswith(word)]


# CUS-01


@NIGHT.has(
    [customer(c, tax_reference=t) for c, t in {"TAX-2": "GB 123", "TAX-1": "gb123", "TAX-3": "GB1234"}.items()],
    [customer(c, contacts=marks) for c, marks in {"MAIL-1": ["M1"], "MAIL-2": ["M2", "M1"], "MAIL-3": ["M3"]}.items()],
    [customer(c, other_ref=r) for c, r in {"ID-1": "u-1", "ID-2": "u-1", "ID-3": "U-1"}.items()],
)
def test_what_two_accounts_share_links_them(found: Results) -> None:
    linked = {r["record_key"]: (r["counterpart_key"], r["reason"]) for r in found.of("CUS-01")}
    assert linked["TAX-1"] == ("TAX-2", "tax reference")
    assert linked["MAIL-1"] == ("MAIL-2", "e-mail and postcode")
    assert linked["ID-1"] == ("ID-2", "channel identity")
    assert compared(found, "CUS-01", "TAX") == ["TAX-1", "TAX-3"]
    assert compared(found, "CUS-01", "keeper") == [], "customers of the shop are no accounts"


@NIGHT.has(
    customer("CHAIN-3", tax_reference="T-9", contacts=["C9"]),
    customer("CHAIN-1", contacts=["C9"], other_ref="c-9"),
    customer("CHAIN-2", other_ref="c-9", contacts=[]),
    customer("CHAIN-4", tax_reference="T-9", contacts=["C8"]),
    customer("CHAIN-5", contacts=["C8"]),
)
def test_accounts_linked_through_others_are_one_group(found: Results) -> None:
    (row,) = [r for r in found.of("CUS-01") if r["record_key"].startswith("CHAIN")]
    assert (row["record_key"], row["counterpart_key"]) == ("CHAIN-1", "CHAIN-2+CHAIN-3+CHAIN-4+CHAIN-5")
    assert row["reason"] == "channel identity, e-mail and postcode, tax reference"
    assert (row["amount_gbp"], row["severity"], row["state"]) == (None, "medium", "open")


@NIGHT.has(
    # branches only; a stranger beside two branches; a test account; an account that is not used any more
    [customer(c, tax_reference="BRANCH") for c in ("BR-1", "BR-2", "BR-3")],
    [customer(c, tax_reference="HEADS") for c in ("HEAD", "SIDE", "STRANGER")],
    [customer(f"KIND-{n}", tax_reference="KIND", company_class=c) for n, c in enumerate(("Web", "Test"))],
    [customer(f"USED-{n}", other_ref="used", company_status=s) for n, s in enumerate(("Active", "Closed"))],
    [customer(f"NEVER-{n}", other_ref="never", company_status=s) for n, s in enumerate(("Active", None))],
    [customer(f"EMPTY-{n}", tax_reference=t, other_ref="") for n, t in enumerate(("", " "))],
)
def test_branches_tests_and_closed_accounts_link_nothing(found: Results) -> None:
    words = ("BR-", "HEAD", "KIND", "USED", "NEVER", "EMPTY")
    linked = [(r[0], found.of("CUS-01")) for w in words for r in rows(found, "CUS-01", w)]
    assert [k for k, _ in linked] == ["HEAD", "NEVER-0"]
    assert next(r for r in found.of("CUS-01") if r["record_key"] == "HEAD")["counterpart_key"] == "SIDE+STRANGER"
    assert compared(found, "CUS-01", "KIND") == ["KIND-0"]


# CUS-02


def ordered(reference: str, customer: str, net: str = "10.00", **fields: Any) -> list[Any]:
    values: dict[str, Any] = {"customer": customer, "at": THIS_MONTH}
    return oro_order(reference, [oro_line("MUG-1", 1, net)], **values | fields)


@NIGHT.has(
    [oro_customer(c) for c in ("new 1", "new 2", "new 3", "new 4")],
    ordered("N1", "new 1", "10.00"),
    ordered("N2", "new 1", "5.50", delivery="1.00"),
    ordered("N3", "new 1", "100.00", status="cancelled"),
    ordered("N4", "new 1", "100.00", at=LONG_AGO),
    ordered("N5", "new 2", status="cancelled"),
    ordered("N6", "new 3", at=LONG_AGO),
    oro_customer("new 5", created=THIS_MONTH),
)
def test_a_customer_of_the_period_without_an_account_is_not_matched(found: Results) -> None:
    assert rows(found, "CUS-02", "new") == [
        ("new 1", "", "16.50", "open"),
        ("new 2", "", "0.00", "open"),
        ("new 5", "", "0.00", "open"),
    ]
    row = next(r for r in found.of("CUS-02") if r["record_key"] == "new 1")
    assert (row["systems"], row["expected_value"]) == ("khaos>orocommerce", "new 1")


@NIGHT.has(
    [oro_customer("known 1", created=THIS_MONTH), customer("KNOWN", other_ref="known 1", company_status="Closed")],
    [oro_customer("known 2", created=THIS_MONTH), oro_user("g1", "known 2", guest=True)],
    [oro_customer("known 3", created=THIS_MONTH), oro_user("g2", "known 3", guest=True), oro_user("g3", "known 3")],
    oro_customer("known 4", created=THIS_MONTH),
    SetAside("khaos.customers", "BROKEN", raw="<COMPANY><OTHER_REF><![CDATA[known 4]]></OTHER_REF></COMPANY>"),
    # an item has such a field, too
    oro_customer("known 5", created=THIS_MONTH),
    SetAside("khaos.stock_items", "BROKEN", raw="<STOCK_ITEM><OTHER_REF>known 5</OTHER_REF></STOCK_ITEM>"),
)
def test_guests_and_customers_whose_account_was_set_aside_are_no_case(found: Results) -> None:
    assert [r[0] for r in rows(found, "CUS-02", "known")] == ["known 3", "known 5"]
    assert compared(found, "CUS-02", "known") == ["known 1", "known 3", "known 4", "known 5"]


EXTERNAL = {"1": "x-1", "2": "x-2", "3": None, "4": ""}


def test_the_identifier_may_be_the_external_id(tonight: Tonight) -> None:
    found = tonight(
        [oro_customer(c, external_id=e, created=THIS_MONTH) for c, e in EXTERNAL.items()],
        customer("A1", other_ref="x-1"),
        customer("A2", other_ref="2"),
        customer("A3", other_ref=""),
        settings=SHOPS | {"customers": {"identifier": "externalId"}},
    )
    assert [(r["record_key"], r["reason"]) for r in found.of("CUS-02")] == [
        ("2", "on no Khaos account"),
        ("3", "has no identifier"),
        ("4", "on no Khaos account"),
    ]


def test_without_a_rate_what_was_ordered_is_unknown(tonight: Tonight) -> None:
    night = [oro_customer("new 1"), ordered("N1", "new 1"), ordered("N2", "new 1", currency="EUR")]
    assert tonight(night, settings=SHOPS | {"exchange_rates": {}}).one("CUS-02")["amount_gbp"] is None


# CUS-03


def on_account(reference: str, account: str | None, customer: str | None = "keeper", **fields: Any) -> list[Any]:
    """An order of a shop's customer, on an account in Khaos."""
    mugs = [line("MUG-1", 1, net="10.00")]
    return [
        oro_order(reference, [oro_line("MUG-1", 1, "10.00")], customer=customer),
        in_khaos(f"OR-{reference}", mugs, ("10.00", "12.00"), company=account, **fields),
    ]


def trade(code: str, **fields: Any) -> Any:
    return customer(code, company_class="Trade", **fields)


@NIGHT.has(
    [oro_customer("keeper"), trade("HEAD-2", other_ref="keeper"), trade("OTHER-2"), customer("RETAIL-2")],
    [oro_customer("headed"), trade("HQ", other_ref="headed")],
    on_account("on right", "HEAD-2"),
    on_account("on other", "OTHER-2"),
    on_account("on branch", "SITE", "headed"),
    on_account("on stranger", "BR-1", "headed"),
    on_account("on nobody", "OTHER-2", None),
    on_account("on no account", None),
    on_account("on unmatched", "OTHER-2", "new 4"),
    on_account("on cancelled", "OTHER-2", cancelled=True),
    oro_order("on called off", [oro_line("MUG-1", 1, "10.00")], customer="keeper", status="cancelled"),
    in_khaos("OR-on called off", [line("MUG-1", 1, net="10.00")], ("10.00", "12.00"), company="OTHER-2"),
    on_account("on retail", "RETAIL-2"),
)
def test_an_order_stands_on_the_account_that_keeps_its_customer(found: Results) -> None:
    assert rows(found, "CUS-03", "on") == [
        ("on other", "account", "10.00", "open"),
        ("on retail", "account", "10.00", "open"),
        ("on stranger", "account", "10.00", "open"),
    ]
    assert compared(found, "CUS-03", "on") == ["on branch", "on other", "on retail", "on right", "on stranger"]
    row = next(r for r in found.of("CUS-03") if r["record_key"] == "on other")
    assert (row["systems"], row["expected_value"], row["actual_value"]) == ("orocommerce>khaos", "HEAD-2", "OTHER-2")


def test_the_wrong_account_explains_the_wrong_company_class(found: Results) -> None:
    (row,) = [r for r in found.of("FIN-06") if r["record_key"] == "on retail"]
    assert (row["field"], row["state"], found.explained_by(row)) == ("company_class", "suppressed", "CUS-03")


@NIGHT.has(
    [oro_customer("twice"), trade("TWICE-1", other_ref="twice"), trade("TWICE-2", other_ref="twice")],
    on_account("of first", "TWICE-1", "twice"),
    on_account("of second", "TWICE-2", "twice"),
    on_account("of neither", "OTHER-2", "twice"),
    # linked by something else than the identity
    [
        oro_customer("once"),
        trade("ONCE-1", other_ref="once", tax_reference="ONCE"),
        trade("ONCE-2", tax_reference="ONCE"),
    ],
    on_account("of once", "OTHER-2", "once"),
)
def test_one_identity_on_two_accounts_explains_orders_on_a_third(found: Results) -> None:
    assert [(r[0], r[3]) for r in rows(found, "CUS-03", "of")] == [("of neither", "suppressed"), ("of once", "open")]
    (row,) = [r for r in found.of("CUS-03") if r["record_key"] == "of neither"]
    assert (found.explained_by(row), row["expected_value"]) == ("CUS-01", "TWICE-1 or TWICE-2")


# CUS-04


def profile(
    key: str, *, khaos: dict[str, Any] | None = None, info: dict[str, Any] | None = None, **shop: Any
) -> list[Any]:
    """A customer and its account, which agree but for what is given."""
    buyer: dict[str, Any] = {"name": "Corner Shop", "group": "7", "term": "1"}
    account = {"company_name": "Corner Shop", "price_lists": ["Trade"], "other_ref": key} | (khaos or {})
    return [
        oro_customer(key, **buyer | shop),
        oro_user(f"u {key}", key),
        trade(f"A {key}", **account),
        terms(f"A {key}", **{"terms_desc": "30 days"} | (info or {})),
    ]


@NIGHT.has(
    profile("profile same"),
    profile("profile blanks", name=" Corner Shop"),
    profile("profile name", name="Corner Store"),
    profile("profile terms", info={"terms_desc": "60 days"}),
    profile("profile list", khaos={"price_lists": []}),
    profile("profile stop", info={"credit_stop": True}),
    profile("profile held", info={"orders_held": True}),
    profile(
        "profile all", name="X", khaos={"price_lists": ["Web"]}, info={"terms_desc": "7 days", "credit_stop": True}
    ),
)
def test_a_profile_is_the_same_on_both_sides(found: Results) -> None:
    assert [r[:2] for r in rows(found, "CUS-04", "profile")] == [
        ("profile all", "hold+name+price_list+terms"),
        ("profile held", "hold"),
        ("profile list", "price_list"),
        ("profile name", "name"),
        ("profile stop", "hold"),
        ("profile terms", "terms"),
    ]
    row = next(r for r in found.of("CUS-04") if r["record_key"] == "profile name")
    assert (row["expected_value"], row["actual_value"], row["severity"]) == ("Corner Shop", "Corner Store", "low")


@NIGHT.has(
    profile("silent name", khaos={"company_name": None}),
    profile("silent terms", info={"terms_desc": None}),
    profile("silent term", info={"terms_desc": "60 days"}, term="9"),
    profile("silent group", khaos={"price_lists": []}, group="9"),
    profile("silent none", khaos={"price_lists": []}, group=None, term=None),
    # nobody said whether it is on stop
    [oro_customer("silent stop", name="A"), oro_user("u4", "silent stop")],
    trade("SILENT", other_ref="silent stop", company_name="A"),
    [
        profile("silent user", info={"credit_stop": True}),
        profile("silent both", name="X"),
        trade("Z", other_ref="silent both"),
    ],
)
def test_what_one_side_does_not_tell_or_nobody_maps_is_not_compared(found: Results) -> None:
    assert [r[0] for r in rows(found, "CUS-04", "silent")] == ["silent user"]
    assert compared(found, "CUS-04", "A ") == [], "an account is not beside itself"
    assert "silent stop" in compared(found, "CUS-04", "silent")
    assert "silent both" not in compared(found, "CUS-04", "silent")


@NIGHT.has(
    [oro_customer("asleep", name="A"), oro_user("u1", "asleep", enabled=False)],
    [trade("ASLEEP", other_ref="asleep", company_name="A"), terms("ASLEEP", credit_stop=True)],
    [oro_customer("awake", name="A"), oro_user("u2", "awake", enabled=False), oro_user("u3", "awake")],
    [trade("AWAKE", other_ref="awake", company_name="A"), terms("AWAKE", credit_stop=True)],
)
def test_an_account_on_stop_may_have_users_that_cannot_sign_in(found: Results) -> None:
    assert [r[0] for r in rows(found, "CUS-04", "a")] == ["awake"]


@NIGHT.has(
    profile("lag shop", name="X", changed=minutes_ago(DAY)),
    profile("lag shop young", name="X", changed=minutes_ago(DAY, 1)),
    profile("lag khaos", name="X", khaos={"last_updated": minutes_ago(DAY)}),
    profile("lag khaos young", name="X", khaos={"last_updated": minutes_ago(DAY, 1)}),
)
def test_a_profile_is_expected_to_differ_until_the_attribute_lag_has_passed(found: Results) -> None:
    assert [(r[0], r[3]) for r in rows(found, "CUS-04", "lag")] == [
        ("lag khaos", "open"),
        ("lag khaos young", "expected"),
        ("lag shop", "open"),
        ("lag shop young", "expected"),
    ]


def test_the_order_of_rows_changes_nothing(found: Results, tmp_path: Path) -> None:
    assert {"CUS-01", "CUS-02", "CUS-03", "CUS-04"} <= {r["code"] for r in found.rows}
    assert NIGHT.evaluate(tmp_path, seed=1).rows == found.rows
