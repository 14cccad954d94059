"""What each role allows."""

from __future__ import annotations

import pytest

from khaos_assets.portal.access.rights import NoSuchRole, Person, Right, roles_of


def somebody(*roles: str, via: str = "password") -> Person:
    return Person("jo", "Jo", roles, via)


@pytest.mark.parametrize(
    ("roles", "rights"),
    [
        ((), set()),
        (("viewer",), {"read", "download"}),
        (("owner:STK",), {"read", "download", "decide"}),
        (("finance",), {"read", "download", "decide", "close"}),
        (("approver",), {"read", "download", "approve"}),
        (("administrator",), {"read", "administer"}),
        (("finance", "approver"), {"read", "download", "decide", "close", "approve"}),
    ],
)
def test_each_role_allows_what_it_says_and_no_more(roles: tuple[str, ...], rights: set[str]) -> None:
    assert somebody(*roles).rights == rights


def test_an_owner_decides_about_their_families_and_finance_about_all() -> None:
    owner = somebody("owner:STK", "owner:ORD")
    assert [owner.decides(code) for code in ("STK-01", "ORD-18", "FIN-01", "STKX-1")] == [True, True, False, False]
    assert somebody("finance").decides("FIN-01") and somebody("finance").decides("STK-01")
    assert not somebody("approver", "viewer", "administrator").decides("STK-01")


def test_in_the_name_of_a_token_nobody_does_anything_but_download() -> None:
    assert somebody("finance", "approver", "administrator", via="token").rights == {Right.DOWNLOAD}
    assert somebody("administrator", via="token").rights == set()


@pytest.mark.parametrize("role", ["", "admin", "Finance", "owner:", "owner:stk", "owner:STK,finance", "viewer\n"])
def test_what_is_no_role_is_refused_with_those_that_are(role: str) -> None:
    with pytest.raises(NoSuchRole, match="viewer, finance, approver, administrator, and owner:STK"):
        roles_of([role])
