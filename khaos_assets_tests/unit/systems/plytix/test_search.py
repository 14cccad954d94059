"""A search and its pages: what is asked, what is looked at, and what breaks the rules of paging."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khaos_assets.systems.plytix.asking import without_people
from khaos_assets.systems.plytix.client import auth_address
from khaos_assets.systems.plytix.search import UNREADABLE, PageWrong, Search, read_page
from khaos_assets.systems.plytix.settings import Plytix
from khaos_assets.systems.transport import BodyBroken


def page(rows: list[Any], number: int = 1, size: int = 3, **pagination: Any) -> bytes:
    shown = {"count": len(rows), "order": "sku", "page": number, "page_size": size, "total_count": 9} | pagination
    return json.dumps({"data": rows, "pagination": shown}).encode()


def test_conditions_that_all_hold_stand_in_one_inner_array() -> None:
    """Two outer arrays would mean OR, and return too much."""
    search = Search("/products/search", attributes=("status",), relationship="r1").where(
        {"field": "created", "operator": "gte", "value": "2026-01-01"},
        {"field": "status", "operator": "eq", "value": "Draft"},
    )
    asked = json.loads(search.body(2, 50))
    assert [len(inner) for inner in asked["filters"]] == [2]
    assert asked["pagination"] == {"page": 2, "page_size": 50, "order": "sku"}
    assert asked["relationship_filters"][0][0]["relationship_id"] == "r1"
    assert search.words == "created gte 2026-01-01 and status eq Draft"


def test_a_page_gives_ids_and_change_times_in_its_order() -> None:
    found = read_page(page([{"id": "b", "modified": "m"}, {"id": "a"}]), operation="x", page=1, size=3)
    assert (found.ids, found.modified, found.total, found.offset) == (("b", "a"), ("m", None), 9, 0)


def test_a_row_whose_id_cannot_be_read_goes_by_its_text() -> None:
    found = read_page(page([{"id": 7}, {"id": "a"}, {}]), operation="x", page=1, size=3)
    assert found.ids[1] == "a"
    assert [key.startswith(UNREADABLE) for key in found.ids] == [True, False, True]
    assert len(set(found.ids)) == 3


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (page([], number=2), "wrong_page"),
        (page([], size=2), "wrong_page"),
        (page([{"id": str(n)} for n in range(4)]), "too_many_rows"),
        (page([{"id": "a"}, {"id": "a"}]), "row_repeated"),
    ],
)
def test_a_page_that_is_not_the_one_asked_for_is_asked_again(body: bytes, fault: str) -> None:
    with pytest.raises(PageWrong) as error:
        read_page(body, operation="x", page=1, size=3)
    assert error.value.fault == fault


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data":[]}', page([{"id": "a"}])[:-2], b'{"data": {}}'])
def test_what_is_not_the_whole_json_of_a_search_is_broken(body: bytes) -> None:
    with pytest.raises(BodyBroken):
        read_page(body, operation="x", page=1, size=3)


def test_who_made_and_changed_a_product_is_not_kept() -> None:
    """Whether a person, the interface or Plytix itself did it stays."""
    audit = {"type": "USER", "user": {"name": "Somebody", "email": "somebody@example.com"}}
    body = json.dumps({"data": [{"id": "a", "modified_user_audit": audit, "created_user_audit": None}, {"id": "b"}]})
    kept = json.loads(without_people(body.encode()))
    assert kept["data"] == [
        {"id": "a", "modified_user_audit": {"type": "USER"}, "created_user_audit": None},
        {"id": "b"},
    ]
    untouched = b'{"data":[{"id":"a"}]}'
    assert without_people(untouched) is untouched


@pytest.mark.parametrize(
    ("base_url", "configured", "expected"),
    [
        ("https://pim.plytix.com", "", "https://auth.plytix.com"),
        ("https://pim.plytix.com", "https://sign.example.com", "https://sign.example.com"),
        ("http://127.0.0.1:8080/pim", "", "http://127.0.0.1:8080"),
        ("https://proxy.example.com/plytix", "", "https://proxy.example.com"),
    ],
)
def test_credentials_go_beside_the_configured_server_and_nowhere_else(
    base_url: str, configured: str, expected: str
) -> None:
    assert auth_address(base_url, configured) == expected


def test_a_search_names_at_most_as_many_attributes_as_plytix_takes() -> None:
    attributes = {f"f{n}": {"attribute": f"a{n}"} for n in range(45)}
    with pytest.raises(ValueError, match="one search gives 50"):
        Plytix.model_validate({"attributes": attributes})
