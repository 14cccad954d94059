"""Accounts reached by one e-mail at one postcode are told apart from others, and neither is kept."""

from __future__ import annotations

from lxml import etree

from khaos_assets.systems.khaos import scrub
from khaos_assets_tests.unit.systems.khaos.documents import decoded, wrapped

KEY = b"one read"


def account(code: str, *contacts: tuple[str, str], extra: str = "") -> str:
    """An account with an address for each e-mail and postcode."""
    addresses = "".join(
        f"<ADDRESS><POSTCODE>{postcode}</POSTCODE><CONTACTS><CONTACT><EMAIL>{email}</EMAIL></CONTACT></CONTACTS></ADDRESS>"
        for email, postcode in contacts
    )
    return (
        f"<COMPANY><COMPANY_ID>{code}A</COMPANY_ID><COMPANY_CODE>{code}</COMPANY_CODE>"
        f"<ADDRESSES>{addresses}</ADDRESSES>{extra}</COMPANY>"
    )


def landed(*accounts: str, key: bytes = KEY) -> bytes:
    root = etree.fromstring(wrapped("COMPANYS", "".join(accounts)))
    scrub.companies(root, key=key)
    return etree.tostring(root)


def contacts(*accounts: str, key: bytes = KEY) -> list[list[str]]:
    return [c.contacts for c in decoded("customers", landed(*accounts, key=key)).tables["customers"]]


def test_one_e_mail_at_one_postcode_is_one_contact_however_it_is_written() -> None:
    shared = contacts(account("C2", ("Ada@mail.test ", "ZZ1 1zz")), account("C1", ("ada@MAIL.test", "zz11ZZ")))
    assert shared == [["C1"], ["C1"]]


def test_another_e_mail_or_another_postcode_is_another_contact() -> None:
    found = contacts(
        account("C1", ("ada@mail.test", "ZZ1 1ZZ")),
        account("C2", ("eve@mail.test", "ZZ1 1ZZ")),
        account("C3", ("ada@mail.test", "ZZ1 2ZZ")),
    )
    assert found == [["C1"], ["C2"], ["C3"]]


def test_an_account_has_a_contact_for_each_address() -> None:
    both = account("C3", ("ada@mail.test", "ZZ1 1ZZ"), ("eve@mail.test", "ZZ9 9ZZ"))
    assert contacts(account("C1", ("eve@mail.test", "ZZ9 9ZZ")), both) == [["C1"], ["C1", "C3"]]


def test_half_a_contact_is_none() -> None:
    assert contacts(account("C1", ("", "ZZ1 1ZZ")), account("C2", ("ada@mail.test", " "))) == [[], []]


def test_what_is_kept_cannot_be_compared_with_another_read() -> None:
    one = account("C1", ("ada@mail.test", "ZZ1 1ZZ"))
    kept, other = landed(one), landed(one, key=b"another read")
    assert b"ada" not in kept.lower() and b"zz1" not in kept.lower()
    assert kept != other
    assert contacts(one) == contacts(one, key=b"another read"), "records are the same in every read"


def test_a_mark_that_the_server_sends_is_not_taken_for_ours() -> None:
    forged = account("C1", extra="<CONTACT_MARK>abc</CONTACT_MARK>")
    assert contacts(forged) == [[]]


def test_the_text_of_a_record_that_is_set_aside_has_no_mark() -> None:
    broken = account("C1", ("ada@mail.test", "ZZ1 1ZZ"), extra="<SORDER_LOCKED>perhaps</SORDER_LOCKED>")
    (quarantined,) = decoded("customers", landed(broken)).quarantined
    assert quarantined.field == "SORDER_LOCKED"
    assert "CONTACT_MARK" not in quarantined.raw
